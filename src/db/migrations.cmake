# Every migration, in the order in which they are applied: migrations/{sqlite,mysql}/NAME.sql, one
# statement a file. NN01-NN99 belong to one module: 01 user, 02 stock, 03 catalog, 04 order,
# 05 outbox. A file that was released is never changed (its checksum is in the journal).
set(MARKET_MIGRATIONS
  0101_users
  0102_users_by_email
  0103_users_by_role
  0104_email_codes
  0105_email_codes_by_expiry
  0106_sessions
  0107_sessions_by_user
  0108_set_up_links
  0109_ended_sessions
  0110_mails
  0111_mails_by_due
  0112_security_events
  0113_security_events_by_time
  0114_security_event_outcomes
  0201_pools
  0202_pools_by_product
  0203_stock_movements
  0204_stock_movements_by_product
  0205_sale_buyers
  0206_gate_credits
  0207_gate_credits_once
  0208_pools_open_sales
  0209_gate_lease
  0210_gate_lease_row
  0301_products
  0302_sales
  0303_sales_by_product
  0304_products_by_price
  0305_products_by_name
  0306_products_by_category
  0307_sales_by_end
  0308_catalog_version
  0309_catalog_version_row
  0401_purchase_keys
  0402_purchase_keys_by_time
  0404_purchase_key_totals
  0405_purchase_key_totals_row
  0406_orders
  0407_orders_by_user
  0408_order_lines
  0409_order_lines_by_admission
  0410_deliveries
  0411_payments
  0412_payments_by_expiry
  0413_payments_by_debt
  0414_payment_notices
  0415_order_returns
  0416_payment_notices_by_time
  0417_deliveries_by_state
  0501_outbox
  0502_outbox_relay
  0503_outbox_relay_row
)

set(MARKET_MIGRATION_FILES)
foreach(dialect sqlite mysql)
  foreach(name IN LISTS MARKET_MIGRATIONS)
    set(file ${CMAKE_SOURCE_DIR}/migrations/${dialect}/${name}.sql)
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "src/db/migrations.cmake lists ${name}, but ${file} is missing")
    endif()
    list(APPEND MARKET_MIGRATION_FILES ${file})
  endforeach()
endforeach()

set(MARKET_MIGRATIONS_CPP ${CMAKE_BINARY_DIR}/generated/db/migrations.cpp)
add_custom_command(
  OUTPUT ${MARKET_MIGRATIONS_CPP}
  COMMAND ${CMAKE_COMMAND} "-DNAMES=${MARKET_MIGRATIONS}" -DFOLDER=${CMAKE_SOURCE_DIR}/migrations
          -DOUTPUT=${MARKET_MIGRATIONS_CPP} -P ${CMAKE_SOURCE_DIR}/src/db/embed_migrations.cmake
  DEPENDS ${MARKET_MIGRATION_FILES} ${CMAKE_SOURCE_DIR}/src/db/embed_migrations.cmake
          ${CMAKE_SOURCE_DIR}/src/db/migrations.cmake
  COMMENT "Embedding the migrations"
  VERBATIM)
