#include "verbs/configured_gate.hpp"

#include "client/http_call.hpp"
#include "server/gate_server.hpp"
#include "server/shop.hpp"

#include <market/base/worker_pool.hpp>
#include <market/order/order_module.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>

namespace market::app {
namespace {

using proof::gate_side;

result<gate_side> parse_gate(const std::string& body) {
    try {
        const auto parsed = boost::json::parse(body);
        const auto& shape = parsed.as_object();
        gate_side out{.state = std::string{shape.at("state").as_string()}};
        out.epoch = shape.at("epoch").to_number<std::int64_t>();
        out.remaining = shape.at("remaining").to_number<std::int64_t>();
        out.held = shape.at("held").to_number<std::int64_t>();
        out.sold = shape.at("sold").to_number<std::int64_t>();
        for (const auto& [buyer, units] : shape.at("buyers").as_object()) {
            if (const auto count = units.to_number<std::int64_t>(); count != 0)
                out.buyers[buyer] = count;
        }
        return out;
    } catch (const std::exception&) {
        return failure{errc::internal, "the control socket's answer cannot be read"};
    }
}

class gate_behind_socket final : public proof::observed_gate {
public:
    explicit gate_behind_socket(std::string path)
        : place_{.origin = {}, .socket_path = std::move(path)} {}

    result<gate_side> read(sale_id sale) override {
        auto answer = http_call(place_, "GET", "/gate/" + to_string(sale), call_patience);
        if (!answer) return answer.error();
        if (answer->status == 200) return parse_gate(answer->body);
        return failure{errc::internal,
                       "the control socket answered " + std::to_string(answer->status)};
    }

    result<void> rebuild(sale_id sale) override {
        auto answer =
            http_call(place_, "POST", "/gate/" + to_string(sale) + "/rebuild", call_patience);
        if (!answer) return answer.error();
        if (answer->status / 100 == 2) return {};
        return failure{errc::internal, "the gate of sale " + to_string(sale) +
                                           " could not be rebuilt: status " +
                                           std::to_string(answer->status)};
    }

private:
    static constexpr std::chrono::milliseconds call_patience{10'000};
    http_place place_;
};

class gate_in_redis final : public proof::observed_gate {
public:
    gate_in_redis(db::database& record, opened_gate gate)
        : server_(std::move(gate.server)),
          gate_(std::move(gate.gate)),
          orders_(
              order::make_order_module({record, database_threads_}, system_clock(), *gate_, [] {},
                                       {.loader = make_random_id<stock::ledger::loader_id>()})) {}

    result<gate_side> read(sale_id sale) override { return run(look_at(sale)); }

    result<void> rebuild(sale_id sale) override {
        return run(orders_->rebuilder().rebuild(sale, stock::rebuild_reason::drift));
    }

private:
    asio::awaitable<result<gate_side>> look_at(sale_id sale) {
        std::vector<sale_id> one(1, sale);
        auto seen = co_await gate_->look(std::move(one));
        if (!seen) co_return seen.error();
        auto all = co_await gate_->dump(sale);
        if (!all) co_return all.error();
        const auto& view = seen->front();
        gate_side out{.state = std::string{to_string(view.state)},
                      .epoch = view.epoch,
                      .remaining = view.remaining,
                      .held = view.held,
                      .sold = all->sold};
        for (const auto& each : all->buyers) out.buyers[to_string(each.buyer)] = each.units;
        co_return out;
    }

    template <class T>
    T run(asio::awaitable<T> work) {
        io_.restart();
        auto outcome = asio::co_spawn(io_, std::move(work), asio::use_future);
        io_.run();
        return outcome.get();
    }

    // In the order of their making; destroyed the other way round.
    worker_pool database_threads_{2, 64};
    std::unique_ptr<redis::client> server_;
    std::unique_ptr<stock::stock_gate> gate_;
    std::unique_ptr<order::order_module> orders_;
    asio::io_context io_{1};
};

}  // namespace

result<std::unique_ptr<proof::observed_gate>> observe_gate(const configuration& config,
                                                           db::database& record) {
    if (!gate_is_shared(config))
        return std::make_unique<gate_behind_socket>(control_socket_path(config));
    auto gate = open_gate(config);
    if (!gate) return gate.error();
    return std::make_unique<gate_in_redis>(record, std::move(*gate));
}

}  // namespace market::app
