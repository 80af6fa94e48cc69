#include "hiredis_reply.hpp"

#include <hiredis/hiredis.h>

#include <cstddef>

namespace market::redis {

reply to_reply(const redisReply& from) {
    reply out;
    switch (from.type) {
        case REDIS_REPLY_INTEGER:
            out.what = reply::kind::integer;
            out.integer = from.integer;
            break;
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            out.what = reply::kind::text;
            out.text.assign(from.str, from.len);
            break;
        case REDIS_REPLY_ERROR:
            out.what = reply::kind::error;
            out.text.assign(from.str, from.len);
            break;
        case REDIS_REPLY_ARRAY:
            out.what = reply::kind::array;
            out.items.reserve(from.elements);
            for (std::size_t i = 0; i < from.elements; ++i)
                out.items.push_back(to_reply(*from.element[i]));
            break;
        default: break;
    }
    return out;
}

}  // namespace market::redis
