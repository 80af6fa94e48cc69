#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;

namespace {

std::vector<event_id> stored(outbox_shop& shop) {
    return shop.database()
        .read([](db::transaction& tx) -> result<std::vector<event_id>> {
            std::vector<event_id> out;
            const auto rows =
                tx.query<event_id>(db::sql{} << "SELECT ce_id FROM outbox ORDER BY id");
            for (const auto& [id] : rows) out.push_back(id);
            return out;
        })
        .value();
}

}  // namespace

TEST_CASE("events wait when their transaction commits and never were when it rolls back",
          "[outbox]") {
    outbox_shop shop;
    shop.add(make_events(3));
    const auto refused = shop.database().write([](db::transaction& tx) -> result<void> {
        append(tx, make_events(2));
        return failure{errc::internal, "no"};
    });
    CHECK(refused.has_error());
    CHECK(shop.counts().waiting == 3);
    CHECK(shop.counts().published == 0);
}

TEST_CASE("many events are appended in their order", "[outbox]") {
    outbox_shop shop;
    const auto events = make_events(512);
    shop.add(events);
    CHECK(stored(shop) == ids_of(events));
}

TEST_CASE("events too large for one statement are appended in their order", "[outbox]") {
    outbox_shop shop;
    std::vector<event> events;
    for (int i = 0; i < 12; ++i) {
        events.push_back(make_event("large", '"' + std::string(1'000'000, 'x') + '"'));
    }
    shop.add(events);
    CHECK(stored(shop) == ids_of(events));
}

TEST_CASE("appending nothing does nothing", "[outbox]") {
    outbox_shop shop;
    shop.add({});
    CHECK(shop.counts().waiting == 0);
}

TEST_CASE("parked events are counted apart", "[outbox]") {
    outbox_shop shop;
    shop.add(make_events(5));
    shop.execute(db::sql{} << "UPDATE outbox SET parked = 1 WHERE id <= 2");
    CHECK(shop.counts().waiting == 3);
    CHECK(shop.counts().parked == 2);
}
