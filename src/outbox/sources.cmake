market_module(outbox
  SOURCES cloud_event.cpp log_publisher.cpp outbox.cpp outbox_queries.cpp publisher.cpp relay.cpp)
