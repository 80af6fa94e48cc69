pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
market_module(catalog
  SOURCES catalog_json.cpp catalog_record.cpp catalog_service.cpp catalog_version.cpp
          products/folded_text.cpp products/product_changes.cpp products/product_cursor.cpp
          products/product_queries.cpp products/product_reader.cpp
          sales/sale_changes.cpp sales/sale_queries.cpp sales/sale_reader.cpp
          sales/sale_rules.cpp sales/sale_times.cpp
          pages/catalog_pages.cpp pages/page_key.cpp pages/rendered.cpp pages/version_watch.cpp
  PRIVATE PkgConfig::ICU)
