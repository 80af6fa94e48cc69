#pragma once
/// What a process may refuse as sold out without asking the gate, which is most of a flash sale.
///
/// The gate's version of a sale (tag and counter) rises with whatever makes remaining grow. So
/// while a sale stays at a version at which nothing remained, nobody is admitted, and nobody new
/// gets a hold or an order. A list of all who had one, and of all wishes that are done, read whole
/// after the version was, therefore stays complete as long as that version lasts. A refusal needs
/// 1. that the gate said "nothing remains, nothing is on its way back, version V" to a request that
///    was sent less than 100 ms ago. Units that come back raise V and can be admitted 125 ms later
///    at the earliest: no process refuses any more then;
/// 2. the list of V, with neither the buyer nor the admission_request on it: a replay must find its
/// order;
/// 3. a admission_request within the limit, and a sale that cannot have ended yet by the gate's
/// clock. Everybody else goes the full way. So does somebody each 20 ms once the word is 50 ms old,
/// which renews it; were nobody to come, it would lapse.
#include <market/stock/gate.hpp>

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace market::stock {

/// What the gate says when nothing remains and nothing is on its way back.
struct sold_out_word {
    std::string tag;
    std::int64_t version = 0;
    std::int64_t per_user_limit = 0;
    instant ends_at;
    instant now;  ///< gate time
};

/// Thread-safe.
class sold_out_board {
public:
    using name = std::array<std::byte, 16>;  ///< of a buyer or a admission_request

    /// Empty: ask the gate.
    std::optional<sold_out> refusal(const admission_request& wanted, deadline now);

    /// The gate's word on a request that was sent at `asked`. True: read the list of this version
    /// and write it down with put_list(); at most once a second for each sale.
    bool put_word(const sale_id& sale, sold_out_word word, deadline asked);
    void put_list(const sale_id& sale, const std::string& tag, std::int64_t version,
                  std::vector<name> list);

private:
    struct entry {
        sold_out_word word;
        deadline asked{};
        deadline renewed{};  ///< when somebody was last sent to renew it
        std::string list_tag;
        std::int64_t list_version = 0;
        deadline list_wanted{};
        std::vector<name> list;  ///< sorted
        bool is_complete() const { return list_tag == word.tag && list_version == word.version; }
        bool has(const name& one) const;
    };
    void drop_old(deadline now);

    std::mutex guard_;
    std::unordered_map<sale_id, entry> sales_;
};

}  // namespace market::stock
