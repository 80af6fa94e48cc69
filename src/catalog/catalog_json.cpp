/// The resources of API.md 4, member by member.
#include <market/catalog/catalog_service.hpp>

#include <boost/json.hpp>

namespace market::catalog {

namespace {

namespace json = boost::json;

json::object money_json(money value, std::string_view currency) {
    return {{"amount", value.minor_units}, {"currency", currency}};
}

template <class Id>
json::value id_or_null(const std::optional<Id>& value) {
    if (value) return json::value(to_string(*value));
    return nullptr;
}

json::value text_or_null(const std::optional<std::string>& value) {
    if (value) return json::value(*value);
    return nullptr;
}

}  // namespace

std::string to_json(const product& value, std::string_view currency) {
    return json::serialize(json::object{{"id", to_string(value.id)},
                                        {"name", value.name},
                                        {"description", value.description},
                                        {"category", value.category},
                                        {"price", money_json(value.price, currency)},
                                        {"image_url", text_or_null(value.image_url)},
                                        {"available", value.available},
                                        {"created_at", format_rfc3339(value.created_at)}});
}

std::string to_json(const product_stock& value) {
    json::array pools;
    for (const auto& pool : value.pools) {
        pools.push_back(json::object{{"sale_id", id_or_null(pool.sale)},
                                     {"total", pool.total},
                                     {"sold", pool.sold},
                                     {"available", pool.available()}});
    }
    return json::serialize(json::object{{"product_id", to_string(value.product)},
                                        {"available", value.available},
                                        {"pools", std::move(pools)}});
}

std::string to_json(const stock::movement& value) {
    return json::serialize(json::object{{"id", to_string(value.id)},
                                        {"at", format_rfc3339(value.at)},
                                        {"sale_id", id_or_null(value.sale)},
                                        {"kind", stock::to_string(value.kind)},
                                        {"delta", value.delta},
                                        {"reason", value.reason},
                                        {"actor", value.actor}});
}

std::string to_json(const sale& value, std::string_view currency) {
    return json::serialize(json::object{{"id", to_string(value.id)},
                                        {"product_id", to_string(value.product)},
                                        {"title", value.title},
                                        {"price", money_json(value.price, currency)},
                                        {"quantity", value.quantity},
                                        {"remaining", value.remaining},
                                        {"per_user_limit", value.per_user_limit},
                                        {"starts_at", format_rfc3339(value.starts_at)},
                                        {"ends_at", format_rfc3339(value.ends_at)},
                                        {"status", to_string(value.status)},
                                        {"server_time", format_rfc3339(value.server_time)}});
}

std::string to_json(const sale_stock& value) {
    return json::serialize(json::object{{"total", value.total},
                                        {"sold", value.sold},
                                        {"held", value.held},
                                        {"remaining", value.remaining},
                                        {"gate_epoch", value.gate_epoch}});
}

}  // namespace market::catalog
