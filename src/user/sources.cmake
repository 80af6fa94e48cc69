market_module(user
  SOURCES access_token.cpp account.cpp account_queries.cpp email_codes.cpp flat_object.cpp mail.cpp
          mailer.cpp password.cpp rules.cpp seed.cpp service.cpp sessions.cpp set_up_links.cpp
          user_module.cpp
  PRIVATE PkgConfig::ARGON2)
