market_suite(user_suite
  SOURCES user/access_token_test.cpp user/account_test.cpp user/admin_test.cpp user/email_code_test.cpp user/mail_test.cpp
          user/rules_test.cpp user/session_test.cpp user/signup_test.cpp user/throttle_test.cpp
  MODULES base db user)
