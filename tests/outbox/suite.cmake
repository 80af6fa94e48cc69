market_suite(outbox_suite
  SOURCES support/backend.cpp outbox/kafka_faults_test.cpp outbox/kafka_fixture.cpp
          outbox/kafka_publisher_test.cpp outbox/log_publisher_test.cpp outbox/outbox_test.cpp
          outbox/relay_lease_test.cpp outbox/relay_parking_test.cpp outbox/relay_server_test.cpp
          outbox/relay_test.cpp
  MODULES base db outbox)
target_link_libraries(outbox_suite PRIVATE PkgConfig::MARIADB PkgConfig::RDKAFKA Boost::url)
