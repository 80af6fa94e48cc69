#pragma once
#include <market/base/page.hpp>

#include <string>
#include <string_view>

namespace market::http {

/// Appends `text` as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

/// RFC 6901: `parent` and one more reference token.
std::string pointer_to(std::string_view parent, std::string_view member);

/// `{"items": [...], "next_cursor": ...}`; `show` makes an item's JSON.
template <class T, class Show>
std::string to_json(const page<T>& found, Show show) {
    std::string out = "{\"items\":[";
    for (const auto& item : found.items) {
        if (&item != &found.items.front()) out += ',';
        out += show(item);
    }
    out += "],\"next_cursor\":";
    if (found.next_cursor) {
        append_quoted(out, *found.next_cursor);
    } else {
        out += "null";
    }
    out += '}';
    return out;
}

}  // namespace market::http
