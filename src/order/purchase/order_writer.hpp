#pragma once
#include "order_parts.hpp"
#include "purchase/batch_draft.hpp"
#include "purchase/purchase_queue.hpp"

#include <boost/asio/thread_pool.hpp>

#include <thread>
#include <vector>

namespace market::order {

/// Commits what is queued, many purchases in one transaction: one fsync serves them all. Never
/// waits for a batch to fill. The idea is group commit: DeWitt et al., "Implementation Techniques
/// for Main Memory Database Systems", SIGMOD 1984.
class order_writer {
public:
    struct settings {
        std::size_t batch_orders_max = 512;
        std::size_t queue_orders_max = 8'192;
        std::optional<std::chrono::seconds> payment_hold{};
    };

    order_writer(const order_parts& parts, settings chosen);
    ~order_writer() { stop(); }

    void start();
    /// Refuses new purchases, writes and answers those that wait, ends the threads.
    void stop();

    purchase_queue& queue() { return queue_; }

private:
    /// What to do next with a batch.
    enum class step {
        done,    ///< every purchase was settled
        again,   ///< run it again
        refuse,  ///< some purchases do not fit: refuse those, then run the rest again
        halve,   ///< one of them cannot be written: divide the batch until that one is alone
    };

    void work();
    void write(batch wanted);
    step attempt(batch& wanted, bool expects_duplicates);
    step refuse(batch& wanted);
    step commit(std::unique_ptr<db::transaction> tx, std::vector<order_draft> drafts,
                batch& wanted);
    step after_error(const db::error& failed, batch& wanted);
    db::commit_outcome read_outcome(const order_draft& first, deadline until);
    /// Of what was committed: the buyers first, then the gate.
    void answer(std::vector<order_draft> drafts);

    const order_parts& parts_;
    db::database& database_;
    const settings chosen_;
    purchase_queue queue_;
    std::vector<std::thread> threads_;
    asio::thread_pool answering_{1};  ///< answers one batch while the next is written
};

}  // namespace market::order
