market_suite(base_suite
  SOURCES base/clock_test.cpp base/crypto_test.cpp base/id_test.cpp base/json_text_test.cpp
          base/log_test.cpp base/metrics_test.cpp base/one_shot_test.cpp
  MODULES base)
