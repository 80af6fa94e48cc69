find_package(CURL REQUIRED)

market_module(user
  SOURCES access_token.cpp account.cpp account_queries.cpp common_passwords.cpp email_codes.cpp
          ended_list.cpp flat_object.cpp mail.cpp mail_courier.cpp mail_queries.cpp mailer.cpp
          memory_throttle.cpp password.cpp redis_throttle.cpp rules.cpp security_events.cpp seed.cpp service.cpp
          service_login.cpp sessions.cpp set_up_links.cpp signing_keys.cpp smtp_mailer.cpp
          user_module.cpp
  PRIVATE PkgConfig::ARGON2 CURL::libcurl Boost::url)
