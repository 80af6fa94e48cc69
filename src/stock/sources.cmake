market_module(stock
  SOURCES gate/gate_lease.cpp gate/gated_sale.cpp gate/memory_gate.cpp gate/redis_gate.cpp
          gate/redis_load.cpp gate/redis_replies.cpp gate/redis_scripts.cpp
          gate/sold_out_cache.cpp
          ledger/loads.cpp ledger/pools.cpp ledger/reads.cpp ledger/rows.cpp
          ledger/stock_levels.cpp ledger/units.cpp)
