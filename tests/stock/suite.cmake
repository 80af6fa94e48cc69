market_suite(stock_suite
  SOURCES support/backend.cpp stock/gate_fixtures.cpp stock/gate_contract_admit_test.cpp
          stock/gate_contract_return_test.cpp stock/gate_contract_load_test.cpp
          stock/gate_contract_crowd_test.cpp stock/ledger_pools_test.cpp
          stock/ledger_units_test.cpp stock/leases_test.cpp
          support/private_redis.cpp stock/redis_gate_test.cpp stock/sold_out_cache_test.cpp
          stock/stock_levels_test.cpp
  MODULES base db redis outbox stock)
target_link_libraries(stock_suite PRIVATE PkgConfig::MARIADB Boost::url)
# sold_out_cache_test reads a private header.
target_include_directories(stock_suite PRIVATE ${CMAKE_SOURCE_DIR}/src/stock)
