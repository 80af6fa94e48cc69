#include "handlers/handlers.hpp"
#include "handlers/page_reply.hpp"
#include "input/conditions.hpp"
#include "input/object_reader.hpp"

#include <array>

namespace market::http {
namespace {

constexpr std::array<std::string_view, 4> sort_names{"newest", "price", "-price", "name"};
constexpr std::array sorts{catalog::product_sort::newest, catalog::product_sort::price,
                           catalog::product_sort::price_down, catalog::product_sort::name};

catalog::product_search read_search(query_reader& query) {
    catalog::product_search search;
    search.limit = query.limit();
    search.query = query.text("query", search_rule).value_or("");
    search.category = query.text("category", category_rule);
    search.sort = sorts.at(query.choice("sort", sort_names).value_or(0));
    if (const auto cursor = query.text("cursor", product_cursor_rule)) {
        if (const auto after = catalog::read_product_cursor(*cursor, search.sort)) {
            search.after = *after;
        } else {
            query.fault("cursor", "format", after.error().detail);
        }
    }
    return search;
}

/// The product after a change, with the ETag that the next change may name.
reply product_reply(int status, const catalog::product& product, const std::string& currency) {
    reply answer{status, catalog::to_json(product, currency)};
    answer.headers.emplace_back("ETag", catalog::etag_of(product, currency));
    return answer;
}

}  // namespace

awaitable_reply create_product(api_call call) {
    auto body = call.read_body();
    catalog::new_product product;
    product.name = body.text("name", title_rule);
    product.description = body.text("description", description_rule);
    product.category = body.text("category", category_rule);
    product.price = body.price("price", call.context.settings.currency);
    if (!body.is_null("image_url"))
        product.image_url = body.optional_text("image_url", image_url_rule);
    product.stock = body.integer("stock", 0, stock_quantity_max);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto created = co_await call.context.services.catalog.create_product(std::move(product),
                                                                         call.principal.id);
    if (!created) co_return created.error();
    auto answer = product_reply(201, *created, call.context.settings.currency);
    answer.headers.emplace_back("Location", "/v1/products/" + to_string(created->id));
    co_return answer;
}

awaitable_reply list_products(api_call call) {
    auto query = call.read_query();
    auto search = read_search(query);
    query.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto products = co_await call.context.services.catalog.list_products(std::move(search));
    if (!products) co_return products.error();
    co_return rendered_page(call.request, **products);
}

awaitable_reply read_product(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<product_id>();
    if (!id) co_return id.error();
    auto product = co_await call.context.services.catalog.read_product(*id);
    if (!product) co_return product.error();
    co_return rendered_reply(call.request, **product);
}

awaitable_reply change_product(api_call call) {
    auto body = call.read_body();
    catalog::product_change change;
    change.name = body.optional_text("name", title_rule);
    change.description = body.optional_text("description", description_rule);
    change.category = body.optional_text("category", category_rule);
    if (body.has("price")) change.price = body.price("price", call.context.settings.currency);
    if (body.is_null("image_url")) {
        change.image_url.emplace(std::nullopt);
    } else if (auto url = body.optional_text("image_url", image_url_rule)) {
        change.image_url.emplace(std::move(*url));
    }
    body.finish();
    auto condition = read_if_match(call.request, call.errors);
    const auto id = call.id<product_id>();
    if (!id) co_return id.error();
    auto product = co_await call.context.services.catalog.change_product(*id, std::move(change),
                                                                         std::move(condition));
    if (!product) co_return product.error();
    co_return product_reply(200, *product, call.context.settings.currency);
}

awaitable_reply retire_product(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<product_id>();
    if (!id) co_return id.error();
    auto outcome = co_await call.context.services.catalog.retire_product(*id);
    if (!outcome) co_return outcome.error();
    co_return reply{204};
}

awaitable_reply read_product_stock(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<product_id>();
    if (!id) co_return id.error();
    auto stock = co_await call.context.services.catalog.read_stock(*id);
    if (!stock) co_return stock.error();
    co_return reply{200, catalog::to_json(*stock)};
}

awaitable_reply adjust_stock(api_call call) {
    auto body = call.read_body();
    const auto delta = body.integer("delta", -stock_quantity_max, stock_quantity_max);
    if (delta == 0) body.fault("delta", "range", "must not be 0");
    auto reason = body.text("reason", reason_rule);
    body.finish();
    const auto id = call.id<product_id>();
    if (!id) co_return id.error();
    auto movement = co_await call.context.services.catalog.adjust_stock(
        *id, delta, std::move(reason), call.principal.id);
    if (!movement) co_return movement.error();
    reply answer{201, catalog::to_json(*movement)};
    answer.headers.emplace_back("Location", "/v1/products/" + to_string(*id) + "/stock/movements");
    co_return answer;
}

awaitable_reply list_movements(api_call call) {
    auto query = call.read_query();
    auto page = query.page();
    query.finish();
    const auto id = call.id<product_id>();
    if (!id) co_return id.error();
    auto movements = co_await call.context.services.catalog.list_movements(*id, std::move(page));
    if (!movements) co_return movements.error();
    const auto to_json = [](const stock::movement& movement) { return catalog::to_json(movement); };
    co_return page_reply(call.request, *movements, to_json);
}

}  // namespace market::http
