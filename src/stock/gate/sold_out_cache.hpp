#pragma once
/// Lets a process refuse buyers of a sold-out sale without asking Redis. In a flash sale most
/// requests are refused.
///
/// The gate keeps a version of each sale, which rises whenever `remaining` grows. While nothing
/// remains and the version stays, nobody is admitted, so nobody new gets a hold or an order. A list
/// of all who ever got one, and of all keys that are done, stays complete for as long. It is read
/// after the version. A request is refused here only if
/// 1. the gate said less than 100 ms ago that nothing remains and nothing is on its way back, at
///    version V. (Units that come back raise V and cannot be admitted for 125 ms: by then no
///    process refuses any more.)
/// 2. the list of V has neither the buyer nor the key: a repeated request must find its order.
/// 3. the units are within the limit, and the sale cannot have ended by the gate's clock.
/// All others ask the gate. From the age of 50 ms on, one request each 20 ms asks it too: that
/// renews the answer before it expires.
#include <market/stock/gate.hpp>

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace market::stock {

/// The gate's answer that nothing remains and nothing is on its way back.
struct sold_out_answer {
    std::string tag;
    std::int64_t version = 0;
    std::int64_t per_user_limit = 0;
    instant ends_at;
    instant now;  ///< gate time
};

/// Thread-safe.
class sold_out_cache {
public:
    using id_bytes = std::array<std::byte, 16>;  ///< of a buyer or a purchase key

    /// Empty: ask the gate.
    std::optional<sold_out> refusal(const admission_request& wanted, deadline now);

    /// The gate's answer to a request sent at `asked_at`. True: read the ids known at this version
    /// and put them here; at most once a second for each sale.
    bool put_answer(const sale_id& sale, sold_out_answer answer, deadline asked_at);
    void put_known_ids(const sale_id& sale, const std::string& tag, std::int64_t version,
                       std::vector<id_bytes> ids);

private:
    struct entry {
        sold_out_answer answer;
        deadline asked_at{};
        deadline renewed_at{};  ///< when a request was last sent to renew the answer
        std::string ids_tag;
        std::int64_t ids_version = 0;
        deadline ids_wanted_at{};
        std::vector<id_bytes> ids;  ///< sorted
        bool is_complete() const { return ids_tag == answer.tag && ids_version == answer.version; }
        bool knows(const id_bytes& one) const;
    };
    void drop_old(deadline now);

    std::mutex guard_;
    std::unordered_map<sale_id, entry> entries_;
};

}  // namespace market::stock
