#pragma once
#include "purchase/batch_draft.hpp"
#include "purchase/purchase_queue.hpp"

#include <market/base/clock.hpp>
#include <market/db/database.hpp>
#include <market/stock/gate.hpp>

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace market::order {

/// Commits what is queued, many purchases in one transaction: one fsync serves them all. Never
/// waits for a batch to fill. The idea is group commit: DeWitt et al., "Implementation Techniques
/// for Main Memory Database Systems", SIGMOD 1984.
class order_writer {
public:
    struct settings {
        std::string currency;
        std::size_t batch_orders_max = 512;
        std::size_t queue_orders_max = 8'192;
        std::optional<std::chrono::seconds> payment_hold{};
    };

    order_writer(db::database& database, const wall_clock& clock, stock::stock_gate& gate,
                 std::function<void()> notify, settings chosen);
    ~order_writer() { stop(); }

    void start();
    /// Refuses new purchases, writes and answers those that wait, ends the threads.
    void stop();

    purchase_queue& queue() { return queue_; }

private:
    /// What to do next with a batch.
    enum class step {
        done,    ///< every purchase was settled
        again,   ///< run it anew
        misfit,  ///< something had no room: find all that have none, then run the rest anew
        halve,   ///< one of them is poison: part them until it stands alone
    };

    void work();
    void write(batch wanted);
    step attempt(batch& wanted, bool expects_duplicates);
    step sort_out(batch& wanted);
    step commit(std::unique_ptr<db::transaction> tx, std::vector<drafted> drafts, batch& wanted);
    step after_error(const db::error& failed, batch& wanted);
    db::commit_outcome find_out(const drafted& first, deadline until);
    /// Tells the buyers, then the gate.
    void placed(std::vector<drafted> drafts);

    db::database& database_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
    std::function<void()> notify_;
    settings chosen_;
    purchase_queue queue_;
    std::vector<std::thread> threads_;
    asio::thread_pool telling_{1};  ///< of what was committed, beside the next batch
};

}  // namespace market::order
