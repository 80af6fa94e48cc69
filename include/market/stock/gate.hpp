#pragma once
/// The gate: it decides in memory who may buy, in order of arrival.
///
/// It is a filter in front of the record (stock/ledger.hpp), never the record itself. All data of a
/// sale carry a tag: the pool's epoch and the run of the gate's server. When any of them is missing
/// or has another tag, the sale is `stale`. So a gate that was emptied, restored from an old copy
/// or lost in part needs no special case.
#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/base/id.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace market::redis {
class client;
}

namespace market::stock {

namespace asio = boost::asio;

struct admission_request {
    sale_id sale;
    user_id buyer;
    std::int64_t units = 1;  ///< 1-1,000
    purchase_key key;
    attempt_id attempt;
};

struct admitted {
    std::int64_t seq;  ///< the admission number: 1, 2, 3 ... of this sale
    std::int64_t epoch;
};
struct known {
    bool done;  ///< true: the key was confirmed before; false: another attempt holds it
};
struct sold_out {
    std::int64_t remaining;  ///< fewer than the units asked for
};
struct purchase_limit {
    std::int64_t limit;
    std::int64_t remaining;  ///< what this buyer may still buy, >= 0
};
struct not_open {
    instant opens_at;
};
struct paused {};
struct ended {};
struct stale {};  ///< the gate has to be loaded from the record

using admit_answer =
    std::variant<admitted, known, sold_out, purchase_limit, not_open, paused, ended, stale>;

/// Names one admission.
struct hold_ref {
    sale_id sale;
    std::int64_t epoch = 0;
    purchase_key key;
    std::int64_t seq = 0;
};

/// An admission that is neither confirmed nor cancelled.
struct hold {
    purchase_key key;
    attempt_id attempt;
    user_id buyer;
    std::int64_t seq = 0;
    std::int64_t units = 0;
    instant taken_at;  ///< gate time
};

enum class gate_state {
    absent,  ///< no data, or data that cannot be trusted
    frozen,  ///< whole, but answers `stale` until a load opens a later epoch
    open,
};
constexpr std::string_view to_string(gate_state state) {
    switch (state) {
        case gate_state::absent: break;
        case gate_state::frozen: return "frozen";
        case gate_state::open: return "open";
    }
    return "absent";
}

struct gate_view {
    gate_state state = gate_state::absent;
    std::int64_t epoch = 0;
    instant now;                 ///< gate time
    std::int64_t remaining = 0;  ///< units that can still be admitted
    std::int64_t held = 0;       ///< units in holds
    instant starts_at, ends_at;
    bool paused = false;
    std::int64_t per_user_limit = 0;
};

struct buyer_units {
    user_id buyer;
    std::int64_t units = 0;
};

/// All that a gate knows of a sale: what a load puts in.
/// `remaining` = total - sold - units of `holds`.
struct gate_contents {
    std::int64_t epoch = 0;
    instant starts_at, ends_at;
    bool paused = false;
    std::int64_t per_user_limit = 1;
    std::int64_t total = 0;
    std::int64_t sold = 0;
    std::int64_t last_seq = 0;        ///< highest admission number given so far
    std::vector<buyer_units> buyers;  ///< units in live orders, each buyer once
    std::vector<purchase_key> done;   ///< keys that have a row in the record
    std::vector<hold> holds;          ///< not counted in `sold` and `buyers`
};

/// Units of a cancelled order, on their way back to the gate.
struct credit {
    credit_id id;
    sale_id sale;
    user_id buyer;
    std::int64_t units = 0;
    std::int64_t epoch = 0;  ///< of the pool, when the units came back
};

enum class credit_answer {
    applied,   ///< added now or before: delete the row
    obsolete,  ///< the gate is open under a later epoch, whose load had it: delete the row
    deferred,  ///< the gate is not open, or under an earlier epoch: keep the row, try later
};

/// Thread-safe; never blocks the calling thread. Every call is atomic. Every call may answer
/// `gate_unavailable`: then its outcome is unknown, and it may be sent again.
class stock_gate {
public:
    virtual ~stock_gate() = default;

    /// Takes units for a buyer; every answer but `admitted` took nothing. Checked in this order:
    /// tag, known key, window (gate time: `starts_at` <= now < `ends_at`), pause, the buyer's
    /// limit, remaining. The same attempt again gets the same admission; another attempt at a held
    /// key takes nothing. Units that came back can be admitted 150 ms later at the latest. Errors:
    /// internal (units out of range, or an attempt that comes back with another buyer or other
    /// units: nothing was taken).
    virtual asio::awaitable<result<admit_answer>> admit(admission_request wanted) = 0;

    /// These admissions have their orders. A hold becomes sold units, and its key is `done` until
    /// the sale is loaded again or removed. A ref that does not match (epoch, key, seq) does
    /// nothing. Works on a frozen gate too. Does not wait; the sweeper settles what gets lost.
    virtual void confirm(std::vector<hold_ref> admissions) noexcept = 0;

    /// Confirms one admission and waits.
    virtual asio::awaitable<result<void>> confirm_one(hold_ref admission) = 0;

    /// The admission will have no order: its units come back and its key is forgotten. A ref that
    /// does not match does nothing. Works on a frozen gate too.
    virtual asio::awaitable<result<void>> cancel(hold_ref admission) = 0;

    /// Units of a cancelled order come back to `remaining` and to the buyer's limit, once per id.
    /// It may arrive before the confirm of that order.
    /// Errors: internal (more units than the gate gave this buyer: drift; nothing changed).
    virtual asio::awaitable<result<credit_answer>> give_back(credit returned) = 0;

    /// A view of each sale, in the order of `sales`.
    virtual asio::awaitable<result<std::vector<gate_view>>> look(std::vector<sale_id> sales) = 0;

    /// Open holds taken at or before `until` (gate time), by admission number. Empty when absent.
    virtual asio::awaitable<result<std::vector<hold>>> holds(sale_id sale, instant until) = 0;

    /// All of a sale, for `market check`: holds by admission number, the rest in no order, no
    /// buyers of 0 units. Absent: empty contents of epoch 0.
    virtual asio::awaitable<result<gate_contents>> dump(sale_id sale) = 0;

    /// An open gate answers `stale` from now on; its holds stay readable. Frozen and absent gates
    /// stay as they are. Returns the view of before, with gate time in `now`.
    virtual asio::awaitable<result<gate_view>> freeze(sale_id sale) = 0;

    /// Stages the contents where admit() does not see them, then opens them in one step and forgets
    /// the old ones. False when this run has the same or a higher epoch already, open or frozen:
    /// nothing changed. (So a load that is sent twice cannot undo a freeze.) Holds keep all they
    /// have. Numbering goes on after the highest of `last_seq` and the numbers of the holds.
    /// Errors: internal (the numbers do not add up, the detail says which; nothing changed).
    virtual asio::awaitable<result<bool>> load_and_open(sale_id sale, gate_contents contents) = 0;

    /// Forgets the sale, when it was closed.
    virtual asio::awaitable<result<void>> remove(sale_id sale) = 0;
};

/// `memory:`, for one server. Gate time is `clock`. Units that come back can be admitted at once.
std::unique_ptr<stock_gate> make_memory_gate(const wall_clock& clock);

/// `redis:`, for all servers that use it. Gate time is that of Redis. It refuses by itself, for up
/// to 100 ms of `steady`, what is sold out (src/stock/gate/sold_out_cache.hpp). `server` outlives
/// it.
std::unique_ptr<stock_gate> make_redis_gate(redis::client& server,
                                            deadline (*steady)() = std::chrono::steady_clock::now);

}  // namespace market::stock
