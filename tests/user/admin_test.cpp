#include "support/catch.hpp"
#include "user/user_fixture.hpp"

#include <set>

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

class admin_shop : public user_shop {
public:
    std::string offer() { return offer_set_up(database(), clock).value().value(); }
    asio::awaitable<result<account>> set_up(std::string token,
                                            std::string email = "admin@example.com") {
        return users().set_up(std::move(token), std::move(email), "long enough", "관리자", client);
    }
    std::int64_t admins() {
        return number(db::sql{} << "SELECT COUNT(*) FROM users WHERE role = 'admin'");
    }
    std::int64_t links() { return number(db::sql{} << "SELECT COUNT(*) FROM set_up_links"); }
};

}  // namespace

TEST_CASE("the set-up link makes the first admin, who can log in", "[user][setup]") {
    admin_shop shop;
    const auto admin = run(shop.set_up(shop.offer())).value();
    CHECK(admin.name == "관리자");
    CHECK(admin.role == role::admin);
    CHECK_FALSE(admin.phone.has_value());
    CHECK_FALSE(admin.address.has_value());
    CHECK(
        to_json(run(shop.users().read(admin.id)).value()).find(R"("phone":null,"address":null)") !=
        std::string::npos);
    const auto pair =
        run(shop.users().log_in("admin@example.com", "long enough", shop.client)).value();
    CHECK(shop.users().authenticate(pair.access_token).value().is_admin());
}

TEST_CASE("the set-up link works once", "[user][setup]") {
    admin_shop shop;
    const auto token = shop.offer();
    REQUIRE(run(shop.set_up(token)).has_value());
    CHECK(error_of(run(shop.set_up(token, "second@example.com"))) == errc::not_found);
    CHECK(shop.admins() == 1);
    CHECK(shop.links() == 0);
    CHECK(offer_set_up(shop.database(), shop.clock).value() == std::nullopt);
}

TEST_CASE("a wrong or late set-up token makes nobody", "[user][setup]") {
    admin_shop shop;
    const auto token = shop.offer();
    for (const std::string& wrong :
         {std::string{}, token + "A", token.substr(1), std::string{"' OR 1=1 --"}}) {
        CHECK(error_of(run(shop.set_up(wrong))) == errc::not_found);
    }
    shop.clock.advance(1h - 1ms);
    CHECK(error_of(run(shop.set_up("wrong"))) == errc::not_found);
    shop.clock.advance(1ms);
    CHECK(error_of(run(shop.set_up(token))) == errc::not_found);
    CHECK(shop.admins() == 0);
    const auto fresh = shop.offer();
    CHECK(shop.links() == 1);  // the one that ran out was cleared away
    CHECK(run(shop.set_up(fresh)).has_value());
    CHECK(shop.links() == 0);
}

TEST_CASE("many set-ups at once make one admin, with one link and with several", "[user][setup]") {
    const bool one_link = GENERATE(true, false);
    admin_shop shop;
    const auto token = shop.offer();
    std::vector<asio::awaitable<result<account>>> works;
    for (int i = 0; i < 8; ++i) {
        works.push_back(
            shop.set_up(one_link ? token : shop.offer(), std::to_string(i) + "@example.com"));
    }
    int admins = 0;
    for (const auto& answer : run_all(std::move(works))) {
        if (answer)
            ++admins;
        else
            CHECK(answer.error().code == errc::not_found);
    }
    CHECK(admins == 1);
    CHECK(shop.admins() == 1);
    CHECK(shop.links() == 0);
}

TEST_CASE("a link that runs out while the password is hashed makes nobody", "[user][setup]") {
    admin_shop shop;
    const auto token = shop.offer();
    shop.clock.advance_each_time(30min);
    CHECK(error_of(run(shop.set_up(token))) == errc::not_found);
    CHECK(shop.admins() == 0);
}

TEST_CASE("an admin who comes while the password is hashed stays the only one", "[user][setup]") {
    admin_shop shop;
    const auto token = shop.offer();
    shop.execute(
        db::sql{} << "CREATE TRIGGER first AFTER DELETE ON set_up_links BEGIN INSERT INTO users "
                  << "(id, email, email_folded, password_hash, name, role, created_at) "
                  << "VALUES (randomblob(16), 'a@b', 'a@b', '', 'a', 'admin', 0); END");
    CHECK(error_of(run(shop.set_up(token))) == errc::not_found);
}

TEST_CASE("a link is worth nothing once there is an admin", "[user][setup]") {
    admin_shop shop;
    const auto token = shop.offer();
    create_admin(shop.database(), shop.clock, "first@example.com", "long enough").value();
    CHECK(error_of(run(shop.set_up(token))) == errc::not_found);
    CHECK(shop.admins() == 1);
}

TEST_CASE("a set-up to a taken address says so and keeps the link", "[user][setup]") {
    admin_shop shop;
    shop.sign_up("admin@example.com");
    const auto token = shop.offer();
    CHECK(error_of(run(shop.set_up(token, "Admin@example.com"))) == errc::email_taken);
    CHECK(run(shop.set_up(token, "other@example.com")).has_value());
}

TEST_CASE("the record does not hold the set-up token", "[user][setup]") {
    admin_shop shop;
    const auto token = shop.offer();
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM set_up_links WHERE token_hash = "
                                << std::span<const std::byte>{sha256(token)}) == 1);
}

TEST_CASE("a server with no room to hash does not for a wrong link", "[user][setup]") {
    admin_shop shop;
    const auto full = shop.open({.hash_queue_max = 0});
    CHECK(error_of(run(full->service().set_up("wrong", "a@b.c", "long enough", "x",
                                              shop.client))) == errc::not_found);
    const auto token = shop.offer();
    const auto answer = [&] {
        return error_of(
            run(full->service().set_up(token, "a@b.c", "long enough", "x", shop.client)));
    };
    CHECK(answer() == errc::overloaded);
    SECTION("nor for one that has run out") {
        shop.clock.advance(1h);
        CHECK(answer() == errc::not_found);
    }
    SECTION("nor once there is an admin") {
        create_admin(shop.database(), shop.clock, "first@example.com", "long enough").value();
        CHECK(answer() == errc::not_found);
    }
}

TEST_CASE("the command line's admin is checked and can log in", "[user][admin]") {
    user_shop shop;
    const auto admin =
        create_admin(shop.database(), shop.clock, "Admin@Example.com", "long enough").value();
    CHECK(admin.name == "Administrator");
    CHECK(admin.role == role::admin);
    const auto pair =
        run(shop.users().log_in("admin@example.com", "long enough", shop.client)).value();
    CHECK(shop.users().authenticate(pair.access_token).value().id == admin.id);

    const auto culprits = [&](const std::string& email, const std::string& password) {
        std::vector<std::string> out;
        const auto answer = create_admin(shop.database(), shop.clock, email, password);
        if (!answer) {
            CHECK(answer.error().code == errc::validation_failed);
            for (const auto& one : answer.error().culprits) out.push_back(one.at);
        }
        return out;
    };
    CHECK(culprits("none", "short") == std::vector<std::string>{"email", "password"});
    CHECK(culprits("a@b.c", "Password1") == std::vector<std::string>{"password"});
    CHECK(culprits("a@b.c", "1234567") == std::vector<std::string>{"password"});
    CHECK(culprits("a@b.c", std::string(129, 'x')) == std::vector<std::string>{"password"});
    CHECK(culprits("a@b.c", "long\nenough") == std::vector<std::string>{"password"});
    CHECK(culprits("c@b.c", "비밀번호비밀번호").empty());
    CHECK(culprits("d@b.c", std::string(128, 'x')).empty());
}

TEST_CASE("seeded buyers have an address and a token for a day, and a second run adds more",
          "[user][seed]") {
    user_shop shop;
    std::set<std::string> tokens;
    std::vector<user_id> ids;
    for (const std::size_t count : {std::size_t{1'201}, std::size_t{3}}) {
        const auto buyers =
            seed_buyers(shop.database(), shop.clock, user_shop::secret, count).value();
        REQUIRE(buyers.size() == count);
        for (const auto& buyer : buyers) {
            tokens.insert(buyer.access_token);
            ids.push_back(buyer.id);
            REQUIRE(shop.users().authenticate(buyer.access_token).value().id == buyer.id);
        }
    }
    CHECK(tokens.size() == 1'204);
    CHECK(shop.count_users() == 1'204);
    CHECK(
        shop.number(db::sql{} << "SELECT COUNT(*) FROM sessions s JOIN users u ON u.id = s.user_id"
                              << " WHERE u.address_state IS NOT NULL") == 1'204);
    shop.clock.advance(24h - 1s);
    CHECK(shop.users().authenticate(*tokens.begin()).has_value());
    shop.clock.advance(1s);
    CHECK_FALSE(shop.users().authenticate(*tokens.begin()).has_value());
    CHECK(seed_buyers(shop.database(), shop.clock, user_shop::secret, 0).value().empty());
}
