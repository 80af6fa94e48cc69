market_module(order
  SOURCES auto_delivery.cpp batch_draft.cpp cart_look.cpp gate_loader.cpp give_credit.cpp
          misfits.cpp order_json.cpp order_life.cpp order_module.cpp order_queries.cpp
          order_rules.cpp order_steps.cpp order_writer.cpp payment_desk.cpp payment_queries.cpp
          purchase_key_queries.cpp purchase_metrics.cpp purchase_queue.cpp purchase_rules.cpp
          purchase_run.cpp sandbox_provider.cpp sweeper.cpp)
