#include "message/head.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace market::http {
namespace {

failure bad(const char* detail) { return failure{errc::bad_request, detail}; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// tchar of RFC 9110 section 5.6.2
bool is_token_char(char c) {
    if (is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
    return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

bool is_field_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
}

/// Loosely host [":" port] of RFC 3986: no character that could end or split it.
bool is_host(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_visible(c) && std::string_view("/?#@,\\\"<>").find(c) == std::string_view::npos;
    });
}

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::string_view next_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

/// The form of the target must fit the method (RFC 9112 section 3.2).
bool is_target(std::string_view method, std::string_view target) {
    if (target.empty() || !std::all_of(target.begin(), target.end(), is_visible)) return false;
    if (target.front() == '/' || method == "CONNECT") return true;
    if (target == "*") return method == "OPTIONS";
    return target.starts_with("http://") || target.starts_with("https://");
}

/// A length beyond 64 bits becomes the greatest number, which no limit allows.
std::optional<std::uint64_t> read_length(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
    std::uint64_t length = 0;
    for (const char c : text) {
        if (length > (std::numeric_limits<std::uint64_t>::max() - 9) / 10) {
            return std::numeric_limits<std::uint64_t>::max();
        }
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return length;
}

/// Checks the fields that decide where a request ends and which host it is for.
class field_check {
public:
    /// What is wrong with the line; null: nothing.
    const char* see(std::string_view line) {
        if (line.front() == ' ' || line.front() == '\t') return "a folded header line";
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return "a header line without a colon";
        const auto name = line.substr(0, colon);
        const auto value = trimmed(line.substr(colon + 1));
        if (!is_token(name)) return "a header name that is not a token";
        if (!is_field_value(value)) return "a control character in a header";
        if (same_without_case(name, "host")) return see_host(value);
        if (same_without_case(name, "content-length")) return see_length(value);
        if (same_without_case(name, "transfer-encoding")) return see_coding(value);
        return nullptr;
    }

    const char* see_end(bool http_1_0) const {
        if (!http_1_0 && hosts_ == 0) return "no Host header";
        if (framing_.chunked && lengths_ > 0) return "both Content-Length and Transfer-Encoding";
        if (framing_.chunked && http_1_0) return "Transfer-Encoding in HTTP/1.0";
        return nullptr;
    }

    framing result() const { return framing_; }

private:
    const char* see_host(std::string_view value) {
        if (++hosts_ > 1) return "more than one Host header";
        return is_host(value) ? nullptr : "a malformed Host header";
    }

    const char* see_length(std::string_view value) {
        const auto length = read_length(value);
        if (++lengths_ > 1 || !length) return "a malformed or repeated Content-Length";
        framing_.content_length = *length;
        return nullptr;
    }

    const char* see_coding(std::string_view value) {
        if (framing_.chunked || !same_without_case(value, "chunked")) {
            return "a Transfer-Encoding other than chunked";
        }
        framing_.chunked = true;
        return nullptr;
    }

    framing framing_;
    int hosts_ = 0;
    int lengths_ = 0;
};

}  // namespace

bool same_without_case(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           std::equal(left.begin(), left.end(), right.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

result<std::size_t> find_head(std::string_view bytes, std::size_t& looked) {
    while (looked < bytes.size()) {
        const char c = bytes[looked];
        if (c == '\0') return bad("a NUL in the header");
        if (c == '\n') return bad("a line ended by a bare LF");
        if (c != '\r') {
            ++looked;
        } else if (looked + 1 == bytes.size()) {
            break;  // the LF may come with the next bytes
        } else if (bytes[looked + 1] != '\n') {
            return bad("a bare CR in the header");
        } else {
            looked += 2;
            if (looked > head_bytes_max) break;
            if (looked >= 4 && bytes.substr(looked - 4, 4) == "\r\n\r\n") return looked;
        }
    }
    if (looked >= head_bytes_max) {
        return failure{errc::header_too_large, "the header is longer than 16 KiB"};
    }
    return std::size_t{0};
}

result<framing> read_framing(std::string_view head) {
    const auto line = next_line(head);
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("a malformed request line");
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(method)) return bad("a method that is not a token");
    if (!is_target(method, target)) return bad("a malformed request target");
    const bool http_1_0 = version == "HTTP/1.0";
    if (!http_1_0 && version != "HTTP/1.1")
        return bad("a version other than HTTP/1.1 and HTTP/1.0");

    field_check fields;
    for (auto field = next_line(head); !field.empty(); field = next_line(head)) {
        if (const char* wrong = fields.see(field)) return bad(wrong);
    }
    if (const char* wrong = fields.see_end(http_1_0)) return bad(wrong);
    if (target.size() > target_bytes_max) {
        return failure{errc::header_too_large, "the request target is longer than 8 KiB"};
    }
    return fields.result();
}

}  // namespace market::http
