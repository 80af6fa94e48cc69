#include "dispatch/trace.hpp"

#include <market/base/crypto.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace market::http {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

template <std::size_t Count>
std::string random_hex() {
    std::array<std::byte, Count> bytes{};
    fill_random(bytes);
    return to_hex(bytes);
}

/// Unique, and without a system call for randomness on each request.
std::string make_request_id() {
    static const std::string process = random_hex<8>();
    static std::atomic<std::uint64_t> next{1};
    return process + "-" + std::to_string(next.fetch_add(1, std::memory_order_relaxed));
}

bool is_request_id_char(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of(hex_digits) == std::string_view::npos;
}

bool is_zero(std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
}

/// 00-<32 hex, trace>-<16 hex, parent>-<2 hex, flags>; neither id is all zero.
bool is_traceparent(std::string_view text) {
    if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-')
        return false;
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    return is_hex(trace) && is_hex(parent) && is_hex(text.substr(53)) && !is_zero(trace) &&
           !is_zero(parent);
}

}  // namespace

std::string accept_request_id(std::string_view sent) {
    const bool fits = !sent.empty() && sent.size() <= 64 &&
                      std::all_of(sent.begin(), sent.end(), is_request_id_char);
    return fits ? std::string(sent) : make_request_id();
}

std::string accept_traceparent(std::string_view sent) {
    if (is_traceparent(sent)) return std::string(sent);
    return "00-" + random_hex<16>() + "-" + random_hex<8>() + "-01";
}

}  // namespace market::http
