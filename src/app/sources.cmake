find_package(CLI11 REQUIRED)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# app
market_module(app
  SOURCES exit_status.cpp
          client/http_call.cpp
          config/auth_secret.cpp config/config_file.cpp config/configuration.cpp config/setting.cpp
          load/load_client.cpp load/load_report.cpp load/verb_bench.cpp load/verb_demo.cpp
          server/gate_lease_keeper.cpp server/gate_server.cpp server/metrics_server.cpp
          server/metrics_text.cpp server/readiness.cpp server/record.cpp server/server_lock.cpp
          server/serving.cpp server/shop.cpp
          verbs/check_shop.cpp verbs/command_line.cpp verbs/configured_gate.cpp
          verbs/sample_goods.cpp verbs/verb_admin.cpp verbs/verb_check.cpp verbs/verb_config.cpp
          verbs/verb_migrate.cpp verbs/verb_seed.cpp verbs/verb_serve.cpp
  PRIVATE CLI11::CLI11 PkgConfig::PROMETHEUS PkgConfig::TOMLPLUSPLUS)
target_compile_definitions(market_app PRIVATE MARKET_VERSION="${PROJECT_VERSION}"
                                              MARKET_BUILD_TYPE="${CMAKE_BUILD_TYPE}")

add_executable(market src/app/main.cpp)
target_link_libraries(market PRIVATE market_app)
if(NOT MARKET_SANITIZE)  # which bring allocators of their own
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(market PRIVATE PkgConfig::JEMALLOC)
endif()
