#include "message/json_text.hpp"

#include <boost/json/serialize.hpp>

namespace market::http {

void append_quoted(std::string& out, std::string_view text) {
    out += boost::json::serialize(boost::json::string_view(text));
}

std::string pointer_to(std::string_view parent, std::string_view member) {
    std::string out(parent);
    out += '/';
    for (const char c : member) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace market::http
