#include "support/catch.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

TEST_CASE("who signs up gets an account as the contract shows it", "[user][signup]") {
    user_shop shop;
    CHECK(run(shop.users().email_available("Buyer@Example.com", shop.client)).value());
    const auto buyer = shop.sign_up("Buyer@Example.com");
    CHECK_FALSE(run(shop.users().email_available("buyer@example.COM", shop.client)).value());
    CHECK(to_json(buyer) ==
          R"({"id":")" + to_string(buyer.id) +
              R"(","email":"Buyer@Example.com","name":"김철수","phone":"010-1234-5678",)"
              R"("address":{"state":"서울","city":"중구","zipcode":"04524",)"
              R"("street":"세종대로 110"},"role":"user",)"
              R"("created_at":"2026-11-23T09:00:00.000Z"})");
    CHECK(to_json(run(shop.users().read(buyer.id)).value()) == to_json(buyer));
}

TEST_CASE("reading an account that is not there says that the caller is nobody", "[user]") {
    user_shop shop;
    CHECK(error_of(run(shop.users().read(make_id<user_id>()))) == errc::unauthenticated);
}

TEST_CASE("an address has one account, in whatever case it is written", "[user][signup]") {
    user_shop shop;
    shop.sign_up("buyer@example.com");
    CHECK(error_of(run(shop.users().sign_up(shop.signup_of("BUYER@Example.com", "000000"),
                                            shop.client))) == errc::email_taken);
    CHECK(shop.count_users() == 1);
}

TEST_CASE("no code, no account", "[user][signup]") {
    user_shop shop;
    CHECK(error_of(run(shop.users().sign_up(shop.signup_of("buyer@example.com", "000000"),
                                            shop.client))) == errc::code_invalid);
    CHECK(shop.count_users() == 0);
}

TEST_CASE("sixteen sign-ups of one address at once make one account", "[user][signup]") {
    user_shop shop;
    const auto code = shop.code_for("buyer@example.com");
    std::vector<asio::awaitable<result<account>>> works;
    for (int i = 0; i < 16; ++i) {
        works.push_back(shop.users().sign_up(
            shop.signup_of(i % 2 ? "buyer@example.com" : "Buyer@example.com", code), shop.client));
    }
    int accounts = 0;
    for (const auto& answer : run_all(std::move(works))) {
        if (answer)
            ++accounts;
        else
            CHECK(answer.error().code == errc::email_taken);
    }
    CHECK(accounts == 1);
    CHECK(shop.count_users() == 1);
}

TEST_CASE("the record itself refuses a second account of an address", "[user][signup]") {
    user_shop shop;
    shop.sign_up("buyer@example.com");
    CHECK(error_of(create_admin(shop.database(), shop.clock, "Buyer@Example.com", "long enough")) ==
          errc::email_taken);
    CHECK(shop.count_users() == 1);
}

TEST_CASE("a code that was replaced while its password was hashed makes no account",
          "[user][signup]") {
    user_shop shop;
    const std::string email = "buyer@example.com";
    const auto code = shop.code_for(email);
    shop.execute(
        db::sql{}
        << "CREATE TRIGGER replace_it AFTER UPDATE OF tries ON email_codes "
        << "WHEN NEW.tries < OLD.tries BEGIN UPDATE email_codes SET code_mac = x'00'; END");
    CHECK(error_of(run(shop.users().sign_up(shop.signup_of(email, code), shop.client))) ==
          errc::code_invalid);
    CHECK(shop.count_users() == 0);
    CHECK(shop.number(db::sql{} << "SELECT tries FROM email_codes") == 1);
}

TEST_CASE("a sign-up that fails leaves the code as it was", "[user][signup]") {
    user_shop shop;
    const std::string email = "buyer@example.com";
    const auto code = shop.code_for(email);
    shop.execute(db::sql{} << "CREATE TRIGGER no_room BEFORE INSERT ON users "
                           << "BEGIN SELECT RAISE(ABORT, 'no'); END");
    CHECK_FALSE(run(shop.users().sign_up(shop.signup_of(email, code), shop.client)).has_value());
    shop.execute(db::sql{} << "DROP TRIGGER no_room");
    CHECK(run(shop.users().sign_up(shop.signup_of(email, code), shop.client)).has_value());
}

TEST_CASE("passwords are kept as Argon2id with 19 MiB and two passes", "[user][signup]") {
    user_shop shop;
    shop.sign_up("one@example.com");
    shop.sign_up("two@example.com");
    const auto rows =
        shop.database()
            .read([](db::transaction& tx) -> result<std::vector<std::tuple<std::string>>> {
                return tx.query<std::string>(db::sql{} << "SELECT password_hash FROM users");
            })
            .value();
    REQUIRE(rows.size() == 2);
    for (const auto& [hash] : rows) CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(rows[0] != rows[1]);
}

TEST_CASE("only who has the right code makes the server hash", "[user][signup]") {
    user_shop shop;
    const auto code = shop.code_for("buyer@example.com");
    const auto full = shop.open({.hash_queue_max = 0});
    CHECK(error_of(run(full->service().sign_up(
              shop.signup_of("buyer@example.com", other_code(code)), shop.client))) ==
          errc::code_invalid);
    CHECK(error_of(run(full->service().sign_up(shop.signup_of("buyer@example.com", code),
                                               shop.client))) == errc::overloaded);
    CHECK(run(shop.users().sign_up(shop.signup_of("buyer@example.com", code), shop.client))
              .has_value());
}

TEST_CASE("addresses are read for many at once, of those who have one", "[user]") {
    user_shop shop;
    const auto one = shop.sign_up("one@example.com");
    const auto two = shop.sign_up("two@example.com");
    const auto admin =
        create_admin(shop.database(), shop.clock, "admin@example.com", "long enough").value();
    const std::vector asked{one.id, admin.id, make_id<user_id>(), two.id, one.id};
    const auto read = [&](std::span<const user_id> ids) {
        return shop.database()
            .read([&](db::transaction& tx) -> result<std::unordered_map<user_id, address>> {
                return addresses_of(tx, ids);
            })
            .value();
    };
    const auto addresses = read(asked);
    CHECK(addresses.size() == 2);
    CHECK(addresses.at(one.id) == shop.home);
    CHECK(addresses.at(two.id) == shop.home);
    CHECK(read({}).empty());
}
