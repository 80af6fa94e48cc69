#include "handlers/handlers.hpp"
#include "handlers/page_reply.hpp"
#include "input/conditions.hpp"
#include "input/object_reader.hpp"

#include <array>

namespace market::http {
namespace {

failure no_such_product() { return failure{errc::product_not_found, "there is no such product"}; }

constexpr std::array<std::string_view, 4> sort_names{"newest", "price", "-price", "name"};
constexpr std::array sorts{catalog::product_sort::newest, catalog::product_sort::price,
                           catalog::product_sort::price_down, catalog::product_sort::name};

catalog::product_search read_search(query_reader& asked) {
    catalog::product_search wanted;
    wanted.limit = asked.limit();
    wanted.query = asked.text("query", search_rule).value_or("");
    wanted.category = asked.text("category", category_rule);
    wanted.sort = sorts.at(asked.choice("sort", sort_names).value_or(0));
    if (const auto cursor = asked.text("cursor", product_cursor_rule)) {
        if (const auto after = catalog::read_product_cursor(*cursor, wanted.sort)) {
            wanted.after = *after;
        } else {
            asked.fault("cursor", "format", after.error().detail);
        }
    }
    return wanted;
}

/// The resource after a change, with its tag for the next.
reply changed(int status, const catalog::product& now, const std::string& currency) {
    reply answer{status, catalog::to_json(now, currency)};
    answer.headers.emplace_back("ETag", catalog::etag_of(now, currency));
    return answer;
}

}  // namespace

answering create_product(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    catalog::new_product wanted;
    wanted.name = in.text("name", title_rule);
    wanted.description = in.text("description", description_rule);
    wanted.category = in.text("category", category_rule);
    wanted.price = in.price("price", it.shop.chosen.currency);
    if (!in.is_null("image_url")) wanted.image_url = in.optional_text("image_url", image_url_rule);
    wanted.stock = in.integer("stock", 0, stock_quantity_max);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto made = co_await it.shop.parts.catalog.create_product(std::move(wanted), it.who.id);
    if (!made) co_return made.error();
    auto answer = changed(201, *made, it.shop.chosen.currency);
    answer.headers.emplace_back("Location", "/v1/products/" + to_string(made->id));
    co_return answer;
}

answering list_products(call it) {
    query_reader asked(it.sent.query, it.found);
    auto wanted = read_search(asked);
    asked.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto found = co_await it.shop.parts.catalog.list_products(std::move(wanted));
    if (!found) co_return found.error();
    co_return rendered_page(it.sent, **found);
}

answering read_product(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto found = co_await it.shop.parts.catalog.read_product(*id);
    if (!found) co_return found.error();
    co_return rendered_reply(it.sent, **found);
}

answering change_product(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    catalog::product_change wanted;
    wanted.name = in.optional_text("name", title_rule);
    wanted.description = in.optional_text("description", description_rule);
    wanted.category = in.optional_text("category", category_rule);
    if (in.has("price")) wanted.price = in.price("price", it.shop.chosen.currency);
    if (in.is_null("image_url")) {
        wanted.image_url.emplace(std::nullopt);
    } else if (auto url = in.optional_text("image_url", image_url_rule)) {
        wanted.image_url.emplace(std::move(*url));
    }
    in.finish();
    auto upon = read_if_match(it.sent, it.found);
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto now =
        co_await it.shop.parts.catalog.change_product(*id, std::move(wanted), std::move(upon));
    if (!now) co_return now.error();
    co_return changed(200, *now, it.shop.chosen.currency);
}

answering retire_product(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto retired = co_await it.shop.parts.catalog.retire_product(*id);
    if (!retired) co_return retired.error();
    co_return reply{204};
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

answering adjust_stock(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    const auto delta = in.integer("delta", -stock_quantity_max, stock_quantity_max);
    if (delta == 0) in.fault("delta", "range", "has to be other than 0");
    auto reason = in.text("reason", reason_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<product_id>();
    if (!id) co_return no_such_product();
    auto moved =
        co_await it.shop.parts.catalog.adjust_stock(*id, delta, std::move(reason), it.who.id);
    if (!moved) co_return moved.error();
    reply answer{201, catalog::to_json(*moved)};
    answer.headers.emplace_back("Location", "/v1/products/" + to_string(*id) + "/stock/movements");
    co_return answer;
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
