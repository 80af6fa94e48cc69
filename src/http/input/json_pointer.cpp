#include "input/json_pointer.hpp"

namespace market::http {

std::string pointer_to(std::string_view parent, std::string_view member) {
    std::string pointer(parent);
    pointer += '/';
    for (const char c : member) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
    return pointer;
}

}  // namespace market::http
