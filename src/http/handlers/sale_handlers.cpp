#include "handlers/handlers.hpp"
#include "handlers/page_reply.hpp"
#include "input/conditions.hpp"
#include "input/object_reader.hpp"

#include <array>

namespace market::http {
namespace {

constexpr std::array statuses{catalog::sale_status::ended, catalog::sale_status::upcoming,
                              catalog::sale_status::paused, catalog::sale_status::sold_out,
                              catalog::sale_status::open};

std::optional<catalog::sale_status> read_status(query_reader& query) {
    std::array<std::string_view, statuses.size()> names;
    std::transform(statuses.begin(), statuses.end(), names.begin(),
                   [](catalog::sale_status status) { return catalog::to_string(status); });
    const auto chosen = query.choice("status", names);
    return chosen ? std::optional(statuses.at(*chosen)) : std::nullopt;
}

/// The sale after a change, with the ETag that the next change may name.
reply sale_reply(int status, const catalog::sale& sale, const std::string& currency) {
    reply answer{status, catalog::to_json(sale, currency)};
    answer.headers.emplace_back("ETag", catalog::etag_of(sale, currency));
    return answer;
}

awaitable_reply set_paused(api_call call, bool paused) {
    call.takes_no_parameters();
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto sale = co_await call.context.services.catalog.pause_sale(*id, paused);
    if (!sale) co_return sale.error();
    co_return sale_reply(200, *sale, call.context.settings.currency);
}

}  // namespace

awaitable_reply create_sale(api_call call) {
    auto body = call.read_body();
    catalog::new_sale sale;
    sale.product = body.id<product_id>("product_id");
    sale.title = body.text("title", title_rule);
    sale.price = body.price("price", call.context.settings.currency);
    sale.quantity = body.integer("quantity", 1, stock_quantity_max);
    sale.per_user_limit = body.integer("per_user_limit", 1, per_user_limit_max);
    sale.starts_at = body.time("starts_at");
    sale.ends_at = body.time("ends_at");
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto created =
        co_await call.context.services.catalog.create_sale(std::move(sale), call.principal.id);
    if (!created) co_return created.error();
    auto answer = sale_reply(201, *created, call.context.settings.currency);
    answer.headers.emplace_back("Location", "/v1/sales/" + to_string(created->id));
    co_return answer;
}

awaitable_reply list_sales(api_call call) {
    auto query = call.read_query();
    auto page = query.page();
    catalog::sale_filter filter;
    filter.status = read_status(query);
    filter.product = query.id<product_id>("product_id");
    query.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto sales = co_await call.context.services.catalog.list_sales(std::move(page), filter);
    if (!sales) co_return sales.error();
    co_return rendered_page(call.request, **sales);
}

awaitable_reply read_sale(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto sale = co_await call.context.services.catalog.read_sale(*id);
    if (!sale) co_return sale.error();
    co_return rendered_reply(call.request, **sale);
}

awaitable_reply change_sale(api_call call) {
    auto body = call.read_body();
    catalog::sale_change change;
    change.title = body.optional_text("title", title_rule);
    if (body.has("price")) change.price = body.price("price", call.context.settings.currency);
    if (body.has("quantity")) change.quantity = body.integer("quantity", 1, stock_quantity_max);
    if (body.has("per_user_limit"))
        change.per_user_limit = body.integer("per_user_limit", 1, per_user_limit_max);
    if (body.has("starts_at")) change.starts_at = body.time("starts_at");
    if (body.has("ends_at")) change.ends_at = body.time("ends_at");
    body.finish();
    auto condition = read_if_match(call.request, call.errors);
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto sale = co_await call.context.services.catalog.change_sale(
        *id, std::move(change), call.principal.id, std::move(condition));
    if (!sale) co_return sale.error();
    co_return sale_reply(200, *sale, call.context.settings.currency);
}

awaitable_reply pause_sale(api_call call) { return set_paused(std::move(call), true); }

awaitable_reply resume_sale(api_call call) { return set_paused(std::move(call), false); }

awaitable_reply close_sale(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto sale = co_await call.context.services.catalog.close_sale(*id, call.principal.id);
    if (!sale) co_return sale.error();
    co_return sale_reply(200, *sale, call.context.settings.currency);
}

awaitable_reply read_sale_stock(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto stock = co_await call.context.services.catalog.read_sale_stock(*id);
    if (!stock) co_return stock.error();
    co_return reply{200, catalog::to_json(*stock)};
}

awaitable_reply rebuild_gate(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto outcome =
        co_await call.context.services.rebuilder.rebuild(*id, stock::rebuild_reason::forced);
    // A closed sale has no gate to load.
    const bool has_no_gate = !outcome && outcome.error().code == errc::sale_ended;
    if (!outcome && !has_no_gate) co_return outcome.error();
    auto stock = co_await call.context.services.catalog.read_sale_stock(*id);
    if (!stock) co_return stock.error();
    co_return reply{200, catalog::to_json(*stock)};
}

}  // namespace market::http
