market_suite(app_suite
  SOURCES app/auth_secret_test.cpp app/configuration_test.cpp app/http_call_test.cpp
  MODULES base app)
# The configuration has no public header: nothing but the composition root reads it.
target_include_directories(app_suite PRIVATE ${CMAKE_SOURCE_DIR}/src/app)
target_compile_definitions(app_suite
  PRIVATE MARKET_CONFIG_EXAMPLE="${CMAKE_SOURCE_DIR}/config/market.toml")
