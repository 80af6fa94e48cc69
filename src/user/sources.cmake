find_package(CURL REQUIRED)

market_module(user
  SOURCES user_service.cpp seed_buyers.cpp
          accounts/account.cpp accounts/account_queries.cpp accounts/accounts.cpp
          accounts/admin_commands.cpp accounts/rules.cpp accounts/set_up_links.cpp
          mail/email_codes.cpp mail/mail.cpp mail/mail_dispatcher.cpp mail/mail_queries.cpp
          mail/mailer.cpp mail/smtp_mailer.cpp
          secrets/common_passwords.cpp secrets/password.cpp secrets/password_hasher.cpp
          secrets/signing_keys.cpp
          sessions/access_token.cpp sessions/ended_sessions.cpp sessions/flat_object.cpp
          sessions/refresh_tokens.cpp sessions/session_queries.cpp sessions/sessions.cpp
          throttle/memory_throttle.cpp throttle/redis_throttle.cpp
          trail/security_events.cpp trail/security_trail.cpp
  PRIVATE PkgConfig::ARGON2 CURL::libcurl Boost::url)
