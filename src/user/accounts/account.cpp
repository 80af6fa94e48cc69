#include "accounts/role_name.hpp"

#include <market/user/account.hpp>

#include <boost/json.hpp>

namespace market::user {

namespace json = boost::json;

std::string to_json(const account& value) {
    json::object out;
    out["id"] = to_string(value.id);
    out["email"] = value.email;
    out["name"] = value.name;
    out["phone"] = value.phone ? json::value(*value.phone) : json::value(nullptr);
    out["address"] = nullptr;
    if (const auto& address = value.address) {
        out["address"] = {{"state", address->state},
                          {"city", address->city},
                          {"zipcode", address->zipcode},
                          {"street", address->street}};
    }
    out["role"] = to_string(value.role);
    out["created_at"] = format_rfc3339(value.created_at);
    return json::serialize(out);
}

}  // namespace market::user
