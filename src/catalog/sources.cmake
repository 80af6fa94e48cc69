pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
market_module(catalog
  SOURCES catalog_json.cpp catalog_reader.cpp catalog_record.cpp catalog_service.cpp
          catalog_version.cpp folded_text.cpp product_changes.cpp product_cursor.cpp
          product_queries.cpp version_watch.cpp sale_changes.cpp sale_queries.cpp sale_rules.cpp
          sale_times.cpp rendered.cpp
  PRIVATE PkgConfig::ICU)
