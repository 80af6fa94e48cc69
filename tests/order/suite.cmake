market_suite(order_suite
  SOURCES support/backend.cpp order/auto_delivery_test.cpp order/cancel_test.cpp
          order/cart_precheck_test.cpp order/delivery_test.cpp
          order/edits_at_once_test.cpp order/model_play.cpp order/model_record.cpp
          order/model_test.cpp order/notice_test.cpp order/order_json_test.cpp
          order/order_rules_test.cpp order/payment_test.cpp order/purchase_rules_test.cpp
          order/purchase_test.cpp order/recovery_test.cpp order/sale_times_test.cpp
          order/transitions_test.cpp order/writer_faults_test.cpp
  MODULES base db outbox stock catalog user order proof)
# The rules and parts that no other module sees are tested from the inside.
target_include_directories(order_suite PRIVATE src/order)
target_link_libraries(order_suite PRIVATE PkgConfig::MARIADB Boost::url)
