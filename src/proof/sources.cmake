market_module(proof
  SOURCES check_report.cpp gate_check.cpp order_equations.cpp order_life_equations.cpp
          record_check.cpp stock_equations.cpp)
