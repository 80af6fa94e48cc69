#include <market/base/crypto.hpp>
#include <market/base/page.hpp>

namespace market {

std::string make_cursor(const std::array<std::byte, 16>& last) {
    return to_base64url(as_chars(last));
}

result<std::array<std::byte, 16>> read_cursor(std::string_view cursor) {
    std::array<std::byte, 16> out;
    const auto bytes = from_base64url(cursor);
    if (!bytes || bytes->size() != out.size()) {
        return invalid(culprit::place::parameter, "cursor", "format",
                       "the cursor is not one that a list gave");
    }
    std::memcpy(out.data(), bytes->data(), out.size());
    return out;
}

}  // namespace market
