#pragma once
/// Reads a sequence's goods and orders out of the shop, as the model words them.
#include "life_shop.hpp"
#include "model.hpp"

namespace market::order::testing {

inline constexpr std::size_t people = 3;

/// All that is compared, in words: two worlds are equal when their words are.
std::string words_of(const model& of);

/// What the gate of the model's sale has to hold, and what it holds.
std::string gate_words_of(life_shop& shop, const model& of);
std::string gate_words_of(life_shop& shop, sale_id sale);

class model_record {
public:
    /// Events up to `outbox_before` belong to others.
    model_record(life_shop& shop, product_id product, sale_id sale, std::int64_t outbox_before)
        : shop_(shop), product_(product), sale_(sale), outbox_before_(outbox_before) {}

    /// `expected` says which orders there are to look for.
    std::string words(const model& expected);

private:
    void read_stock(db::transaction& tx, model& into);
    void read_ledger(db::transaction& tx, model& into);
    void read_buyers(db::transaction& tx, model& into);
    void read_events(db::transaction& tx);
    void read_orders(db::transaction& tx, model& into);
    std::string name_of(const std::string& actor);

    life_shop& shop_;
    const product_id product_;
    const sale_id sale_;
    const std::int64_t outbox_before_;
    std::map<std::string, std::string> events_;  ///< by `topic/subject`, in order
};

}  // namespace market::order::testing
