market_module(stock
  SOURCES gate_lease.cpp gated_sale.cpp ledger_loads.cpp ledger_pools.cpp ledger_reads.cpp
          ledger_rows.cpp ledger_units.cpp memory_gate.cpp redis_answers.cpp redis_gate.cpp
          redis_load.cpp redis_scripts.cpp sold_out_board.cpp stock_levels.cpp)
