market_module(stock
  SOURCES gated_sale.cpp ledger_pools.cpp ledger_reads.cpp ledger_rows.cpp ledger_units.cpp
          memory_gate.cpp)
