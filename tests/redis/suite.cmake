market_suite(redis_suite
  SOURCES redis/client_test.cpp redis/faults_test.cpp redis/greeting_test.cpp
          support/private_redis.cpp
  MODULES base redis)
# The parts behind the one public header are facts of their own.
target_include_directories(redis_suite PRIVATE ${CMAKE_SOURCE_DIR}/src/redis)
