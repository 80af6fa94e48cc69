market_suite(db_suite
  SOURCES support/backend.cpp support/failing_disk.cpp
          db/async_database_test.cpp db/cutting_proxy.cpp db/disk_faults_test.cpp db/errors_test.cpp
          db/lost_connections_test.cpp db/migrator_test.cpp db/schema_checks_test.cpp
          db/tls_test.cpp db/transactions_test.cpp db/turn_test.cpp db/values_test.cpp
  MODULES base db)
target_link_libraries(db_suite PRIVATE PkgConfig::MARIADB PkgConfig::SQLITE Boost::url)
