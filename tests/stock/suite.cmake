market_suite(stock_suite
  SOURCES stock/gate_fixtures.cpp stock/gate_contract_admit_test.cpp
          stock/gate_contract_return_test.cpp stock/gate_contract_load_test.cpp
          stock/gate_contract_crowd_test.cpp
  MODULES base db stock)
