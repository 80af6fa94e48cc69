#include "dispatch/route.hpp"

#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <array>

namespace market::http {
namespace {

std::string_view cut_segment(std::string_view& rest) {
    rest.remove_prefix(1);  // the slash
    const auto segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

std::string decoded(std::string_view segment) {
    const auto encoded = boost::urls::make_pct_string_view(segment);
    return encoded ? encoded->decode() : std::string(segment);
}

/// Sets `argument` to the segment that stands for the pattern's variable.
bool matches(std::string_view pattern, std::string_view path, std::string& argument) {
    while (!pattern.empty() && !path.empty()) {
        const auto expected = cut_segment(pattern);
        const auto segment = cut_segment(path);
        if (expected.starts_with('{')) {
            if (segment.empty()) return false;
            argument = decoded(segment);
        } else if (expected != segment &&
                   (segment.find('%') == std::string_view::npos || expected != decoded(segment))) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

void add_method(std::string& allowed, std::string_view method) {
    if (!allowed.empty()) allowed += ", ";
    allowed += method;
}

}  // namespace

bool is_known_method(std::string_view method) {
    constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"};
    return std::find(known.begin(), known.end(), method) != known.end();
}

route_match find_route(std::span<const route> routes, std::string_view method,
                       std::string_view path) {
    route_match match;
    if (path == "*") {
        match.allowed_methods = "GET, HEAD, POST, OPTIONS";
        return match;
    }
    if (!path.starts_with('/')) return match;
    const auto route_method = method == "HEAD" ? std::string_view("GET") : method;
    const bool is_plain = path.find('%') == std::string_view::npos;
    for (const auto& route : routes) {
        // Most routes differ in their first bytes.
        if (is_plain && !path.starts_with(route.pattern.substr(0, route.literal_length))) continue;
        if (!matches(route.pattern, path, match.argument)) continue;
        if (route.method == route_method) {
            match.route = &route;
            return match;
        }
        add_method(match.allowed_methods, route.method);
        if (route.method == "GET") add_method(match.allowed_methods, "HEAD");
    }
    if (!match.allowed_methods.empty()) add_method(match.allowed_methods, "OPTIONS");
    return match;
}

}  // namespace market::http
