pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)

market_module(outbox
  SOURCES cloud_event.cpp kafka_producer.cpp kafka_publisher.cpp kafka_url.cpp log_publisher.cpp
          outbox.cpp outbox_queries.cpp publisher.cpp relay.cpp
  PRIVATE PkgConfig::RDKAFKA)
