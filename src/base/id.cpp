#include <market/base/crypto.hpp>
#include <market/base/id.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>

namespace market::detail {
namespace {

/// The parts of a UUIDv7: 48 bits of Unix milliseconds, then 12 + 62 bits that order the ids of one
/// millisecond (RFC 9562, 6.2, method 2: random, then raised by a random amount).
struct v7_fields {
    std::uint64_t millis = 0;
    std::uint64_t high = 0;  ///< 12 bits
    std::uint64_t low = 0;   ///< 62 bits
};

constexpr std::uint64_t high_max = (1ULL << 12) - 1;
constexpr std::uint64_t low_max = (1ULL << 62) - 1;

void raise(v7_fields& last, std::uint64_t by) {
    last.low += by;
    if (last.low <= low_max) return;
    last.low &= low_max;
    if (++last.high <= high_max) return;
    last.high = 0;
    ++last.millis;  // a time in the future: ids must be greater than all before
}

v7_fields next_fields(std::uint64_t now_millis, std::uint64_t random_high,
                      std::uint64_t random_low) {
    static std::mutex guard;
    static v7_fields last;
    const std::lock_guard lock{guard};
    if (now_millis > last.millis) {
        // The top bit starts clear, so that a busy millisecond can count up.
        last = {now_millis, random_high & (high_max >> 1), random_low & low_max};
    } else {
        raise(last, 1 + (random_low & 0xFFFFFFFFULL));
    }
    return last;
}

std::uint64_t next_random() {
    std::array<std::uint64_t, 1> out;
    fill_random(std::as_writable_bytes(std::span{out}));
    return out[0];
}

void put_big_endian(std::byte* out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
        *out++ = static_cast<std::byte>(value >> shift & 0xFFU);
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool is_dash_at(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

}  // namespace

std::array<std::byte, 16> make_uuid_v7() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const auto fields =
        next_fields(static_cast<std::uint64_t>(millis), next_random(), next_random());
    std::array<std::byte, 16> out;
    put_big_endian(out.data(), fields.millis << 16 | 0x7000ULL | fields.high);
    put_big_endian(out.data() + 8, 1ULL << 63 | fields.low);
    return out;
}

std::array<std::byte, 16> random_128() {
    std::array<std::byte, 16> out;
    fill_random(out);
    return out;
}

std::string format_uuid(const std::array<std::byte, 16>& bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out(36, '-');
    std::size_t at = 0;
    for (const std::byte byte : bytes) {
        if (is_dash_at(at)) ++at;
        out[at++] = digits[std::to_integer<std::size_t>(byte >> 4)];
        out[at++] = digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return out;
}

std::optional<std::array<std::byte, 16>> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::array<std::byte, 16> out{};
    std::size_t nibble = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_dash_at(at)) {
            if (text[at] != '-') return std::nullopt;
            continue;
        }
        const int value = hex_value(text[at]);
        if (value < 0) return std::nullopt;
        out[nibble / 2] = out[nibble / 2] << 4 | static_cast<std::byte>(value);
        ++nibble;
    }
    return out;
}

}  // namespace market::detail
