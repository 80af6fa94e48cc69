#include "support/catch.hpp"
#include "support/failing_disk.hpp"
#include "trail/security_events.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

const std::string email = "buyer@example.com";

class trail_shop : public user_shop {
public:
    result<security_event_id> begin(const std::string& action) {
        return run(users().begin_admin_action(admin_, action, client));
    }
    void end(security_event_id action, std::optional<errc> refused_with) {
        asio::io_context io;
        asio::co_spawn(io, users().end_admin_action(action, refused_with), asio::detached);
        io.run();
    }
    /// "POST /v1/sales: done", oldest first.
    std::vector<std::string> actions() {
        return database()
            .read([](db::transaction& tx) -> result<std::vector<std::string>> {
                std::vector<std::string> out;
                for (auto& [detail, outcome] : tx.query<std::string, std::string>(
                         db::sql{} << "SELECT detail, outcome FROM security_events "
                                   << "WHERE kind = 'admin_action' ORDER BY id"))
                    out.push_back(detail + ": " + outcome);
                return out;
            })
            .value();
    }

private:
    const principal admin_{make_id<user_id>(), role::admin, {}};
};

}  // namespace

TEST_CASE("the trail tells who did what from where, and no secret", "[user][trail]") {
    trail_shop shop;
    shop.sign_up(email);
    const auto log_in = [&](const std::string& whom, const std::string& with) {
        return run(shop.users().log_in(whom, with, shop.client));
    };
    const auto pair = log_in(email, shop.password).value();
    log_in(email, "a wrong password").has_error();
    log_in("nobody@example.com", "a wrong password").has_error();
    const auto who = shop.users().authenticate(pair.access_token).value();
    run(shop.users().log_out_all(who, shop.client)).value();
    create_admin(shop.database(), shop.clock, "admin@example.com", "long enough").value();
    shop.begin("POST /v1/sales").value();
    for (const auto* kind :
         {"signed_up", "logged_in", "logged_out_all", "admin_created", "admin_action"}) {
        CAPTURE(kind);
        CHECK(shop.events(kind) == 1);
    }
    CHECK(shop.events("login_failed") == 2);
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM security_events WHERE client = "
                                << shop.client) == 6);
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM security_events WHERE outcome IS NULL") ==
          6);
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM security_events WHERE detail LIKE "
                                << "'%password%' OR detail LIKE '%@%'") == 0);
}

TEST_CASE("an admin's action is on the trail before it runs, then with its outcome",
          "[user][trail]") {
    trail_shop shop;
    const auto first = shop.begin("POST /v1/sales").value();
    CHECK(shop.actions() == std::vector<std::string>{"POST /v1/sales: begun"});
    const auto second = shop.begin("DELETE /v1/products/x").value();
    shop.end(first, std::nullopt);
    shop.end(second, errc::product_on_sale);
    const auto cut = shop.begin("POST /" + std::string(500, 'x')).value();
    const std::vector<std::string> expected{"POST /v1/sales: done",
                                            "DELETE /v1/products/x: refused product_on_sale",
                                            "POST /" + std::string(194, 'x') + ": begun"};
    CHECK(shop.actions() == expected);
    // A second end changes nothing.
    shop.end(first, errc::internal);
    CHECK(shop.actions() == expected);
    shop.end(cut, errc::outcome_unknown);
    CHECK(shop.actions().back().ends_with(": refused outcome_unknown"));
}

TEST_CASE("the longest cause fits", "[user][trail]") {
    for (int code = 0; code <= static_cast<int>(errc::internal); ++code)
        CHECK(("refused " + std::string{to_string(static_cast<errc>(code))}).size() <= 60);
}

TEST_CASE("an action that cannot be put on the trail is told so", "[user][trail][faults]") {
    db::test::failing_disk disk;
    trail_shop shop;
    disk.set(db::test::failing_disk::fault::full);
    CHECK(error_of(shop.begin("POST /v1/sales")) == errc::database_unavailable);
    disk.set(db::test::failing_disk::fault::none);
    CHECK(shop.actions().empty());
    disk.set(db::test::failing_disk::fault::no_sync);
    CHECK(error_of(shop.begin("POST /v1/sales")) == errc::database_unavailable);
    disk.set(db::test::failing_disk::fault::none);
    shop.execute(db::sql{} << "DELETE FROM security_events");
    const auto begun = shop.begin("POST /v1/sales").value();
    // Its outcome cannot be added: what is known stays.
    disk.set(db::test::failing_disk::fault::full);
    shop.end(begun, std::nullopt);
    disk.set(db::test::failing_disk::fault::none);
    CHECK(shop.actions() == std::vector<std::string>{"POST /v1/sales: begun"});
}

TEST_CASE("the trail is kept for ninety days", "[user][trail]") {
    trail_shop shop;
    shop.begin("POST /v1/sales").value();
    shop.clock.advance(24h);
    shop.begin("POST /v1/products").value();
    const auto purge = [&] {
        shop.database()
            .write([&](db::transaction& tx) -> result<void> {
                purge_events(tx, shop.clock.now());
                return {};
            })
            .value();
    };
    shop.clock.advance(24h * 89 - 1ms);
    purge();
    CHECK(shop.actions().size() == 2);
    shop.clock.advance(1ms);
    purge();
    CHECK(shop.actions() == std::vector<std::string>{"POST /v1/products: begun"});
}
