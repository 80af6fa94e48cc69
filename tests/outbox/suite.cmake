market_suite(outbox_suite
  SOURCES outbox/log_publisher_test.cpp outbox/outbox_test.cpp outbox/relay_test.cpp
          outbox/relay_lease_test.cpp
  MODULES base db outbox)
