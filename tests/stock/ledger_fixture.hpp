#pragma once
/// A record of stock to try the ledger on.
#include "support/backend.hpp"
#include "support/catch.hpp"

#include <market/stock/ledger.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace market::stock::testing {

using ledger::buyer_take;

using db::test::database_kinds;

/// One product with a sale, in a database of its own.
class stock_record {
public:
    /// `kind`: one of database_kinds().
    explicit stock_record(const std::string& kind) : home_(db::test::fresh_database::on(kind)) {}

    db::database& database() { return *database_; }

    /// What `work` returns, committed.
    template <class Work>
    auto write(Work work) -> std::invoke_result_t<Work&, db::transaction&> {
        auto tx = database().begin(db::access::write);
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, db::transaction&>>) {
            work(*tx);
            REQUIRE(tx->commit() == db::commit_outcome::committed);
        } else {
            auto out = work(*tx);
            REQUIRE(tx->commit() == db::commit_outcome::committed);
            return out;
        }
    }

    /// Runs `work`, which has to throw; the cause. Nothing of it stays.
    template <class Work>
    db::cause cause_of(Work work) {
        auto tx = database().begin(db::access::write);
        try {
            work(*tx);
        } catch (const db::error& error) {
            return error.why();
        }
        FAIL("nothing was thrown");
        return db::cause::other;
    }

    void stock_up(std::int64_t units) {
        write([&](auto& tx) { ledger::open_general_pool(tx, product, units, "admin", at); });
    }
    result<void> try_allocate(std::int64_t units) {
        return write(
            [&](auto& tx) { return ledger::allocate(tx, product, sale, units, "admin", at); });
    }
    void put_on_sale(std::int64_t stocked, std::int64_t on_sale) {
        stock_up(stocked);
        REQUIRE(try_allocate(on_sale).has_value());
    }
    bool close() {
        return write([&](auto& tx) { return ledger::close(tx, sale, "system", at); }).value();
    }
    bool take(pool_id from, std::int64_t units, std::optional<std::int64_t> epoch) {
        return write([&](auto& tx) { return ledger::take(tx, {from, units, epoch}); });
    }
    /// Takes from the sale and counts the buyer.
    void sell(user_id buyer, std::int64_t units, std::int64_t limit = 1'000) {
        REQUIRE(take(pool_of(sale), units, sale_pool().gate_epoch));
        count({{sale, buyer, units, limit}});
    }
    void count(const std::vector<buyer_take>& takes) {
        write([&](auto& tx) { ledger::count_buyers(tx, takes); });
    }
    std::optional<credit> give_back(order_id order, user_id buyer, std::int64_t units) {
        return write([&](auto& tx) { return give_back_in(tx, order, buyer, units); });
    }
    std::optional<credit> give_back_in(db::transaction& tx, order_id order, user_id buyer,
                                       std::int64_t units) {
        auto locked = locked_pools(tx);
        auto mine = std::ranges::find(locked, pool_of(sale), &pool::id);
        REQUIRE(mine != locked.end());
        return ledger::give_back(tx, *mine, order, buyer, units, "system", at);
    }
    std::vector<pool> locked_pools(db::transaction& tx) {
        const pool_id both[] = {pool_of(sale), pool_of(product)};
        return ledger::find_locked(tx, both);
    }

    pool general_pool() {
        return write([&](auto& tx) { return ledger::find(tx, pool_of(product)).value(); });
    }
    pool sale_pool() {
        return write([&](auto& tx) { return ledger::find(tx, pool_of(sale)).value(); });
    }
    std::vector<buyer_units> buyers() {
        return write([&](auto& tx) { return ledger::buyers_of(tx, sale); });
    }
    std::int64_t units_of(user_id buyer) {
        return write([&](auto& tx) { return ledger::units_of_buyer(tx, sale, buyer); });
    }
    std::vector<credit> credits() {
        return write([&](auto& tx) { return ledger::pending_credits(tx, 100); });
    }
    std::vector<movement> movements() {
        return write([&](auto& tx) { return ledger::movements_of(tx, product, 100, {}); });
    }
    /// The sums of the movements of the general pool and of the sale's.
    std::pair<std::int64_t, std::int64_t> moved() {
        std::pair<std::int64_t, std::int64_t> out{0, 0};
        for (const auto& one : movements()) (one.sale ? out.second : out.first) += one.delta;
        return out;
    }
    /// total = sum of movements, for both pools.
    bool adds_up() { return moved() == std::pair{general_pool().total, sale_pool().total}; }

    product_id product = make_id<product_id>();
    sale_id sale = make_id<sale_id>();
    instant at = from_micros(1'800'000'000'123'000);

private:
    std::unique_ptr<db::test::fresh_database> home_;
    std::unique_ptr<db::database> database_ = home_->open_migrated();
};

inline order_id some_order() { return make_id<order_id>(); }
inline user_id some_buyer() { return make_id<user_id>(); }

}  // namespace market::stock::testing
