find_package(CURL REQUIRED)

market_module(user
  SOURCES user_service.cpp seed_buyers.cpp service.cpp service_login.cpp
          accounts/account.cpp accounts/account_queries.cpp accounts/rules.cpp
          accounts/set_up_links.cpp
          mail/email_codes.cpp mail/mail.cpp mail/mail_dispatcher.cpp mail/mail_queries.cpp
          mail/mailer.cpp mail/smtp_mailer.cpp
          secrets/common_passwords.cpp secrets/password.cpp secrets/signing_keys.cpp
          sessions/access_token.cpp sessions/ended_sessions.cpp sessions/flat_object.cpp
          sessions/refresh_tokens.cpp sessions/session_queries.cpp
          throttle/memory_throttle.cpp throttle/redis_throttle.cpp
          trail/security_events.cpp
  PRIVATE PkgConfig::ARGON2 CURL::libcurl Boost::url)
