#pragma once
#include "input/conditions.hpp"
#include "input/query_reader.hpp"
#include "message/reply.hpp"

#include <market/catalog/rendered.hpp>

namespace market::http {

/// Adds `Link: rel="next"` when there is a next page.
inline void add_link(reply& answer, const request& request,
                     const std::optional<std::string>& next_cursor) {
    if (!next_cursor) return;
    const auto target = next_page_target(request.path, request.query, *next_cursor);
    answer.headers.emplace_back("Link", "<" + target + ">; rel=\"next\"");
}

template <class T, class ToJson>
reply page_reply(const request& request, const page<T>& page, ToJson to_json) {
    reply answer{200, page_json(page, to_json)};
    add_link(answer, request, page.next_cursor);
    return answer;
}

/// A resource whose JSON is ready; 304 when the client has it already.
template <class T>
reply rendered_reply(const request& request, const catalog::rendered<T>& resource) {
    reply answer;
    if (client_has(request, resource.etag)) {
        answer.status = 304;
    } else {
        answer.body = resource.body;
    }
    answer.headers.emplace_back("ETag", resource.etag);
    answer.headers.emplace_back("Cache-Control", "no-cache");
    return answer;
}

template <class T>
reply rendered_page(const request& request, const catalog::rendered<page<T>>& page) {
    auto answer = rendered_reply(request, page);
    add_link(answer, request, page.value.next_cursor);
    return answer;
}

}  // namespace market::http
