#include "gate/gate_credits.hpp"

#include <market/stock/ledger.hpp>

namespace market::order {

asio::awaitable<void> give_credit(const order_parts& parts, stock::credit returned) {
    const auto answer = co_await parts.gate.give_back(returned);
    if (answer.has_error() && answer.error().code == errc::internal)
        co_await parts.rebuilder.rebuild(returned.sale, stock::rebuild_reason::drift);
    if (!answer || *answer == stock::credit_answer::deferred) co_return;
    auto forget = [id = returned.id](db::transaction& tx) -> result<void> {
        stock::ledger::forget_credit(tx, id);
        return {};
    };
    co_await parts.database.write(std::move(forget));
}

}  // namespace market::order
