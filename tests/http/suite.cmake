market_suite(http_suite
  SOURCES http/catalog_test.cpp http/framing_test.cpp http/json_test.cpp http/lifecycle_test.cpp
          http/network_test.cpp http/order_life_test.cpp http/provider_signature_test.cpp
          http/reading_test.cpp http/request_reader_test.cpp http/routing_test.cpp
          http/server_test.cpp http/test_shop.cpp http/trail_test.cpp
  MODULES base user stock catalog order http)
# The parts behind the one public header are facts of their own.
target_include_directories(http_suite PRIVATE ${CMAKE_SOURCE_DIR}/src/http)
