# The two documents become string literals, so that the binary needs no files at run time.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_SOURCE_DIR}/src/http/openapi.json ${CMAKE_SOURCE_DIR}/src/http/documents/docs.html)
file(READ ${CMAKE_SOURCE_DIR}/src/http/openapi.json MARKET_OPENAPI_JSON)
file(READ ${CMAKE_SOURCE_DIR}/src/http/documents/docs.html MARKET_DOCS_HTML)
configure_file(${CMAKE_SOURCE_DIR}/src/http/documents/embedded.cpp.in ${CMAKE_BINARY_DIR}/generated/http/embedded.cpp @ONLY)

market_module(http
  SOURCES dispatch/api_call.cpp dispatch/cors.cpp dispatch/dispatcher.cpp dispatch/route.cpp
          dispatch/trace.cpp
          handlers/account_handlers.cpp handlers/control_handlers.cpp
          handlers/operation_handlers.cpp handlers/order_handlers.cpp handlers/payment_handlers.cpp
          handlers/product_handlers.cpp handlers/routes.cpp handlers/sale_handlers.cpp
          handlers/set_up_handlers.cpp
          input/conditions.cpp input/idempotency_key.cpp input/json_pointer.cpp
          input/media_type.cpp input/network.cpp input/object_reader.cpp
          input/provider_signature.cpp input/query_reader.cpp input/strict_json.cpp
          input/text_rules.cpp
          message/head.cpp message/html.cpp message/problem.cpp message/reply.cpp
          message/request_reader.cpp
          server/beast.cpp server/connection.cpp server/http_metrics.cpp server/io_thread.cpp
          server/listener.cpp server/server.cpp
  PRIVATE Boost::url)
target_sources(market_http PRIVATE ${CMAKE_BINARY_DIR}/generated/http/embedded.cpp)
