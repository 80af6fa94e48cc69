#include <market/catalog/rendered.hpp>

#include <market/base/crypto.hpp>

namespace market::catalog {

namespace {

/// The JSON without what changes by itself: the time of asking.
std::string lasting_json(const product& value, std::string_view currency) {
    return to_json(value, currency);
}
std::string lasting_json(sale value, std::string_view currency) {
    value.server_time = {};
    return to_json(value, currency);
}

std::string tag(std::int64_t version, std::string_view lasting) {
    constexpr std::size_t bytes = 8;
    const auto digest = sha256(lasting);
    return '"' + std::to_string(version) + '-' + to_hex(std::span{digest}.first(bytes)) + '"';
}

template <class T>
rendered_ptr<T> render_one(T value, std::string_view currency) {
    auto body = to_json(value, currency);
    auto etag = etag_of(value, currency);
    return std::make_shared<const rendered<T>>(
        rendered<T>{std::move(value), std::move(body), std::move(etag)});
}

/// A page's version is the sum of its items' versions: the same on every server.
template <class T>
rendered_ptr<page<T>> render_page(page<T> value, std::string_view currency) {
    std::int64_t version = 0;
    for (const auto& item : value.items) version += item.version;
    auto body = page_json(value, [&](const T& item) { return to_json(item, currency); });
    const auto lasting =
        page_json(value, [&](const T& item) { return lasting_json(item, currency); });
    return std::make_shared<const rendered<page<T>>>(
        rendered<page<T>>{std::move(value), std::move(body), tag(version, lasting)});
}

}  // namespace

std::string etag_of(const product& value, std::string_view currency) {
    return tag(value.version, lasting_json(value, currency));
}
std::string etag_of(const sale& value, std::string_view currency) {
    return tag(value.version, lasting_json(value, currency));
}

rendered_ptr<product> render(product value, std::string_view currency) {
    return render_one(std::move(value), currency);
}
rendered_ptr<sale> render(sale value, std::string_view currency) {
    return render_one(std::move(value), currency);
}
rendered_ptr<page<product>> render(page<product> value, std::string_view currency) {
    return render_page(std::move(value), currency);
}
rendered_ptr<page<sale>> render(page<sale> value, std::string_view currency) {
    return render_page(std::move(value), currency);
}

}  // namespace market::catalog
