/// One event says that stock is low, one that it is sold out; again only after units came back.
#include "stock/ledger_fixture.hpp"

#include <atomic>
#include <thread>

namespace market::stock::testing {
namespace {

struct told_record : stock_record {
    using stock_record::stock_record;

    /// The types told of the pool, in order, without what is common to them.
    std::vector<std::string> told(pool_id of) {
        std::vector<std::string> out;
        for (const auto& [type, topic, data] : write([&](auto& tx) {
                 return tx.template query<std::string, std::string, std::string>(
                     db::sql{} << "SELECT type, topic, data FROM outbox WHERE subject = "
                               << to_string(of) << " ORDER BY id");
             })) {
            CHECK(topic == "market.stock");
            CHECK(type.starts_with("market.stock."));
            CHECK(type.ends_with(".v1"));
            out.push_back(type.substr(13, type.size() - 16));
            last_data = data;
        }
        return out;
    }
    std::vector<std::string> told() { return told(pool_of(sale)); }
    bool take(std::int64_t units) {
        return stock_record::take(pool_of(sale), units, sale_pool().gate_epoch);
    }
    std::int64_t events() {
        return write([&](auto& tx) {
            return std::get<0>(
                tx.template query_one<std::int64_t>(
                      db::sql{} << "SELECT events FROM pools WHERE id = " << pool_of(sale))
                    .value());
        });
    }
    std::string last_data;
};

using types = std::vector<std::string>;

}  // namespace

TEST_CASE("low and sold out are told when they are reached, once each", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    REQUIRE(record.take(4));
    CHECK(record.told().empty());
    REQUIRE(record.take(1));
    CHECK(record.told() == types{"low"});
    CHECK(record.last_data == "{\"product_id\":\"" + to_string(record.product) +
                                  "\",\"sale_id\":\"" + to_string(record.sale) +
                                  "\",\"available\":10}");
    REQUIRE(record.take(9));
    CHECK(record.told() == types{"low"});
    REQUIRE(record.take(1));
    CHECK(record.told() == types{"low", "sold_out"});
    CHECK_FALSE(record.take(1));
    CHECK(record.told() == types{"low", "sold_out"});
    CHECK(record.events() == 2);
    CHECK(record.told(pool_of(record.product)).empty());
}

TEST_CASE("a take that goes past low to the last unit tells both", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    REQUIRE(record.take(15));
    CHECK(record.told() == types{"low", "sold_out"});
}

TEST_CASE("units that come back make a new occasion", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    const auto buyer = some_buyer();
    record.sell(buyer, 15);
    record.give_back(some_order(), buyer, 5);
    REQUIRE(record.take(5));  // it stayed low meanwhile
    record.count({{record.sale, buyer, 5, 1'000}});
    CHECK(record.told() == types{"low", "sold_out", "sold_out"});
    record.give_back(some_order(), buyer, 10);
    REQUIRE(record.take(1));
    CHECK(record.told() == types{"low", "sold_out", "sold_out"});
    record.count({{record.sale, buyer, 1, 1'000}});
    record.give_back(some_order(), buyer, 2);
    REQUIRE(record.take(1));
    CHECK(record.told() == types{"low", "sold_out", "sold_out", "low"});
    CHECK(record.events() == 4);
}

TEST_CASE("a take that is rolled back tells nothing", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    {
        auto tx = record.database().begin(db::access::write);
        REQUIRE(ledger::take(*tx, {pool_of(record.sale), 15, 1}));
    }
    CHECK(record.told().empty());
    REQUIRE(record.take(15));
    CHECK(record.told().size() == 2);
}

TEST_CASE("units counted out of a product are told, units counted in are not", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.stock_up(12);
    const auto adjust = [&](std::int64_t delta) {
        return record.write([&](auto& tx) {
            return ledger::adjust(tx, record.product, delta, "counted", "admin", record.at);
        });
    };
    const auto general = pool_of(record.product);
    REQUIRE(adjust(-2).has_value());
    CHECK(record.told(general) == types{"low"});
    CHECK(record.last_data.find("\"sale_id\":null") != std::string::npos);
    REQUIRE(adjust(1).has_value());
    REQUIRE(adjust(-11).has_value());
    CHECK(record.told(general) == types{"low", "low", "sold_out"});
    CHECK(adjust(-1).error().code == errc::stock_conflict);
    CHECK(adjust(-1).error().facts.at(0).first == "available");
    CHECK(record.general_pool().total == 0);
    CHECK(record.moved().first == 0);
}

TEST_CASE("a product's own units are told like a sale's, under the product's id",
          "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    const auto general = pool_of(record.product);
    const auto take = [&](std::int64_t units) {
        return record.stock_record::take(general, units, {});
    };
    REQUIRE(take(4));
    CHECK(record.told(general).empty());
    REQUIRE(take(1));
    CHECK(record.told(general) == types{"low"});
    CHECK(record.last_data == "{\"product_id\":\"" + to_string(record.product) +
                                  "\",\"sale_id\":null,\"available\":10}");
    REQUIRE(take(10));
    CHECK_FALSE(take(1));
    CHECK(record.told(general) == types{"low", "sold_out"});
    CHECK(record.told().empty());
    record.close();  // the sale's 15 come back
    REQUIRE(take(15));
    CHECK(record.told(general) == types{"low", "sold_out", "low", "sold_out"});
}

TEST_CASE("units that move between pools are no occasion, the next sale of one is",
          "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 25);
    const auto general = pool_of(record.product);
    CHECK(record.told(general).empty());
    REQUIRE(record.stock_record::take(general, 1, {}));
    CHECK(record.told(general) == types{"low"});
}

TEST_CASE("many who take at once are told of one low and one end", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    const ledger::pool_take wanted{pool_of(record.sale), 1, record.sale_pool().gate_epoch};
    std::atomic<int> taken{0};
    std::vector<std::thread> crowd;
    for (int i = 0; i < 4; ++i)
        crowd.emplace_back([&] {
            for (int round = 0; round < 5; ++round) {
                auto one = [&](db::transaction& tx) -> result<bool> {
                    return ledger::take(tx, wanted);
                };
                taken += record.database().write(one).value() ? 1 : 0;
            }
        });
    for (auto& thread : crowd) thread.join();
    CHECK(taken == 15);
    CHECK(record.told() == types{"low", "sold_out"});
    CHECK(record.events() == 2);
}

TEST_CASE("low is where it was set, also in pools that are there", "[ledger][events]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    record.write([&](auto& tx) { ledger::set_low_at(tx, 3); });
    REQUIRE(record.take(11));
    CHECK(record.told().empty());
    REQUIRE(record.take(1));
    CHECK(record.told() == types{"low"});
    record.write([&](auto& tx) { ledger::set_low_at(tx, 2); });
    CHECK(record.sale_pool().level == 0);
    REQUIRE(record.take(1));
    CHECK(record.told() == types{"low", "low"});
}

TEST_CASE("units move between a product and its sale, and add up", "[ledger]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    const auto move = [&](std::int64_t delta) {
        return record.write([&](auto& tx) {
            return ledger::reallocate(tx, record.sale, delta, "admin", record.at);
        });
    };
    REQUIRE(move(15).has_value());
    CHECK(record.sale_pool().total == 30);
    CHECK(move(1).error().code == errc::stock_conflict);
    REQUIRE(record.take(20));
    CHECK(move(-11).error().code == errc::stock_conflict);
    REQUIRE(move(-10).has_value());
    CHECK(record.sale_pool().total == 20);
    CHECK(record.general_pool().total == 10);
    CHECK(record.adds_up());
    record.close();
    CHECK(move(1).error().code == errc::sale_not_found);
}

TEST_CASE("a buyer who gave all back was a buyer", "[ledger]") {
    told_record record{GENERATE(from_range(database_kinds()))};
    record.put_on_sale(30, 15);
    const auto ever = [&] {
        return record.write([&](auto& tx) { return ledger::has_buyers(tx, record.sale); });
    };
    CHECK_FALSE(ever());
    const auto buyer = some_buyer();
    record.sell(buyer, 1);
    record.give_back(some_order(), buyer, 1);
    CHECK(ever());
}

}  // namespace market::stock::testing
