#pragma once
/// Keyset pages, newest first.
#include <market/base/error.hpp>
#include <market/base/id.hpp>
#include <market/base/limits.hpp>

#include <optional>
#include <string>
#include <vector>

namespace market {

struct page_request {
    int limit = page_size_default;      ///< 1-100, checked by the caller
    std::optional<std::string> cursor;  ///< as the last page gave it
};

template <class T>
struct page {
    std::vector<T> items;
    std::optional<std::string> next_cursor;
};

/// The opaque cursor that continues after `last`.
std::string make_cursor(const std::array<std::byte, 16>& last);
/// Errors: validation_failed naming the parameter `cursor`.
result<std::array<std::byte, 16>> read_cursor(std::string_view cursor);

template <class Id>
result<std::optional<Id>> cursor_position(const page_request& request) {
    if (!request.cursor) return std::optional<Id>{};
    auto bytes = read_cursor(*request.cursor);
    if (!bytes) return bytes.error();
    return std::optional<Id>{Id{*bytes}};
}

/// Makes a page of `rows`, which were read with LIMIT limit + 1. `key` gives a row's id.
template <class T, class Key>
page<T> cut_page(std::vector<T> rows, const page_request& request, Key key) {
    page<T> out;
    if (rows.size() > static_cast<std::size_t>(request.limit)) {
        rows.resize(static_cast<std::size_t>(request.limit));
        out.next_cursor = make_cursor(key(rows.back()).bytes);
    }
    out.items = std::move(rows);
    return out;
}

/// `{"items": [...], "next_cursor": ...}`; `show` makes an item's JSON. A cursor is base64url and
/// needs no escapes.
template <class T, class Show>
std::string page_json(const page<T>& found, Show show) {
    std::string out = "{\"items\":[";
    for (const auto& item : found.items) {
        if (&item != &found.items.front()) out += ',';
        out += show(item);
    }
    out += "],\"next_cursor\":";
    out += found.next_cursor ? '"' + *found.next_cursor + '"' : "null";
    return out + "}";
}

}  // namespace market
