find_package(CLI11 REQUIRED)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# app
market_module(app
  SOURCES auth_secret.cpp check_equations_order_life.cpp check_equations_orders.cpp
          check_equations_stock.cpp check_gate.cpp check_record.cpp check_report.cpp
          command_line.cpp config_file.cpp configuration.cpp gate_lease_keeper.cpp gate_server.cpp
          http_call.cpp load_client.cpp load_report.cpp metrics_server.cpp
          metrics_text.cpp observed_gate.cpp readiness.cpp record.cpp sample_goods.cpp
          server_lock.cpp serving.cpp setting.cpp shop.cpp verb_admin.cpp verb_bench.cpp
          verb_check.cpp verb_config.cpp verb_demo.cpp verb_migrate.cpp verb_seed.cpp verb_serve.cpp
  PRIVATE CLI11::CLI11 PkgConfig::PROMETHEUS PkgConfig::TOMLPLUSPLUS)
target_compile_definitions(market_app PRIVATE MARKET_VERSION="${PROJECT_VERSION}"
                                              MARKET_BUILD_TYPE="${CMAKE_BUILD_TYPE}")

add_executable(market src/app/main.cpp)
target_link_libraries(market PRIVATE market_app)
if(NOT MARKET_SANITIZE)  # which bring allocators of their own
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(market PRIVATE PkgConfig::JEMALLOC)
endif()
