#include "stock/ledger_fixture.hpp"

namespace market::stock::testing {

TEST_CASE("the first stock of a product is a received movement", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.stock_up(30);

    auto pool = record.general_pool();
    CHECK(pool.id == pool_of(record.product));
    CHECK(pool.product == record.product);
    CHECK_FALSE(pool.sale);
    CHECK(pool.total == 30);
    CHECK(pool.sold == 0);
    CHECK(pool.available() == 30);
    CHECK_FALSE(pool.closed);
    auto movements = record.movements();
    REQUIRE(movements.size() == 1);
    CHECK(movements[0].kind == movement_kind::received);
    CHECK(movements[0].delta == 30);
    CHECK(movements[0].actor == "admin");
    CHECK(movements[0].at == record.at);
    CHECK(movements[0].product == record.product);
    CHECK_FALSE(movements[0].sale);
    CHECK_FALSE(movements[0].reason.empty());
}

TEST_CASE("a product may start without stock, and without a movement", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.stock_up(0);
    CHECK(record.general_pool().total == 0);
    CHECK(record.movements().empty());
}

TEST_CASE("stock below zero and a second general pool are refused", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    auto open = [&](std::int64_t units) {
        return record.cause_of([&](auto& tx) {
            ledger::open_general_pool(tx, record.product, units, "admin", record.at);
        });
    };
    auto below_zero = open(-1);
    CHECK(below_zero == db::cause::check_violation);
    record.stock_up(1);
    CHECK(open(1) == db::cause::unique_violation);
}

TEST_CASE("an allocation moves units from the product to the sale by two rows", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 12);

    CHECK(record.general_pool().total == 18);
    auto pool = record.sale_pool();
    CHECK(pool.id == pool_of(record.sale));
    CHECK(pool.product == record.product);
    CHECK(pool.sale == record.sale);
    CHECK(pool.total == 12);
    CHECK(pool.sold == 0);
    CHECK(pool.gate_epoch == 1);
    CHECK_FALSE(pool.closed);
    auto movements = record.movements();  // newest first
    REQUIRE(movements.size() == 3);
    CHECK(movements[0].kind == movement_kind::allocated);
    CHECK(movements[0].delta == 12);
    CHECK(movements[0].sale == record.sale);
    CHECK(movements[1].kind == movement_kind::allocated);
    CHECK(movements[1].delta == -12);
    CHECK_FALSE(movements[1].sale);
    CHECK(record.adds_up());
}

TEST_CASE("an allocation of more than is available is a conflict that names what is", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.stock_up(10);
    REQUIRE(record.take(pool_of(record.product), 4, {}));  // sold to somebody: not available

    auto refused = record.try_allocate(7);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::stock_conflict);
    REQUIRE(refused.error().facts.size() == 1);
    CHECK(refused.error().facts[0].first == "available");
    CHECK(std::get<std::int64_t>(refused.error().facts[0].second) == 6);
    CHECK(record.general_pool().total == 10);
    CHECK(record.movements().size() == 1);
    CHECK(record.try_allocate(6).has_value());
    CHECK(record.general_pool().available() == 0);
}

TEST_CASE("an allocation from nothing, or of nothing, is refused", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    CHECK(record.try_allocate(1).error().code == errc::product_not_found);
    record.put_on_sale(10, 5);
    auto allocate = [&](product_id from, std::int64_t units) {
        return record.write([&](auto& tx) {
            return ledger::allocate(tx, from, make_id<sale_id>(), units, "admin", record.at);
        });
    };
    CHECK(allocate(same_bytes<product_id>(record.sale), 1).error().code == errc::product_not_found);
    for (std::int64_t units : {0, -3}) {
        auto cause = record.cause_of([&](auto& tx) {
            ledger::allocate(tx, record.product, make_id<sale_id>(), units, "admin", record.at);
        });
        CHECK(cause == db::cause::data_error);
    }
    CHECK(record.general_pool().total == 5);
}

TEST_CASE("a close sends unsold units back by two rows, raises the epoch, drops credits",
          "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 12);
    auto buyer = some_buyer();
    record.sell(buyer, 5);
    REQUIRE(record.give_back(some_order(), buyer, 1));
    REQUIRE(record.credits().size() == 1);

    CHECK(record.close());
    auto pool = record.sale_pool();
    CHECK(pool.closed);
    CHECK(pool.gate_epoch == 2);
    CHECK(pool.total == 4);
    CHECK(pool.sold == 4);
    CHECK(record.general_pool().total == 26);
    CHECK(record.credits().empty());
    auto movements = record.movements();
    REQUIRE(movements.size() == 5);
    CHECK(movements[0].kind == movement_kind::returned);
    CHECK(movements[1].kind == movement_kind::returned);
    CHECK(movements[0].delta + movements[1].delta == 0);
    CHECK(movements[0].actor == "system");
    CHECK(record.adds_up());
}

TEST_CASE("a second close changes nothing", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 12);
    CHECK(record.close());
    CHECK_FALSE(record.close());
    CHECK(record.sale_pool().gate_epoch == 2);
    CHECK(record.general_pool().total == 30);
    CHECK(record.movements().size() == 5);
}

TEST_CASE("a close of a sold-out sale writes no movement", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 3);
    record.sell(some_buyer(), 3);
    CHECK(record.close());
    CHECK(record.sale_pool().closed);
    CHECK(record.movements().size() == 3);
}

TEST_CASE("only a sale can be closed", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.stock_up(30);
    for (auto sale : {record.sale, same_bytes<sale_id>(record.product)}) {
        auto answer =
            record.write([&](auto& tx) { return ledger::close(tx, sale, "system", record.at); });
        REQUIRE(answer.has_error());
        CHECK(answer.error().code == errc::sale_not_found);
    }
    CHECK_FALSE(record.general_pool().closed);
}

TEST_CASE("a load raises the epoch and drops the sale's credits, no other's", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto buyer = some_buyer();
    record.sell(buyer, 2);
    REQUIRE(record.give_back(some_order(), buyer, 1));
    auto first = record.sale;
    record.sale = make_id<sale_id>();
    REQUIRE(record.try_allocate(5).has_value());
    record.sell(buyer, 2);
    REQUIRE(record.give_back(some_order(), buyer, 1));

    auto loaded = record.write([&](auto& tx) { return ledger::begin_load(tx, first); });
    REQUIRE(loaded);
    CHECK(loaded->gate_epoch == 2);
    CHECK(loaded->sold == 1);
    REQUIRE(record.credits().size() == 1);
    CHECK(record.credits()[0].sale == record.sale);
    CHECK(record.sale_pool().gate_epoch == 1);
    record.sale = first;
    CHECK(record.sale_pool().gate_epoch == 2);
}

TEST_CASE("a load finds no pool, or a closed one as it is", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto load = [&](sale_id sale) {
        return record.write([&](auto& tx) { return ledger::begin_load(tx, sale); });
    };
    CHECK_FALSE(load(make_id<sale_id>()));
    CHECK_FALSE(load(same_bytes<sale_id>(record.product)));
    CHECK(record.general_pool().gate_epoch == 1);
    record.close();
    auto closed = load(record.sale);
    REQUIRE(closed);
    CHECK(closed->closed);
    CHECK(closed->gate_epoch == 2);
    CHECK(record.sale_pool().gate_epoch == 2);
}

TEST_CASE("pools are read by product, by sale, by being open, and locked in order", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto first = record.sale;
    record.sale = make_id<sale_id>();
    REQUIRE(record.try_allocate(6).has_value());
    auto other = make_id<product_id>();
    record.write([&](auto& tx) { ledger::open_general_pool(tx, other, 7, "admin", record.at); });
    record.close();

    auto tx = record.database().begin(db::access::write);
    auto all = ledger::pools_of(*tx, record.product);
    REQUIRE(all.size() == 3);
    CHECK_FALSE(all[0].sale);
    CHECK(all[1].sale == first);
    CHECK(all[2].sale == record.sale);

    const product_id products[] = {record.product, other, make_id<product_id>(),
                                   same_bytes<product_id>(first)};
    auto available = ledger::available_of(*tx, products);
    CHECK(available.size() == 2);
    CHECK(available.at(record.product) == 25);
    CHECK(available.at(other) == 7);
    const product_id no_product[] = {same_bytes<product_id>(first)};
    CHECK(ledger::available_of(*tx, no_product).empty());

    const sale_id sales[] = {record.sale, make_id<sale_id>(), first,
                             same_bytes<sale_id>(record.product)};
    auto of_sales = ledger::pools_of_sales(*tx, sales);
    REQUIRE(of_sales.size() == 2);
    CHECK(of_sales[0].sale == first);
    CHECK(of_sales[1].sale == record.sale);

    auto open = ledger::open_sale_pools(*tx);
    REQUIRE(open.size() == 1);
    CHECK(open[0].sale == first);

    const pool_id ids[] = {pool_of(record.sale), make_id<pool_id>(), pool_of(first),
                           pool_of(record.product)};
    auto locked = ledger::find_locked(*tx, ids);
    REQUIRE(locked.size() == 3);
    CHECK(std::ranges::is_sorted(locked, {}, &pool::id));
    CHECK(ledger::find_locked(*tx, {}).empty());
    CHECK(ledger::available_of(*tx, {}).empty());
    CHECK_FALSE(ledger::find(*tx, make_id<pool_id>()));
}

TEST_CASE("movements are read newest first, in pages, of one product", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    auto other = make_id<product_id>();
    record.write([&](auto& tx) { ledger::open_general_pool(tx, other, 7, "admin", record.at); });

    auto all = record.movements();
    REQUIRE(all.size() == 3);
    auto tx = record.database().begin(db::access::read);
    auto first = ledger::movements_of(*tx, record.product, 2, {});
    REQUIRE(first.size() == 2);
    CHECK(first[0].id == all[0].id);
    auto second = ledger::movements_of(*tx, record.product, 2, first[1].id);
    REQUIRE(second.size() == 1);
    CHECK(second[0].id == all[2].id);
    CHECK(second[0].kind == movement_kind::received);
}

}  // namespace market::stock::testing
