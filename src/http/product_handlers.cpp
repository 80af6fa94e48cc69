#include "handlers.hpp"
#include "object_reader.hpp"
#include "page_reply.hpp"

namespace market::http {
namespace {

failure no_such_product() { return failure{errc::product_not_found, "there is no such product"}; }

}  // namespace

answering create_product(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    catalog::new_product wanted;
    wanted.name = in.text("name", title_rule);
    wanted.description = in.text("description", description_rule);
    wanted.category = in.text("category", category_rule);
    wanted.price = in.price("price", it.shop.chosen.currency);
    wanted.image_url = in.optional_text("image_url", image_url_rule);
    wanted.stock = in.integer("stock", 0, stock_quantity_max);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto made = co_await it.shop.parts.catalog.create_product(std::move(wanted), it.who.id);
    if (!made) co_return made.error();
    reply answer{201, catalog::to_json(*made, it.shop.chosen.currency)};
    answer.headers.emplace_back("Location", "/v1/products/" + to_string(made->id));
    co_return answer;
}

answering list_products(call it) {
    query_reader asked(it.sent.query, it.found);
    auto wanted = asked.page();
    asked.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto found = co_await it.shop.parts.catalog.list_products(std::move(wanted));
    if (!found) co_return found.error();
    const auto show = [&](const catalog::product& one) {
        return catalog::to_json(one, it.shop.chosen.currency);
    };
    co_return page_reply(it.sent, *found, show);
}

answering read_product(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto found = co_await it.shop.parts.catalog.read_product(*id);
    if (!found) co_return found.error();
    co_return reply{200, catalog::to_json(*found, it.shop.chosen.currency)};
}

answering read_product_stock(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto found = co_await it.shop.parts.catalog.read_stock(*id);
    if (!found) co_return found.error();
    co_return reply{200, catalog::to_json(*found)};
}

answering list_movements(call it) {
    query_reader asked(it.sent.query, it.found);
    auto wanted = asked.page();
    asked.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto found = co_await it.shop.parts.catalog.list_movements(*id, std::move(wanted));
    if (!found) co_return found.error();
    const auto show = [](const stock::movement& one) { return catalog::to_json(one); };
    co_return page_reply(it.sent, *found, show);
}

}  // namespace market::http
