market_suite(catalog_suite
  SOURCES support/backend.cpp catalog/product_test.cpp catalog/sale_test.cpp catalog/sale_list_test.cpp
          catalog/sale_json_test.cpp catalog/catalog_record_test.cpp
          catalog/product_change_test.cpp catalog/search_test.cpp catalog/sale_change_test.cpp
          catalog/sale_times_test.cpp catalog/page_cache_test.cpp catalog/rendered_test.cpp
  MODULES base db outbox stock catalog)
target_include_directories(catalog_suite PRIVATE ${CMAKE_SOURCE_DIR}/src/catalog)
target_link_libraries(catalog_suite PRIVATE PkgConfig::MARIADB Boost::url)
