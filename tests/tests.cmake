# market_suite(NAME SOURCES file... MODULES module...): one Catch2 program; sees only these modules.
function(market_suite name)
  cmake_parse_arguments(arg "" "" "SOURCES;MODULES" ${ARGN})
  list(TRANSFORM arg_SOURCES PREPEND tests/)
  add_executable(${name} ${arg_SOURCES})
  market_views(${name} ${arg_MODULES})
  foreach(module IN LISTS arg_MODULES)
    target_link_libraries(${name} PRIVATE market_${module})
  endforeach()
  target_link_libraries(${name} PRIVATE market_test_main)
  target_precompile_headers(${name} REUSE_FROM market_pch)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# Debian 12 has Catch2 2, which is headers; 13 has 3, which is a library with a main of its own.
find_package(Catch2 REQUIRED)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  set(MARKET_CATCH_HEADER catch2/catch_all.hpp)
  set(MARKET_CATCH_LIBRARY Catch2::Catch2WithMain)
else()
  set(MARKET_CATCH_HEADER catch2/catch.hpp)
  set(MARKET_CATCH_LIBRARY Catch2::Catch2)
endif()
configure_file(${CMAKE_SOURCE_DIR}/tests/support/catch.hpp.in
               ${CMAKE_BINARY_DIR}/generated/tests/support/catch.hpp @ONLY)

# Catch2's main takes long to compile: once for all suites.
add_library(market_test_main STATIC tests/support/main.cpp)
target_include_directories(market_test_main PUBLIC tests ${CMAKE_BINARY_DIR}/generated/tests)
target_link_libraries(market_test_main PUBLIC ${MARKET_CATCH_LIBRARY})

foreach(module IN LISTS MARKET_MODULES)
  include(${CMAKE_SOURCE_DIR}/tests/${module}/suite.cmake OPTIONAL)
endforeach()
