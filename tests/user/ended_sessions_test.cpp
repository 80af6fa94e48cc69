#include "sessions/ended_sessions.hpp"
#include "support/catch.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

TEST_CASE("an ended session is listed until its time is over, whatever older lists say",
          "[user][logout]") {
    test_clock clock;
    const auto now = clock.now();
    const auto one = make_id<session_id>();
    const auto other = make_id<session_id>();
    ended_sessions list;
    CHECK_FALSE(list.contains(one));
    list.add({});
    list.purge(now);
    list.add({{one, now + 10s}});
    list.add({{one, now + 5s}, {other, now + 5s}});
    list.purge(now + 5s - 1us);
    CHECK(list.contains(other));
    list.purge(now + 5s);
    CHECK_FALSE(list.contains(other));
    CHECK(list.contains(one));
    list.purge(now + 10s - 1us);
    CHECK(list.contains(one));
    list.purge(now + 10s);
    CHECK_FALSE(list.contains(one));
}

TEST_CASE("the record's list is read and cleared by what is still of interest", "[user][logout]") {
    user_shop shop;
    shop.close();
    const auto now = shop.clock.now();
    const auto old = make_id<session_id>();
    const auto current = make_id<session_id>();
    for (const auto& [id, until] : {std::pair{old, now}, std::pair{current, now + 1us}})
        shop.execute(db::sql{} << "INSERT INTO ended_sessions (session_id, keep_until) VALUES ("
                               << id << ", " << until << ")");
    const auto listed = [&] {
        std::vector<session_id> out;
        const auto tx = shop.database().begin(db::access::read);
        for (const auto& one : list_ended_sessions(*tx, now)) out.push_back(one.id);
        return out;
    };
    CHECK(listed() == std::vector<session_id>{current});
    shop.database()
        .write([&](db::transaction& tx) -> result<void> {
            purge_ended_sessions(tx, now);
            return {};
        })
        .value();
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM ended_sessions") == 1);
    CHECK(listed() == std::vector<session_id>{current});
}
