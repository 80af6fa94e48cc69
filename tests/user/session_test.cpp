#include "support/catch.hpp"
#include "user/user_fixture.hpp"

#include <ctime>

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

class session_shop : public user_shop {
public:
    explicit session_shop() { sign_up("buyer@example.com"); }
    token_pair log_in() {
        return run(users().log_in("buyer@example.com", password, client)).value();
    }
    result<token_pair> refresh(const std::string& token) {
        return run(users().refresh(token, client));
    }
    std::int64_t sessions() { return number(db::sql{} << "SELECT COUNT(*) FROM sessions"); }
    session_id session_of(const token_pair& pair) {
        return users().authenticate(pair.access_token).value().session;
    }
};

}  // namespace

TEST_CASE("login takes the address in any case and the password as it is", "[user][login]") {
    session_shop shop;
    CHECK(run(shop.users().log_in("BUYER@Example.COM", shop.password, shop.client)).has_value());
    CHECK(error_of(run(shop.users().log_in("buyer@example.com", "Correct horse", shop.client))) ==
          errc::login_failed);
    CHECK(shop.sessions() == 1);
}

TEST_CASE("login answers unknown addresses and wrong passwords alike", "[user][login]") {
    session_shop shop;
    const auto wrong = run(shop.users().log_in("buyer@example.com", "wrong password", shop.client));
    const auto unknown = run(shop.users().log_in("nobody@example.com", shop.password, shop.client));
    REQUIRE_FALSE(wrong.has_value());
    REQUIRE_FALSE(unknown.has_value());
    CHECK(wrong.error().code == errc::login_failed);
    CHECK(unknown.error().code == errc::login_failed);
    CHECK(wrong.error().detail == unknown.error().detail);
    // Both take the time of a hash: with no room for one both are put off.
    const auto full = shop.open({.hash_queue_max = 0});
    CHECK(error_of(run(full->service().log_in("buyer@example.com", "wrong password",
                                              shop.client))) == errc::overloaded);
    CHECK(error_of(run(full->service().log_in("nobody@example.com", "wrong password",
                                              shop.client))) == errc::overloaded);
}

TEST_CASE("login computes a hash for an unknown address as for a known one", "[user][login]") {
    session_shop shop;
    const auto cpu_time_of = [&](const std::string& email) {
        const auto before = std::clock();
        CHECK(error_of(run(shop.users().log_in(email, "wrong password", shop.client))) ==
              errc::login_failed);
        return std::clock() - before;
    };
    const auto known = cpu_time_of("buyer@example.com");
    CHECK(cpu_time_of("nobody@example.com") > known / 3);
}

TEST_CASE("a refresh token rotates within its session", "[user][refresh]") {
    session_shop shop;
    auto pair = shop.log_in();
    const auto session = shop.session_of(pair);
    for (int i = 0; i < 5; ++i) {
        shop.clock.advance(14min);
        auto next = shop.refresh(pair.refresh_token).value();
        CHECK(next.refresh_token != pair.refresh_token);
        CHECK(next.expires_in == 900s);
        CHECK(shop.session_of(next) == session);
        pair = std::move(next);
    }
    CHECK(shop.sessions() == 1);
}

TEST_CASE("the token before may be used again for ten seconds and gives the same generation",
          "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    const auto second = shop.refresh(first).value().refresh_token;
    shop.clock.advance(10s);
    const auto again = shop.refresh(first).value().refresh_token;
    CHECK(again != second);
    // Both are current: using one makes the other its predecessor, and both get the third.
    const auto third = shop.refresh(second).value().refresh_token;
    CHECK(shop.refresh(again).has_value());
    CHECK(shop.refresh(third).has_value());
}

TEST_CASE("the token before, used later, ends the session", "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    const auto second = shop.refresh(first).value().refresh_token;
    shop.clock.advance(10s + 1ms);
    CHECK(error_of(shop.refresh(first)) == errc::refresh_invalid);
    CHECK(error_of(shop.refresh(second)) == errc::refresh_invalid);
    CHECK(shop.sessions() == 0);
}

TEST_CASE("a token older than the one before ends the session at once", "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    const auto second = shop.refresh(first).value().refresh_token;
    const auto third = shop.refresh(second).value().refresh_token;
    CHECK(error_of(shop.refresh(first)) == errc::refresh_invalid);
    CHECK(error_of(shop.refresh(third)) == errc::refresh_invalid);
}

TEST_CASE("an ended session leaves the others alone", "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    const auto other = shop.log_in().refresh_token;
    shop.refresh(first).value();
    shop.clock.advance(1min);
    CHECK(error_of(shop.refresh(first)) == errc::refresh_invalid);
    CHECK(shop.refresh(other).has_value());
}

TEST_CASE("a refresh token lives thirty days from its making", "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    shop.clock.advance(24h * 30 - 1s);
    const auto second = shop.refresh(first).value().refresh_token;
    shop.clock.advance(24h * 30 - 1s);
    const auto third = shop.refresh(second).value().refresh_token;
    shop.clock.advance(24h * 30);
    CHECK(error_of(shop.refresh(third)) == errc::refresh_invalid);
    CHECK(shop.events("refresh_reused") == 0);  // nobody stole it
}

TEST_CASE("refreshing with one token many times at once keeps the session", "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    std::vector<asio::awaitable<result<token_pair>>> works;
    for (int i = 0; i < 16; ++i) works.push_back(shop.users().refresh(first, shop.client));
    const auto answers = run_all(std::move(works));
    for (const auto& answer : answers) REQUIRE(answer.has_value());
    CHECK(shop.number(db::sql{} << "SELECT generation FROM sessions") == 2);
    CHECK(shop.refresh(answers.back()->refresh_token).has_value());
}

TEST_CASE("a forged refresh token is refused and ends nothing", "[user][refresh]") {
    session_shop shop;
    const auto real = shop.log_in().refresh_token;
    for (std::size_t i = 0; i < real.size(); ++i) {
        std::string forged = real;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        CAPTURE(i);
        CHECK(error_of(shop.refresh(forged)) == errc::refresh_invalid);
    }
    for (const std::string& forged : {std::string{}, std::string{"x"}, real + "=", real + "A",
                                      real.substr(1), real.substr(0, real.size() - 1),
                                      std::string(real.size(), 'A'), std::string(10'000, 'A')}) {
        CHECK(error_of(shop.refresh(forged)) == errc::refresh_invalid);
    }
    CHECK(error_of(shop.refresh(shop.log_in().access_token)) == errc::refresh_invalid);
    CHECK(shop.refresh(real).has_value());
}

TEST_CASE("a refresh shows the role as it is now, and nothing for an account that is gone",
          "[user][refresh]") {
    session_shop shop;
    const auto first = shop.log_in().refresh_token;
    shop.execute(db::sql{} << "UPDATE users SET role = 'admin'");
    const auto pair = shop.refresh(first).value();
    CHECK(shop.users().authenticate(pair.access_token).value().is_admin());
    shop.execute(db::sql{} << "DELETE FROM users");
    CHECK(error_of(shop.refresh(pair.refresh_token)) == errc::refresh_invalid);
}

TEST_CASE("login clears away the user's sessions that have run out", "[user][login]") {
    session_shop shop;
    shop.log_in();
    shop.log_in();
    shop.clock.advance(24h * 30);
    shop.log_in();
    CHECK(shop.sessions() == 1);
}
