# market_suite(NAME SOURCES file... MODULES module...): one Catch2 program; sees only these modules.
function(market_suite name)
  cmake_parse_arguments(arg "" "" "SOURCES;MODULES" ${ARGN})
  list(TRANSFORM arg_SOURCES PREPEND tests/)
  add_executable(${name} ${arg_SOURCES})
  market_views(${name} ${arg_MODULES})
  target_include_directories(${name} PRIVATE tests)
  foreach(module IN LISTS arg_MODULES)
    target_link_libraries(${name} PRIVATE market_${module})
  endforeach()
  target_link_libraries(${name} PRIVATE market_test_main)
  target_precompile_headers(${name} REUSE_FROM market_pch)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# Catch2's main takes long to compile: once for all suites.
add_library(market_test_main STATIC tests/support/main.cpp)
target_include_directories(market_test_main PRIVATE tests)

foreach(module IN LISTS MARKET_MODULES)
  include(${CMAKE_SOURCE_DIR}/tests/${module}/suite.cmake OPTIONAL)
endforeach()
