market_suite(user_suite
  SOURCES support/backend.cpp support/failing_disk.cpp support/private_redis.cpp user/access_token_test.cpp
          user/account_test.cpp user/admin_test.cpp user/email_code_test.cpp
          user/ended_sessions_test.cpp user/mail_lease_test.cpp user/mail_test.cpp user/redis_throttle_test.cpp
          user/rules_test.cpp user/session_test.cpp user/signup_test.cpp
          user/throttle_contract_test.cpp user/throttle_test.cpp user/trail_test.cpp
  MODULES base db redis user)
target_link_libraries(user_suite PRIVATE PkgConfig::MARIADB PkgConfig::SQLITE Boost::url)
# Queries that no other module sees are facts of their own.
target_include_directories(user_suite PRIVATE ${CMAKE_SOURCE_DIR}/src/user)
