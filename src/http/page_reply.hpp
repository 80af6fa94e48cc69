#pragma once
#include "json_text.hpp"
#include "query_reader.hpp"
#include "route.hpp"

namespace market::http {

/// A page, with `Link: rel="next"` when there is more.
template <class T, class Show>
reply page_reply(const request& sent, const page<T>& found, Show show) {
    reply answer{200, to_json(found, show)};
    if (found.next_cursor) {
        const auto target = next_page_target(sent.path, sent.query, *found.next_cursor);
        answer.headers.emplace_back("Link", "<" + target + ">; rel=\"next\"");
    }
    return answer;
}

}  // namespace market::http
