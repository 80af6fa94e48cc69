// The routes of the Unix socket, by which another process of this machine (`market check`) reads a
// gate in memory.
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

}  // namespace

awaitable_reply dump_gate(api_call call) {
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    std::vector<sale_id> sales(1, *id);
    auto views = co_await call.context.services.gate.look(std::move(sales));
    if (!views) co_return views.error();
    auto contents = co_await call.context.services.gate.dump(*id);
    if (!contents) co_return contents.error();
    co_return reply{200, to_json(views->front(), *contents)};
}

awaitable_reply rebuild_drifted_gate(api_call call) {
    const auto id = call.id<sale_id>();
    if (!id) co_return id.error();
    auto rebuilt =
        co_await call.context.services.rebuilder.rebuild(*id, stock::rebuild_reason::drift);
    if (!rebuilt) co_return rebuilt.error();
    co_return reply{204};
}

}  // namespace market::http
