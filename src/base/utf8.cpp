#include <market/base/utf8.hpp>

#include <cstddef>

namespace market {

namespace {

/// How many bytes follow the first of a character, and what range the first of them has (Unicode
/// standard, table 3-7).
struct tail {
    std::size_t count;
    unsigned char least, most;
};

tail tail_of(unsigned char first) {
    constexpr tail none{0, 1, 0};
    if (first < 0x80) return {0, 0, 0};
    if (first < 0xC2) return none;
    if (first < 0xE0) return {1, 0x80, 0xBF};
    if (first < 0xF0)
        return {2, static_cast<unsigned char>(first == 0xE0 ? 0xA0 : 0x80),
                static_cast<unsigned char>(first == 0xED ? 0x9F : 0xBF)};
    if (first < 0xF5)
        return {3, static_cast<unsigned char>(first == 0xF0 ? 0x90 : 0x80),
                static_cast<unsigned char>(first == 0xF4 ? 0x8F : 0xBF)};
    return none;
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto [count, least, most] = tail_of(static_cast<unsigned char>(text[at]));
        if (least > most || count > text.size() - at - 1) return false;
        for (std::size_t i = 0; i < count; ++i) {
            const auto byte = static_cast<unsigned char>(text[++at]);
            if (byte < (i == 0 ? least : 0x80) || byte > (i == 0 ? most : 0xBF)) return false;
        }
    }
    return true;
}

}  // namespace market
