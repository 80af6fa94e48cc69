#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

/// A sale of 4 of 10 units that opens in an hour, for an hour.
struct planned_shop : catalog_shop {
    product poster = a_product(10);
    sale planned = plan();

    sale plan() {
        auto wanted = wanted_sale(poster.id, 4);
        wanted.starts_at += 1h;
        wanted.ends_at += 1h;
        return try_sale(wanted).value();
    }
    void open() { clock.advance(planned.starts_at - clock.now()); }
};

struct change_case {
    const char* what;
    sale_change wanted;
    bool when_open;  ///< still allowed
};

const std::vector<change_case>& changes() {
    static const std::vector<change_case> all{
        {"title", only(&sale_change::title, "Other"), true},
        {"price", only(&sale_change::price, money{1}), false},
        {"quantity", only(&sale_change::quantity, 5), false},
        {"less", only(&sale_change::quantity, 1), false},
        {"limit", only(&sale_change::per_user_limit, 9), false},
        {"start", only(&sale_change::starts_at, from_micros(1'800'000'001'000'000)), false},
        {"end", only(&sale_change::ends_at, from_micros(1'900'000'000'000'000)), true},
    };
    return all;
}

}  // namespace

TEST_CASE("each member of a sale can be changed until it opens, later title and end", "[catalog]") {
    for (const auto& [what, wanted, when_open] : changes()) {
        INFO(what);
        planned_shop shop;
        const auto before = shop.view(shop.planned.id).epoch;
        const auto changed = shop.change(shop.planned.id, wanted);
        REQUIRE(changed.has_value());
        CHECK(changed->version == 2);
        CHECK(to_json(*changed, "KRW") != to_json(shop.planned, "KRW"));
        CHECK(to_json(shop.read(shop.planned.id), "KRW") == to_json(*changed, "KRW"));
        const auto view = shop.view(shop.planned.id);
        CHECK(view.state == stock::gate_state::open);
        CHECK(view.epoch == before + 2);  // raised with the change, and by the load
        CHECK(view.starts_at == changed->starts_at);
        CHECK(view.ends_at == changed->ends_at);
        CHECK(view.per_user_limit == changed->per_user_limit);
        CHECK(view.remaining == changed->quantity);
        CHECK(shop.rebuilder.asked.back() == stock::rebuild_reason::sale_changed);

        planned_shop late;
        late.open();
        const auto freezes = late.gate.freezes.load();
        const auto again = late.change(late.planned.id, wanted);
        CHECK(again.has_value() == when_open);
        if (!again) CHECK(again.error().code == errc::sale_state);
        if (!again) CHECK(late.gate.freezes == freezes);  // refused without disturbing buyers
        CHECK(late.view(late.planned.id).state == stock::gate_state::open);

        planned_shop over;
        over.clock.advance(2h);
        CHECK(over.change(over.planned.id, wanted).error().code == errc::sale_state);
    }
}

TEST_CASE("a change of quantity moves units between sale and product", "[catalog]") {
    planned_shop shop;
    const auto id = shop.planned.id;
    CHECK(shop.change(id, only(&sale_change::quantity, 10)).value().remaining == 10);
    CHECK(shop.stock_of(shop.poster.id).available == 0);
    CHECK(shop.change(id, only(&sale_change::quantity, 1)).value().remaining == 1);
    CHECK(shop.stock_of(shop.poster.id).available == 9);
    const auto refused = shop.change(id, only(&sale_change::quantity, 11)).error();
    CHECK(refused.code == errc::stock_conflict);
    CHECK(std::get<std::int64_t>(refused.facts.at(0).second) == 9);
    CHECK(shop.view(id).state == stock::gate_state::open);
    CHECK(shop.read(id).quantity == 1);
    std::int64_t sum = 0;
    for (const auto& one : shop.movements(shop.poster.id)) sum += one.delta;
    CHECK(sum == 10);
    CHECK(shop.count(db::sql{} << "SELECT SUM(delta) FROM stock_movements WHERE"
                                  " kind = 'allocated' AND pool_id = "
                               << id) == 1);
}

TEST_CASE("a sale somebody bought from has opened, whatever the gate's clock says", "[catalog]") {
    planned_shop shop;
    const auto id = shop.planned.id;
    SECTION("a buyer row") {
        shop.execute(db::sql{} << "INSERT INTO sale_buyers VALUES (" << id << ", "
                               << make_id<user_id>() << ", 0, 2)");
    }
    SECTION("it was told") {
        shop.execute(db::sql{} << "UPDATE sales SET opened = 1 WHERE id = " << id);
    }
    CHECK(shop.change(id, only(&sale_change::price, money{1})).error().code == errc::sale_state);
    CHECK(shop.read(id).price == shop.planned.price);
    CHECK(shop.view(id).state == stock::gate_state::open);  // not left frozen
    CHECK(shop.change(id, only(&sale_change::title, "Other")).has_value());
}

TEST_CASE("a window that makes no sense is refused, and so is an old version", "[catalog]") {
    planned_shop shop;
    const auto id = shop.planned.id;
    const auto refused =
        shop.change(id, only(&sale_change::ends_at, shop.planned.starts_at)).error();
    CHECK(refused.code == errc::validation_failed);
    CHECK(refused.culprits.at(0).at == "/ends_at");
    CHECK(shop.change(id, only(&sale_change::starts_at, shop.planned.ends_at)).error().code ==
          errc::validation_failed);
    shop.open();
    CHECK(shop.change(id, only(&sale_change::ends_at, shop.clock.now())).error().code ==
          errc::validation_failed);
    CHECK(shop.change(id, only(&sale_change::title, "x"), std::vector<std::int64_t>{2})
              .error()
              .code == errc::precondition_failed);
    CHECK(
        shop.change(id, only(&sale_change::title, "x"), std::vector<std::int64_t>{1}).has_value());
    CHECK(shop.change(make_id<sale_id>(), only(&sale_change::title, "x")).error().code ==
          errc::sale_not_found);
}

TEST_CASE("a change to what is there already changes nothing", "[catalog]") {
    planned_shop shop;
    const auto freezes = shop.gate.freezes.load();
    CHECK(shop.change(shop.planned.id, {}).value().version == 1);
    CHECK(shop.change(shop.planned.id, only(&sale_change::title, shop.planned.title))
              .value()
              .version == 1);
    CHECK(shop.gate.freezes == freezes);
}

TEST_CASE("without a gate only title and end are changed, and sales are paused",
          "[catalog][faults]") {
    planned_shop shop;
    const auto id = shop.planned.id;
    shop.gate.cut();
    shop.rebuilder.fail();
    for (const auto& [what, wanted, when_open] : changes()) {
        INFO(what);
        const auto changed = shop.change(id, wanted);
        CHECK(changed.has_value() == when_open);
        if (!changed) CHECK(changed.error().code == errc::gate_unavailable);
    }
    CHECK(shop.pause(id).value().version == 4);
    shop.gate.restore();
    // What was admitted under the old terms becomes no order: the epoch is another.
    CHECK(shop.view(id).epoch < shop.stock_of(id).gate_epoch);
}

TEST_CASE("upcoming and open sales are paused and resumed, again with the same answer",
          "[catalog]") {
    planned_shop shop;
    const auto id = shop.planned.id;
    CHECK(shop.pause(id).value().status == sale_status::upcoming);
    shop.open();
    CHECK(shop.read(id).status == sale_status::paused);
    CHECK(shop.view(id).paused);
    const auto version = shop.read(id).version;
    const auto freezes = shop.gate.freezes.load();
    CHECK(shop.pause(id).value().version == version);
    CHECK(shop.gate.freezes == freezes);
    CHECK(shop.pause(id, false).value().status == sale_status::open);
    CHECK_FALSE(shop.view(id).paused);
    CHECK(shop.pause(id, false).value().version == version + 1);
    shop.clock.advance(2h);
    for (const bool paused : {true, false})
        CHECK(shop.pause(id, paused).error().code == errc::sale_state);
    CHECK(shop.pause(make_id<sale_id>()).error().code == errc::sale_not_found);
}

TEST_CASE("a closed sale is neither paused nor changed, closed again it answers the same",
          "[catalog]") {
    planned_shop shop;
    const auto id = shop.planned.id;
    shop.settle(shop.catalog->close_sale(id, shop.admin)).value();
    CHECK(shop.pause(id).error().code == errc::sale_state);
    CHECK(shop.pause(id, false).error().code == errc::sale_state);
    CHECK(shop.change(id, only(&sale_change::title, "x")).error().code == errc::sale_state);
    CHECK(shop.settle(shop.catalog->close_sale(id, shop.admin)).value().status ==
          sale_status::ended);
}
