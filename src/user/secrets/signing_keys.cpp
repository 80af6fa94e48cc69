#include "secrets/signing_keys.hpp"

#include <market/base/crypto.hpp>

#include <algorithm>

namespace market::user {
namespace {

constexpr std::size_t id_length = 12;

signing_keys::key make_key(const std::string& secret) {
    auto id = to_base64url(as_chars(hmac_sha256(secret, "market key id"))).substr(0, id_length);
    auto header = to_base64url(R"({"alg":"HS256","typ":"JWT","kid":")" + id + R"("})");
    return {std::move(id), secret, std::move(header)};
}

}  // namespace

signing_keys::signing_keys(const std::string& current, const std::vector<std::string>& previous) {
    keys_.push_back(make_key(current));
    for (const auto& secret : previous) keys_.push_back(make_key(secret));
}

const signing_keys::key* signing_keys::find(std::string_view id) const {
    const auto match = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const key& candidate) { return candidate.id == id; });
    return match == keys_.end() ? nullptr : &*match;
}

}  // namespace market::user
