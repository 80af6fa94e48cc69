market_module(order
  SOURCES order_service.cpp
          gate/gate_credits.cpp gate/gate_loader.cpp gate/sweeper.cpp
          life/auto_delivery.cpp life/order_life.cpp life/order_rules.cpp life/order_steps.cpp
          life/payments.cpp life/sandbox_provider.cpp
          purchase/batch_draft.cpp purchase/batch_refusals.cpp purchase/cart_precheck.cpp
          purchase/order_placement.cpp purchase/order_writer.cpp purchase/purchase_metrics.cpp
          purchase/purchase_queue.cpp purchase/purchase_rules.cpp purchase/purchase_run.cpp
          record/order_json.cpp record/order_queries.cpp record/payment_queries.cpp
          record/purchase_key_queries.cpp)
