#pragma once
/// Products and sales as the bytes of a reply: what a crowd reloads.
#include <market/base/page.hpp>
#include <market/catalog/product.hpp>
#include <market/catalog/sale.hpp>

#include <memory>
#include <string>

namespace market::catalog {

/// A resource, or a page of resources, with the body and tag of its reply.
template <class T>
struct rendered {
    T value;
    std::string body;  ///< JSON
    std::string etag;  ///< `"<version>-<hash>"`; equal tags: equal bodies, except `server_time`
};
template <class T>
using rendered_ptr = std::shared_ptr<const rendered<T>>;

/// The tag of a resource. Its `<version>` is what If-Match compares.
std::string etag_of(const product& value, std::string_view currency);
std::string etag_of(const sale& value, std::string_view currency);

rendered_ptr<product> render(product value, std::string_view currency);
rendered_ptr<sale> render(sale value, std::string_view currency);
rendered_ptr<page<product>> render(page<product> value, std::string_view currency);
rendered_ptr<page<sale>> render(page<sale> value, std::string_view currency);

}  // namespace market::catalog
