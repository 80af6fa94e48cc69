#include <market/base/crypto.hpp>
#include <market/base/utf8.hpp>
#include <market/catalog/product.hpp>

#include <charconv>
#include <cstring>

namespace market::catalog {

namespace {

constexpr std::size_t head_bytes = 1 + sizeof(product_id::bytes);  // the sort's letter, the id

char letter_of(product_sort sort) {
    switch (sort) {
        case product_sort::newest: return 'd';
        case product_sort::price: return 'p';
        case product_sort::price_down: return 'P';
        case product_sort::name: return 'n';
    }
    return 'd';
}

std::optional<money> read_price(std::string_view text) {
    money out;
    const auto* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, out.minor_units);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    return out;
}

}  // namespace

std::string make_product_cursor(const product& last, product_sort sort) {
    std::string out(1, letter_of(sort));
    out += as_chars(last.id.bytes);
    if (sort == product_sort::name) out += last.name;
    if (sort == product_sort::price || sort == product_sort::price_down)
        out += std::to_string(last.price.minor_units);
    return to_base64url(out);
}

result<product_position> read_product_cursor(std::string_view cursor, product_sort sort) {
    const auto refused = invalid(culprit::place::parameter, "cursor", "format",
                                 "the cursor is not one that a list of this sort gave");
    const auto bytes = from_base64url(cursor);
    if (!bytes || bytes->size() < head_bytes || bytes->front() != letter_of(sort)) return refused;
    product_position out;
    std::memcpy(out.id.bytes.data(), bytes->data() + 1, out.id.bytes.size());
    const auto rest = std::string_view{*bytes}.substr(head_bytes);
    switch (sort) {
        case product_sort::newest:
            if (!rest.empty()) return refused;
            break;
        case product_sort::name:
            if (!is_utf8(rest) || rest.find('\0') != rest.npos) return refused;
            out.name = rest;
            break;
        case product_sort::price:
        case product_sort::price_down:
            if (const auto price = read_price(rest))
                out.price = *price;
            else
                return refused;
    }
    return out;
}

}  // namespace market::catalog
