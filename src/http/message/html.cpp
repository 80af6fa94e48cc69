#include "message/html.hpp"

namespace market::http {

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

reply html_reply(std::string body, std::string_view policy) {
    std::string rules =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; ";
    rules += policy;
    reply answer{200, std::move(body), html_type};
    answer.headers.emplace_back("Content-Security-Policy", std::move(rules));
    return answer;
}

}  // namespace market::http
