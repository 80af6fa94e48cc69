market_module(user
  SOURCES rules.cpp)
