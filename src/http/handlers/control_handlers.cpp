// The Unix socket: how another process of this machine (`market check`) sees a memory gate.
#include "handlers/handlers.hpp"

#include <market/base/json_text.hpp>

namespace market::http {
namespace {

std::string to_json(const stock::gate_view& view, const stock::gate_contents& contents) {
    json_text json;
    json.raw("{\"state\":").string(to_string(view.state));
    json.raw(",\"epoch\":").number(view.epoch);
    json.raw(",\"remaining\":").number(view.remaining);
    json.raw(",\"held\":").number(view.held);
    json.raw(",\"total\":").number(contents.total);
    json.raw(",\"sold\":").number(contents.sold);
    json.raw(",\"last_seq\":").number(contents.last_seq);
    json.raw(",\"per_user_limit\":").number(view.per_user_limit);
    json.raw(",\"done\":").number(static_cast<std::int64_t>(contents.done.size()));
    json.raw(view.paused ? ",\"paused\":true" : ",\"paused\":false");
    json.raw(",\"buyers\":{");
    for (const auto& count : contents.buyers) {
        if (&count != &contents.buyers.front()) json.raw(",");
        json.string(to_string(count.buyer)).raw(":").number(count.units);
    }
    return json.raw("}}").take();
}

failure no_such_sale() { return failure{errc::sale_not_found, "there is no such sale"}; }

}  // namespace

answering dump_gate(call it) {
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    std::vector<sale_id> one(1, *id);
    auto seen = co_await it.shop.parts.gate.look(std::move(one));
    if (!seen) co_return seen.error();
    auto all = co_await it.shop.parts.gate.dump(*id);
    if (!all) co_return all.error();
    co_return reply{200, to_json(seen->front(), *all)};
}

answering rebuild_drifted_gate(call it) {
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<sale_id>();
    if (!id) co_return no_such_sale();
    auto rebuilt = co_await it.shop.parts.rebuilder.rebuild(*id, stock::rebuild_reason::drift);
    if (!rebuilt) co_return rebuilt.error();
    co_return reply{204};
}

}  // namespace market::http
