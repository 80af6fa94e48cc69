/// Leases by the database's own time: on loading a gate, and on a gate in memory.
#include "stock/ledger_fixture.hpp"

#include <market/stock/gate_lease.hpp>

namespace market::stock::testing {
namespace {

using namespace std::chrono_literals;
using ledger::loader_id;

constexpr std::chrono::microseconds hour = 1h;

const auto one = make_id<loader_id>();
const auto other = make_id<loader_id>();

bool claim(stock_record& record, loader_id by, std::chrono::microseconds length = hour) {
    return record.write([&](auto& tx) { return ledger::claim_load(tx, record.sale, by, length); });
}
bool renew(stock_record& record, loader_id by) {
    return record.write(
        [&](auto& tx) { return ledger::renew_load_claim(tx, record.sale, by, hour); });
}
/// As if the note's time, or the clock, had moved.
void set_end(stock_record& record, std::chrono::microseconds from_now) {
    record.write([&](auto& tx) {
        tx.execute(db::sql{} << "UPDATE pools SET load_until = " << db::database_time(tx.dialect())
                             << " + (" << from_now.count()
                             << ") WHERE id = " << pool_of(record.sale));
    });
}

}  // namespace

TEST_CASE("one server at a time may load a gate", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    REQUIRE(claim(record, one));
    CHECK_FALSE(claim(record, other));
    CHECK_FALSE(renew(record, other));
    CHECK(claim(record, one));
    CHECK(renew(record, one));

    SECTION("until it says that it is done") {
        record.write([&](auto& tx) { ledger::end_load_claim(tx, record.sale, other); });
        CHECK_FALSE(claim(record, other));
        record.write([&](auto& tx) { ledger::end_load_claim(tx, record.sale, one); });
        CHECK_FALSE(renew(record, one));
        CHECK(claim(record, other));
    }
    SECTION("until its time is over") {
        set_end(record, -1s);
        CHECK_FALSE(renew(record, one));
        CHECK(claim(record, other));
        CHECK_FALSE(renew(record, one));
    }
    SECTION("and not for as long as a clock was set back") {
        set_end(record, 2 * hour);
        CHECK(claim(record, other));
    }
}

TEST_CASE("there is nothing to load of a closed sale, a product or nothing", "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    const auto sale = record.sale;
    record.sale = make_id<sale_id>();
    CHECK_FALSE(claim(record, one));
    record.sale = same_bytes<sale_id>(record.product);
    CHECK_FALSE(claim(record, one));
    record.sale = sale;
    record.close();
    CHECK_FALSE(claim(record, one));
}

TEST_CASE("loads that operators ask for keep their distance, whatever server was asked",
          "[ledger]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 5);
    const auto ask = [&] {
        return record.write(
            [&](auto& tx) { return ledger::ask_forced_turn(tx, record.sale, hour); });
    };
    const auto set_last = [&](std::chrono::microseconds from_now) {
        record.write([&](auto& tx) {
            tx.execute(db::sql{} << "UPDATE pools SET forced_at = "
                                 << db::database_time(tx.dialect()) << " + (" << from_now.count()
                                 << ") WHERE id = " << pool_of(record.sale));
        });
    };
    REQUIRE(ask().value().mine);
    const auto refused = ask().value();
    CHECK_FALSE(refused.mine);
    CHECK(refused.wait > hour - 1min);
    CHECK(refused.wait <= hour);
    CHECK(refused.epoch == record.sale_pool().gate_epoch);

    SECTION("until the distance is kept") {
        set_last(-hour - 1s);
        CHECK(ask().value().mine);
        CHECK_FALSE(ask().value().mine);
    }
    SECTION("and not for as long as a clock was set back") {
        set_last(2 * hour);
        CHECK(ask().value().mine);
    }
    SECTION("and there is nothing to load of a closed sale, a product or nothing") {
        const auto sale = record.sale;
        record.sale = same_bytes<sale_id>(record.product);
        CHECK_FALSE(ask());
        record.sale = make_id<sale_id>();
        CHECK_FALSE(ask());
        record.sale = sale;
        record.close();
        CHECK_FALSE(ask());
    }
}

TEST_CASE("one server's memory at a time is the gate of a database", "[lease]") {
    stock_record record{GENERATE(from_range(database_kinds()))};
    const auto first = make_id<server_id>();
    const auto second = make_id<server_id>();
    auto take = [&](server_id by, std::chrono::microseconds length = hour) {
        return record.write([&](auto& tx) { return take_gate_lease(tx, by, length); });
    };
    auto held = [&] {
        return record.write([&](auto& tx) { return gate_lease_is_held(tx, hour); });
    };
    CHECK_FALSE(held());
    REQUIRE(take(first));
    CHECK(held());
    CHECK_FALSE(take(second));
    CHECK(take(first));

    SECTION("given back") {
        record.write([&](auto& tx) { give_gate_lease_back(tx, second); });
        CHECK(held());
        record.write([&](auto& tx) { give_gate_lease_back(tx, first); });
        CHECK_FALSE(held());
        CHECK(take(second));
    }
    SECTION("run out") {
        REQUIRE(take(first, -1s));
        CHECK_FALSE(held());
        CHECK(take(second));
    }
    SECTION("of a clock that was set back") {
        REQUIRE(take(first, 3 * hour));
        CHECK_FALSE(held());
        CHECK(take(second));
    }
}

}  // namespace market::stock::testing
