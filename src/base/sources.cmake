market_module(base
  SOURCES asio.cpp clock.cpp crypto.cpp error.cpp id.cpp json_text.cpp kill_point.cpp log.cpp
          metrics.cpp page.cpp utf8.cpp
  PRIVATE OpenSSL::Crypto spdlog::spdlog)
