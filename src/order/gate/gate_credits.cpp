#include "gate/gate_credits.hpp"

#include <market/stock/ledger.hpp>

namespace market::order {

asio::awaitable<void> give_credit(db::database& database, worker_pool& blocking,
                                  stock::stock_gate& gate, stock::gate_rebuilder& rebuilder,
                                  stock::credit returned) {
    auto said = co_await gate.give_back(returned);
    if (said.has_error() && said.error().code == errc::internal)
        co_await rebuilder.rebuild(returned.sale, stock::rebuild_reason::drift);
    if (!said || *said == stock::credit_answer::deferred) co_return;
    auto forget = [&database, id = returned.id]() -> result<void> {
        auto drop = [id](db::transaction& tx) -> result<void> {
            stock::ledger::forget_credit(tx, id);
            return {};
        };
        return database.write(drop);
    };
    co_await blocking.run(std::move(forget));
}

}  // namespace market::order
