#include "handlers/handlers.hpp"
#include "handlers/page_reply.hpp"
#include "input/conditions.hpp"
#include "input/object_reader.hpp"

#include <array>

namespace market::http {
namespace {

failure no_such_sale() { return failure{errc::sale_not_found, "there is no such sale"}; }

constexpr std::array statuses{catalog::sale_status::ended, catalog::sale_status::upcoming,
                              catalog::sale_status::paused, catalog::sale_status::sold_out,
                              catalog::sale_status::open};

std::optional<catalog::sale_status> read_status(query_reader& asked) {
    std::array<std::string_view, statuses.size()> names;
    std::transform(statuses.begin(), statuses.end(), names.begin(),
                   [](catalog::sale_status one) { return catalog::to_string(one); });
    const auto chosen = asked.choice("status", names);
    return chosen ? std::optional(statuses.at(*chosen)) : std::nullopt;
}

/// The resource after a change, with its tag for the next.
reply changed(int status, const catalog::sale& now, const std::string& currency) {
    reply answer{status, catalog::to_json(now, currency)};
    answer.headers.emplace_back("ETag", catalog::etag_of(now, currency));
    return answer;
}

answering set_paused(call it, bool paused) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto now = co_await it.shop.parts.catalog.pause_sale(*id, paused);
    if (!now) co_return now.error();
    co_return changed(200, *now, it.shop.chosen.currency);
}

}  // namespace

answering create_sale(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    catalog::new_sale wanted;
    wanted.product = in.id<product_id>("product_id");
    wanted.title = in.text("title", title_rule);
    wanted.price = in.price("price", it.shop.chosen.currency);
    wanted.quantity = in.integer("quantity", 1, stock_quantity_max);
    wanted.per_user_limit = in.integer("per_user_limit", 1, per_user_limit_max);
    wanted.starts_at = in.time("starts_at");
    wanted.ends_at = in.time("ends_at");
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto made = co_await it.shop.parts.catalog.create_sale(std::move(wanted), it.who.id);
    if (!made) co_return made.error();
    auto answer = changed(201, *made, it.shop.chosen.currency);
    answer.headers.emplace_back("Location", "/v1/sales/" + to_string(made->id));
    co_return answer;
}

answering list_sales(call it) {
    query_reader asked(it.sent.query, it.found);
    auto wanted = asked.page();
    catalog::sale_filter filter;
    filter.status = read_status(asked);
    filter.product = asked.id<product_id>("product_id");
    asked.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto found = co_await it.shop.parts.catalog.list_sales(std::move(wanted), filter);
    if (!found) co_return found.error();
    co_return rendered_page(it.sent, **found);
}

answering read_sale(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto found = co_await it.shop.parts.catalog.read_sale(*id);
    if (!found) co_return found.error();
    co_return rendered_reply(it.sent, **found);
}

answering change_sale(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    catalog::sale_change wanted;
    wanted.title = in.optional_text("title", title_rule);
    if (in.has("price")) wanted.price = in.price("price", it.shop.chosen.currency);
    if (in.has("quantity")) wanted.quantity = in.integer("quantity", 1, stock_quantity_max);
    if (in.has("per_user_limit"))
        wanted.per_user_limit = in.integer("per_user_limit", 1, per_user_limit_max);
    if (in.has("starts_at")) wanted.starts_at = in.time("starts_at");
    if (in.has("ends_at")) wanted.ends_at = in.time("ends_at");
    in.finish();
    auto upon = read_if_match(it.sent, it.found);
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto now = co_await it.shop.parts.catalog.change_sale(*id, std::move(wanted), it.who.id,
                                                          std::move(upon));
    if (!now) co_return now.error();
    co_return changed(200, *now, it.shop.chosen.currency);
}

answering pause_sale(call it) { return set_paused(std::move(it), true); }

answering resume_sale(call it) { return set_paused(std::move(it), false); }

answering close_sale(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto closed = co_await it.shop.parts.catalog.close_sale(*id, it.who.id);
    if (!closed) co_return closed.error();
    co_return changed(200, *closed, it.shop.chosen.currency);
}

answering read_sale_stock(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto found = co_await it.shop.parts.catalog.read_sale_stock(*id);
    if (!found) co_return found.error();
    co_return reply{200, catalog::to_json(*found)};
}

answering rebuild_gate(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto rebuilt = co_await it.shop.parts.rebuilder.rebuild(*id, stock::rebuild_reason::forced);
    // A closed sale has no gate to load, and needs none.
    const bool is_needless = !rebuilt && rebuilt.error().code == errc::sale_ended;
    if (!rebuilt && !is_needless) co_return rebuilt.error();
    auto found = co_await it.shop.parts.catalog.read_sale_stock(*id);
    if (!found) co_return found.error();
    co_return reply{200, catalog::to_json(*found)};
}

}  // namespace market::http
