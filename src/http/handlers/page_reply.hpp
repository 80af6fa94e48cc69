#pragma once
#include "dispatch/route.hpp"
#include "input/conditions.hpp"
#include "input/query_reader.hpp"

#include <market/catalog/rendered.hpp>

namespace market::http {

/// `Link: rel="next"` when there is a next page.
inline void add_link(reply& answer, const request& sent,
                     const std::optional<std::string>& next_cursor) {
    if (!next_cursor) return;
    const auto target = next_page_target(sent.path, sent.query, *next_cursor);
    answer.headers.emplace_back("Link", "<" + target + ">; rel=\"next\"");
}

/// A page, with `Link: rel="next"` when there is more.
template <class T, class Show>
reply page_reply(const request& sent, const page<T>& found, Show show) {
    reply answer{200, page_json(found, show)};
    add_link(answer, sent, found.next_cursor);
    return answer;
}

/// Ready bytes, or 304 when the client has them.
template <class T>
reply rendered_reply(const request& sent, const catalog::rendered<T>& found) {
    reply answer;
    if (is_known_to(sent, found.etag)) {
        answer.status = 304;
    } else {
        answer.body = found.body;
    }
    answer.headers.emplace_back("ETag", found.etag);
    answer.headers.emplace_back("Cache-Control", "no-cache");
    return answer;
}

template <class T>
reply rendered_page(const request& sent, const catalog::rendered<page<T>>& found) {
    auto answer = rendered_reply(sent, found);
    add_link(answer, sent, found.value.next_cursor);
    return answer;
}

}  // namespace market::http
