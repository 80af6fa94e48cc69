market_suite(catalog_suite
  SOURCES catalog/product_test.cpp catalog/sale_test.cpp catalog/sale_list_test.cpp
          catalog/sale_json_test.cpp catalog/catalog_record_test.cpp
  MODULES base db outbox stock catalog)
