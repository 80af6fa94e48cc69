#include "input/provider_signature.hpp"

#include <market/base/crypto.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace market::http {
namespace {

struct signature {
    std::string_view seconds;  ///< as sent, since that text was signed
    std::int64_t at = 0;
    std::string digest;  ///< hex, lower case
};

std::optional<signature> read_signature(std::string_view header) {
    constexpr std::string_view time = "t=", version = ",v1=";
    const auto middle = header.find(version);
    if (!header.starts_with(time) || middle == std::string_view::npos) return std::nullopt;
    signature out;
    out.seconds = header.substr(time.size(), middle - time.size());
    const char* end = out.seconds.data() + out.seconds.size();
    const auto [stop, failed] = std::from_chars(out.seconds.data(), end, out.at);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    out.digest = header.substr(middle + version.size());
    std::transform(out.digest.begin(), out.digest.end(), out.digest.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c; });
    return out;
}

bool is_near(std::int64_t seconds, instant now) {
    const auto there = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const auto skew = signature_skew_max.count();
    return seconds >= there - skew && seconds <= there + skew;
}

}  // namespace

result<void> check_signature(const std::vector<std::string>& headers, std::string_view body,
                             std::string_view secret, instant now) {
    const failure refused{errc::unauthenticated, "Market-Signature does not sign this body"};
    if (secret.empty() || headers.size() != 1) return refused;
    const auto sent_signature = read_signature(headers.front());
    if (!sent_signature || !is_near(sent_signature->at, now)) return refused;
    const auto ours =
        hmac_sha256(secret, std::string{sent_signature->seconds}.append(".").append(body));
    if (!equal_in_constant_time(to_hex(ours), sent_signature->digest)) return refused;
    return {};
}

}  // namespace market::http
