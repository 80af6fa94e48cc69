include(${CMAKE_CURRENT_LIST_DIR}/migrations.cmake)

market_module(db
  SOURCES database_url.cpp engine.cpp error_codes.cpp loopback_certificate.cpp
          migration_journal.cpp migrator.cpp mysql_session.cpp session.cpp session_holder.cpp
          session_transaction.cpp new_rows.cpp sql.cpp sqlite_session.cpp turnstile.cpp
  PRIVATE PkgConfig::MARIADB PkgConfig::SQLITE Boost::url OpenSSL::SSL soci_mysql soci_sqlite3
          soci_core)

target_sources(market_db PRIVATE ${MARKET_MIGRATIONS_CPP})
# The generated file stands in the build tree and includes a header that stands here.
set_source_files_properties(${MARKET_MIGRATIONS_CPP} PROPERTIES
                            INCLUDE_DIRECTORIES ${CMAKE_CURRENT_LIST_DIR})
