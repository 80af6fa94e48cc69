#include <market/base/json_text.hpp>

#include <algorithm>

namespace market {

namespace {

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void append_escaped(std::string& out, char c) {
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
        return;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[code >> 4U];
    out += digits[code & 0xFU];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (;;) {
        const auto plain = std::find_if(text.begin(), text.end(), needs_escape) - text.begin();
        const auto length = static_cast<std::size_t>(plain);
        out += text.substr(0, length);
        if (length == text.size()) break;
        append_escaped(out, text[length]);
        text.remove_prefix(length + 1);
    }
    out += '"';
}

}  // namespace market
