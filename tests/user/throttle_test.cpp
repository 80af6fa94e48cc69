#include "support/catch.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

const std::string email = "buyer@example.com";

user_shop::odds limited(throttle_limits limits) { return {.limits = limits}; }

}  // namespace

TEST_CASE("ten failed logins close an account for a while, even with the right password",
          "[user][throttle][login]") {
    user_shop shop(limited({.login_account = 10, .login_client = 100}));
    shop.sign_up(email);
    const auto log_in = [&](const std::string& whom, const std::string& with,
                            const std::string& from) {
        return run(shop.users().log_in(whom, with, from));
    };
    for (int i = 0; i < 10; ++i) {
        CHECK(log_in(email, shop.password, "192.0.2.9").has_value());  // costs nothing
        CHECK(error_of(log_in(i % 2 ? email : "BUYER@example.com", "a wrong password",
                              "192.0.2." + std::to_string(i))) == errc::login_failed);
        shop.clock.advance(1s);
    }
    for (const std::string with : {"a wrong password", "correct horse"}) {
        const auto refused = log_in(email, with, "198.51.100.1");
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == errc::rate_limited);
        CHECK(refused.error().retry_after == 15min - 10s);
    }
    shop.clock.advance(15min - 10s);
    CHECK(log_in(email, shop.password, "198.51.100.1").has_value());
}

TEST_CASE("an unknown account is closed just so", "[user][throttle][login]") {
    user_shop shop(limited({.login_account = 3, .login_client = 100}));
    for (int i = 0; i < 3; ++i) {
        CHECK(error_of(run(shop.users().log_in("nobody@example.com", "a wrong password",
                                               shop.client))) == errc::login_failed);
    }
    CHECK(error_of(run(shop.users().log_in("nobody@example.com", "a wrong password",
                                           shop.client))) == errc::rate_limited);
}

TEST_CASE("a client that tries many accounts is stopped", "[user][throttle][login]") {
    user_shop shop(limited({.login_account = 10, .login_client = 5}));
    shop.sign_up(email);
    for (int i = 0; i < 5; ++i) {
        CHECK(error_of(run(shop.users().log_in(std::to_string(i) + "@example.com",
                                               "a wrong password", shop.client))) ==
              errc::login_failed);
    }
    CHECK(error_of(run(shop.users().log_in(email, shop.password, shop.client))) ==
          errc::rate_limited);
    CHECK(run(shop.users().log_in(email, shop.password, "198.51.100.7")).has_value());
}

TEST_CASE("many wrong passwords at once are no way around", "[user][throttle][login]") {
    user_shop shop(limited({.login_account = 4, .login_client = 100}));
    shop.sign_up(email);
    std::vector<asio::awaitable<result<token_pair>>> works;
    for (int i = 0; i < 20; ++i)
        works.push_back(shop.users().log_in(email, "a wrong password", shop.client));
    int looked_at = 0;
    for (const auto& answer : run_all(std::move(works)))
        looked_at += error_of(answer) == errc::login_failed ? 1 : 0;
    CHECK(looked_at == 4);
    CHECK(shop.events("login_failed") == 4);
}

TEST_CASE("an account's throttle gives the client's count back", "[user][throttle][login]") {
    user_shop shop(limited({.login_account = 1, .login_client = 2}));
    shop.sign_up(email);
    const auto log_in = [&](const std::string& whom) {
        return error_of(run(shop.users().log_in(whom, "a wrong password", shop.client)));
    };
    CHECK(log_in(email) == errc::login_failed);
    for (int i = 0; i < 5; ++i) CHECK(log_in(email) == errc::rate_limited);
    CHECK(log_in("other@example.com") == errc::login_failed);
    CHECK(log_in("third@example.com") == errc::rate_limited);
}

TEST_CASE("guesses at the current password count as failed logins", "[user][throttle][password]") {
    user_shop shop(limited({.login_account = 2, .login_client = 100}));
    shop.sign_up(email);
    const auto pair = run(shop.users().log_in(email, shop.password, shop.client)).value();
    const auto who = shop.users().authenticate(pair.access_token).value();
    const auto change = [&](const std::string& from) {
        return error_of(
            run(shop.users().change_password(who, from, "a new password", shop.client)));
    };
    CHECK(change("a wrong password") == errc::password_wrong);
    CHECK(change("a wrong password") == errc::password_wrong);
    CHECK(change(shop.password) == errc::rate_limited);
    CHECK(error_of(run(shop.users().log_in(email, shop.password, shop.client))) ==
          errc::rate_limited);
}

TEST_CASE("a right current password costs nothing", "[user][throttle][password]") {
    user_shop shop(limited({.login_account = 2, .login_client = 2}));
    shop.sign_up(email);
    const auto pair = run(shop.users().log_in(email, shop.password, shop.client)).value();
    const auto who = shop.users().authenticate(pair.access_token).value();
    std::string now = shop.password;
    for (int i = 0; i < 4; ++i) {
        const auto next = "password number " + std::to_string(i);
        CHECK(run(shop.users().change_password(who, now, next, shop.client)).has_value());
        now = next;
    }
}

TEST_CASE("codes are mailed so many times an hour, for known and unknown alike",
          "[user][throttle][code]") {
    const auto purpose = GENERATE(code_purpose::signup, code_purpose::password_reset);
    user_shop shop(limited({.codes_address = 2, .codes_client = 5}));
    const auto send = [&](const std::string& to, const std::string& from) {
        return error_of(run(shop.users().send_code(purpose, to, from)));
    };
    for (const std::string to : {"first@example.com", "fourth@example.com"}) {
        CHECK(send(to, "192.0.2.1") == std::nullopt);
        CHECK(send("F" + to.substr(1), "192.0.2.1") == std::nullopt);
        CHECK(send(to, "192.0.2.1") == errc::rate_limited);
        CHECK(send(to, "192.0.2.2") == errc::rate_limited);
    }
    CHECK(send("third@example.com", "192.0.2.1") == std::nullopt);
    CHECK(send("fifth@example.com", "192.0.2.1") == errc::rate_limited);
    CHECK(send("fifth@example.com", "192.0.2.2") == std::nullopt);
    shop.clock.advance(1h);
    CHECK(send("first@example.com", "192.0.2.1") == std::nullopt);
}

TEST_CASE("a brute force of codes gets five tries a code and five codes an hour",
          "[user][throttle][code]") {
    user_shop shop(limited({.codes_address = 5, .codes_client = 100}));
    int tries = 0;
    for (int i = 0; i < 12; ++i) {
        if (!run(shop.users().send_code(code_purpose::signup, email, shop.client))) break;
        const std::string mail = shop.mails().back();
        const auto code = mail.substr(mail.find(" code: ") + 7, 6);
        for (int j = 0; j < 20; ++j) {
            const auto before =
                shop.number(db::sql{} << "SELECT tries FROM email_codes WHERE purpose = 'signup'");
            run(shop.users().verify_code(code_purpose::signup, email, other_code(code)))
                .has_error();
            const auto after =
                shop.number(db::sql{} << "SELECT tries FROM email_codes WHERE purpose = 'signup'");
            tries += static_cast<int>(after - before);
        }
    }
    CHECK(tries == 25);
}

TEST_CASE("addresses are looked up so many times a minute", "[user][throttle]") {
    user_shop shop(limited({.email_check_client = 3}));
    const auto check = [&](const std::string& from) {
        return error_of(run(shop.users().email_available(email, from)));
    };
    for (int i = 0; i < 3; ++i) CHECK(check("192.0.2.1") == std::nullopt);
    CHECK(check("192.0.2.1") == errc::rate_limited);
    CHECK(check("192.0.2.2") == std::nullopt);
    shop.clock.advance(1min);
    CHECK(check("192.0.2.1") == std::nullopt);
}

TEST_CASE("a session is refreshed so many times an hour", "[user][throttle][refresh]") {
    user_shop shop(limited({.refresh_session = 3}));
    shop.sign_up(email);
    auto pair = run(shop.users().log_in(email, shop.password, shop.client)).value();
    const auto other = run(shop.users().log_in(email, shop.password, shop.client)).value();
    for (int i = 0; i < 3; ++i)
        pair = run(shop.users().refresh(pair.refresh_token, shop.client)).value();
    CHECK(error_of(run(shop.users().refresh(pair.refresh_token, shop.client))) ==
          errc::rate_limited);
    CHECK(run(shop.users().refresh(other.refresh_token, shop.client)).has_value());
    shop.clock.advance(1h);
    CHECK(run(shop.users().refresh(pair.refresh_token, shop.client)).has_value());
}
