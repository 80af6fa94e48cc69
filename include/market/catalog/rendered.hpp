#pragma once
/// What a crowd reloads: values with their ready bytes.
#include <market/base/page.hpp>
#include <market/catalog/product.hpp>
#include <market/catalog/sale.hpp>

#include <memory>
#include <string>

namespace market::catalog {

/// A resource, or a page of them, as a reply shows it.
template <class T>
struct rendered {
    T value;
    std::string body;  ///< JSON
    std::string etag;  ///< `"<version>-<live>"`; equal tags: equal bodies but for `server_time`
};
template <class T>
using rendered_ptr = std::shared_ptr<const rendered<T>>;

/// Tags of resources; `<version>` is the resource's, which If-Match compares.
std::string etag_of(const product& value, std::string_view currency);
std::string etag_of(const sale& value, std::string_view currency);

rendered_ptr<product> render(product value, std::string_view currency);
rendered_ptr<sale> render(sale value, std::string_view currency);
rendered_ptr<page<product>> render(page<product> value, std::string_view currency);
rendered_ptr<page<sale>> render(page<sale> value, std::string_view currency);

}  // namespace market::catalog
