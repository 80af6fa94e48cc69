#include "dispatch/route.hpp"

#include "input/query_reader.hpp"

#include <market/http/network.hpp>

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

/// Does the path fit? Then `argument` is what stands for the pattern's variable.
bool fits(std::string_view pattern, std::string_view path, std::string& argument) {
    while (!pattern.empty() && !path.empty()) {
        const auto wanted = cut_segment(pattern);
        const auto given = cut_segment(path);
        if (wanted.starts_with('{')) {
            if (given.empty()) return false;
            argument = decoded(given);
        } else if (wanted != given &&
                   (given.find('%') == std::string_view::npos || wanted != decoded(given))) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

void allow(std::string& allowed, std::string_view method) {
    if (!allowed.empty()) allowed += ", ";
    allowed += method;
}

}  // namespace

void call::takes_no_parameters() { query_reader(sent.query, found).finish(); }

std::string call::client() const {
    return client_of(sent.peer, sent.forwarded_for, shop.chosen.trusted_proxies);
}

bool is_known_method(std::string_view method) {
    constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"};
    return std::find(known.begin(), known.end(), method) != known.end();
}

match find_route(std::span<const route> routes, std::string_view method, std::string_view path) {
    match out;
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    if (path == "*") {
        out.allowed = "GET, HEAD, POST, OPTIONS";
        return out;
    }
    if (!path.starts_with('/')) return out;
    const bool is_plain = path.find('%') == std::string_view::npos;
    for (const auto& one : routes) {
        // Most routes are told apart by their first bytes.
        if (is_plain && !path.starts_with(one.pattern.substr(0, one.literal))) continue;
        if (!fits(one.pattern, path, out.argument)) continue;
        if (one.method == wanted) {
            out.to = &one;
            return out;
        }
        allow(out.allowed, one.method);
        if (one.method == "GET") allow(out.allowed, "HEAD");
    }
    if (!out.allowed.empty()) allow(out.allowed, "OPTIONS");
    return out;
}

}  // namespace market::http
