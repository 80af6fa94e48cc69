# The two documents become string literals, so that the binary needs no file beside it.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_SOURCE_DIR}/src/http/openapi.json ${CMAKE_SOURCE_DIR}/src/http/docs.html)
file(READ ${CMAKE_SOURCE_DIR}/src/http/openapi.json MARKET_OPENAPI_JSON)
file(READ ${CMAKE_SOURCE_DIR}/src/http/docs.html MARKET_DOCS_HTML)
configure_file(${CMAKE_SOURCE_DIR}/src/http/embedded.cpp.in ${CMAKE_BINARY_DIR}/generated/http/embedded.cpp @ONLY)

market_module(http
  SOURCES account_handlers.cpp beast.cpp conditions.cpp connection.cpp control_handlers.cpp cors.cpp
          dispatcher.cpp head.cpp html.cpp http_metrics.cpp idempotency_key.cpp io_thread.cpp
          json_text.cpp listener.cpp media_type.cpp network.cpp object_reader.cpp
          operation_handlers.cpp order_handlers.cpp payment_handlers.cpp problem.cpp
          product_handlers.cpp provider_signature.cpp query_reader.cpp reply.cpp
          request_reader.cpp route.cpp routes.cpp sale_handlers.cpp server.cpp
          set_up_handlers.cpp strict_json.cpp text_rules.cpp trace.cpp
  PRIVATE Boost::url)
target_sources(market_http PRIVATE ${CMAKE_BINARY_DIR}/generated/http/embedded.cpp)
target_include_directories(market_http PRIVATE ${CMAKE_SOURCE_DIR}/src/http)
