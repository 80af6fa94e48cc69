market_module(catalog
  SOURCES catalog_json.cpp catalog_record.cpp catalog_service.cpp product_queries.cpp
          sale_queries.cpp sale_rules.cpp)
