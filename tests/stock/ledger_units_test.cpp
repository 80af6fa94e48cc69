#include "stock/ledger_fixture.hpp"

namespace market::stock::testing {

TEST_CASE("a sale's units are taken under its epoch, to the last and not beyond", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto pool = pool_of(record.sale);

    CHECK(record.take(pool, 3, 1));
    CHECK_FALSE(record.take(pool, 3, 1));
    CHECK(record.sale_pool().sold == 3);
    CHECK(record.take(pool, 2, 1));
    CHECK_FALSE(record.take(pool, 1, 1));
    CHECK(record.sale_pool().sold == 5);
}

TEST_CASE("a sale's units are not taken under another epoch, or none", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto pool = pool_of(record.sale);
    record.write([&](auto& tx) { return ledger::begin_load(tx, record.sale); });

    CHECK_FALSE(record.take(pool, 1, 1));
    CHECK_FALSE(record.take(pool, 1, 3));
    CHECK_FALSE(record.take(pool, 1, {}));
    CHECK(record.sale_pool().sold == 0);
    CHECK(record.take(pool, 1, 2));
}

TEST_CASE("a closed sale sells nothing, whatever the epoch and the units left", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    record.close();
    // Units left, which no close leaves: `closed` itself must keep them from being sold.
    record.write([&](auto& tx) {
        tx.execute(db::sql{} << "UPDATE pools SET total = 5 WHERE id = " << pool_of(record.sale));
    });
    for (std::int64_t epoch : {1, 2}) CHECK_FALSE(record.take(pool_of(record.sale), 1, epoch));
    CHECK(record.sale_pool().sold == 0);
}

TEST_CASE("a product's own units are taken without an epoch", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto pool = pool_of(record.product);

    CHECK_FALSE(record.take(pool, 1, 1));
    CHECK(record.take(pool, 25, {}));
    CHECK_FALSE(record.take(pool, 1, {}));
    CHECK_FALSE(record.take(make_id<pool_id>(), 1, {}));
    CHECK(record.general_pool().sold == 25);
}

TEST_CASE("units that are not positive are neither taken, counted nor given back", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto buyer = some_buyer();
    record.sell(buyer, 2);
    for (std::int64_t units : {0, -1}) {
        auto take = record.cause_of([&](auto& tx) {
            ledger::take(tx, {pool_of(record.sale), units, 1});
        });
        CHECK(take == db::cause::data_error);
        auto count = record.cause_of([&](auto& tx) {
            const buyer_take entries[] = {{record.sale, buyer, units, 5}};
            ledger::count_buyers(tx, entries);
        });
        CHECK(count == db::cause::data_error);
        auto back =
            record.cause_of([&](auto& tx) { record.give_back_in(tx, some_order(), buyer, units); });
        CHECK(back == db::cause::data_error);
    }
    CHECK(record.sale_pool().sold == 2);
    CHECK(record.units_of(buyer) == 2);
}

TEST_CASE("the database itself refuses a pool sold below zero or beyond its total", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto sell_blindly = [&](std::int64_t sold) {
        return record.cause_of([&](auto& tx) {
            tx.execute(db::sql{} << "UPDATE pools SET sold = " << sold
                                 << " WHERE id = " << pool_of(record.sale));
        });
    };
    CHECK(sell_blindly(6) == db::cause::check_violation);
    CHECK(sell_blindly(-1) == db::cause::check_violation);
}

TEST_CASE("buyers are counted in one statement, new ones and known ones", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto first = some_buyer(), second = some_buyer(), third = some_buyer();
    record.count({{record.sale, third, 1, 4}, {record.sale, first, 2, 4}});
    record.count({{record.sale, second, 4, 4}, {record.sale, first, 2, 4}});
    record.count({});

    CHECK(record.units_of(first) == 4);
    CHECK(record.units_of(second) == 4);
    CHECK(record.units_of(third) == 1);
    CHECK(record.units_of(some_buyer()) == 0);
    auto all = record.buyers();
    REQUIRE(all.size() == 3);
    CHECK(std::ranges::is_sorted(all, {}, &buyer_units::buyer));
    record.sale = make_id<sale_id>();
    CHECK(record.units_of(first) == 0);
    CHECK(record.buyers().empty());
}

TEST_CASE("a count above the limit is refused by a CHECK, at first and later", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto buyer = some_buyer(), other = some_buyer();
    auto count = [&](std::int64_t units, std::int64_t limit) {
        return record.cause_of([&](auto& tx) {
            const buyer_take entries[] = {{record.sale, other, 1, limit},
                                          {record.sale, buyer, units, limit}};
            ledger::count_buyers(tx, entries);
        });
    };
    CHECK(count(4, 3) == db::cause::check_violation);
    record.count({{record.sale, buyer, 2, 3}});
    CHECK(count(2, 3) == db::cause::check_violation);
    CHECK(record.units_of(buyer) == 2);
    CHECK(record.units_of(other) == 0);  // the whole batch went
    record.count({{record.sale, buyer, 1, 3}});
    CHECK(record.units_of(buyer) == 3);
}

TEST_CASE("a buyer's limit is the one that the sale has now", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto buyer = some_buyer();
    record.count({{record.sale, buyer, 2, 2}});
    record.count({{record.sale, buyer, 2, 5}});
    CHECK(record.units_of(buyer) == 4);
    auto cause = record.cause_of([&](auto& tx) {
        const buyer_take entries[] = {{record.sale, buyer, 1, 4}};
        ledger::count_buyers(tx, entries);
    });
    CHECK(cause == db::cause::check_violation);
}

TEST_CASE("units of a dead order come back with a credit under the pool's epoch", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    record.write([&](auto& tx) { return ledger::begin_load(tx, record.sale); });
    auto buyer = some_buyer();
    record.sell(buyer, 3);

    auto made = record.give_back(some_order(), buyer, 3);
    REQUIRE(made);
    CHECK(made->sale == record.sale);
    CHECK(made->buyer == buyer);
    CHECK(made->units == 3);
    CHECK(made->epoch == 2);
    CHECK(record.sale_pool().sold == 0);
    CHECK(record.sale_pool().total == 5);
    auto buyers = record.buyers();
    REQUIRE(buyers.size() == 1);  // the row stays: the sale has had a buyer
    CHECK(buyers[0].units == 0);
    CHECK(record.movements().size() == 3);

    auto pending = record.credits();
    REQUIRE(pending.size() == 1);
    CHECK(pending[0].id == made->id);
    CHECK(pending[0].sale == made->sale);
    CHECK(pending[0].buyer == buyer);
    CHECK(pending[0].units == 3);
    CHECK(pending[0].epoch == 2);
}

TEST_CASE("credits wait oldest first, bounded, until forgotten", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto buyer = some_buyer();
    record.sell(buyer, 3);
    std::vector<credit_id> made;
    for (int i = 0; i < 3; ++i) made.push_back(record.give_back(some_order(), buyer, 1)->id);

    auto two = record.write([&](auto& tx) { return ledger::pending_credits(tx, 2); });
    REQUIRE(two.size() == 2);
    CHECK(two[0].id == made[0]);
    CHECK(two[1].id == made[1]);
    for (int i = 0; i < 2; ++i) record.write([&](auto& tx) { ledger::forget_credit(tx, made[0]); });
    REQUIRE(record.credits().size() == 2);
    CHECK(record.credits()[0].id == made[1]);
}

TEST_CASE("one order gives a sale its units back once", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto buyer = some_buyer();
    record.sell(buyer, 4);
    auto order = some_order();
    REQUIRE(record.give_back(order, buyer, 2));
    CHECK(record.cause_of([&](auto& tx) { record.give_back_in(tx, order, buyer, 2); }) ==
          db::cause::unique_violation);
    CHECK(record.sale_pool().sold == 2);
    CHECK(record.units_of(buyer) == 2);
}

TEST_CASE("units that come back to a closed sale move on to the product", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 12);
    auto buyer = some_buyer();
    record.sell(buyer, 5);
    record.close();
    REQUIRE(record.general_pool().total == 25);

    CHECK_FALSE(record.give_back(some_order(), buyer, 2));
    CHECK(record.credits().empty());
    CHECK(record.sale_pool().total == 3);
    CHECK(record.sale_pool().sold == 3);
    CHECK(record.general_pool().total == 27);
    CHECK(record.general_pool().available() == 27);
    CHECK(record.units_of(buyer) == 3);
    auto movements = record.movements();
    REQUIRE(movements.size() == 7);
    CHECK(movements[0].kind == movement_kind::returned);
    CHECK(movements[0].delta == 2);
    CHECK_FALSE(movements[0].sale);
    CHECK(movements[1].delta == -2);
    CHECK(movements[1].sale == record.sale);
    CHECK(record.adds_up());
}

TEST_CASE("a product's own units come back without credit, movement or buyer", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.stock_up(10);
    REQUIRE(record.take(pool_of(record.product), 4, {}));
    auto made = record.write([&](auto& tx) {
        auto locked = record.locked_pools(tx).at(0);
        return ledger::give_back(tx, locked, some_order(), some_buyer(), 3, "system", record.at);
    });
    CHECK_FALSE(made);
    CHECK(record.general_pool().sold == 1);
    CHECK(record.general_pool().total == 10);
    CHECK(record.movements().size() == 1);
    CHECK(record.credits().empty());
}

TEST_CASE("more than was sold, or than the buyer has, does not come back", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 12);
    auto buyer = some_buyer(), other = some_buyer();
    record.sell(buyer, 2);
    record.sell(other, 1);
    auto back = [&](user_id who, std::int64_t units) {
        return record.cause_of(
            [&](auto& tx) { record.give_back_in(tx, some_order(), who, units); });
    };
    CHECK(back(buyer, 4) == db::cause::check_violation);  // of the pool
    CHECK(back(buyer, 3) == db::cause::check_violation);  // of the buyer
    CHECK(back(some_buyer(), 1) == db::cause::other);     // who never bought
    CHECK(record.sale_pool().sold == 3);
    CHECK(record.units_of(buyer) == 2);
    CHECK(record.credits().empty());
}

TEST_CASE("a pool that moved on since it was read is given nothing", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 12);
    auto buyer = some_buyer();
    record.sell(buyer, 2);
    auto back_to = [&](const pool& read_before) {
        return record.cause_of([&](auto& tx) {
            ledger::give_back(tx, read_before, some_order(), buyer, 1, "system", record.at);
        });
    };
    auto before_load = record.sale_pool();
    record.write([&](auto& tx) { return ledger::begin_load(tx, record.sale); });
    CHECK(back_to(before_load) == db::cause::other);
    auto before_close = record.sale_pool();
    before_close.gate_epoch += 1;
    record.close();
    CHECK(back_to(before_close) == db::cause::other);
    CHECK(record.units_of(buyer) == 2);
}

TEST_CASE("after any selling, returning and closing the sums are those of the movements",
          "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(100, 40);
    std::vector<user_id> buyers;
    std::int64_t sold = 0;
    for (std::int64_t i = 0; i < 10; ++i) {
        buyers.push_back(some_buyer());
        record.sell(buyers.back(), i % 3 + 1, 3);
        sold += i % 3 + 1;
    }
    for (std::size_t i = 0; i < buyers.size(); ++i) {
        if (i == 5) record.close();
        record.give_back(some_order(), buyers[i], 1);
        --sold;
        CHECK(record.sale_pool().sold == sold);
        CHECK(record.adds_up());
    }
    CHECK(record.general_pool().total == 100 - sold);
    std::int64_t counted = 0;
    for (const auto& [buyer, units] : record.buyers()) counted += units;
    CHECK(counted == sold);
}

}  // namespace market::stock::testing
