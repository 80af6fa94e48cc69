// The Unix socket: how another process of this machine (`market check`) sees a memory gate.
#include "handlers/handlers.hpp"
#include "message/json_text.hpp"

namespace market::http {
namespace {

void append_number(std::string& out, std::string_view name, std::int64_t value) {
    append_quoted(out, name);
    out.append(":").append(std::to_string(value)).append(",");
}

std::string to_json(const stock::gate_view& seen, const stock::gate_contents& all) {
    std::string out = "{\"state\":";
    append_quoted(out, to_string(seen.state));
    out += ',';
    append_number(out, "epoch", seen.epoch);
    append_number(out, "remaining", seen.remaining);
    append_number(out, "held", seen.held);
    append_number(out, "total", all.total);
    append_number(out, "sold", all.sold);
    append_number(out, "last_seq", all.last_seq);
    append_number(out, "per_user_limit", seen.per_user_limit);
    append_number(out, "done", static_cast<std::int64_t>(all.done.size()));
    out += seen.paused ? "\"paused\":true," : "\"paused\":false,";
    out += "\"buyers\":{";
    for (const auto& one : all.buyers) {
        if (&one != &all.buyers.front()) out += ',';
        append_quoted(out, to_string(one.buyer));
        out.append(":").append(std::to_string(one.units));
    }
    return out + "}}";
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
