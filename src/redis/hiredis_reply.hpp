#pragma once
#include <market/redis/client.hpp>

struct redisReply;

namespace market::redis {

reply to_reply(const redisReply& from);

}  // namespace market::redis
