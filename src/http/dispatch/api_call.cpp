#include "dispatch/api_call.hpp"

#include <market/http/network.hpp>

namespace market::http {

void api_call::takes_no_parameters() { read_query().finish(); }

query_reader api_call::read_query() { return query_reader(request.query, errors); }

object_reader api_call::read_body() {
    takes_no_parameters();
    return object_reader(body, "", errors);
}

std::string api_call::client() const {
    return client_of(request.peer, request.forwarded_for, context.settings.trusted_proxies);
}

}  // namespace market::http
