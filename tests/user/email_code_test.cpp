#include "support/catch.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

const std::string email = "buyer@example.com";

class code_shop : public user_shop {
public:
    std::optional<errc> verify(const std::string& address, const std::string& code) {
        return error_of(run(users().verify_code(code_purpose::signup, address, code)));
    }
    std::optional<errc> sign_up_with(const std::string& code) {
        return error_of(run(users().sign_up(signup_of(email, code), client)));
    }
    std::int64_t tries() { return number(db::sql{} << "SELECT tries FROM email_codes"); }
};

}  // namespace

TEST_CASE("looking at a right code neither uses it up nor costs a try", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    for (int i = 0; i < 8; ++i) CHECK(shop.verify(email, code) == std::nullopt);
    CHECK(shop.tries() == 0);
    CHECK(shop.sign_up_with(code) == std::nullopt);
}

TEST_CASE("a code dies with the fifth wrong try", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    for (int i = 0; i < 4; ++i) CHECK(shop.verify(email, other_code(code)) == errc::code_invalid);
    CHECK(shop.verify(email, code) == std::nullopt);
    CHECK(shop.verify(email, other_code(code)) == errc::code_invalid);
    CHECK(shop.verify(email, code) == errc::code_invalid);
    CHECK(shop.sign_up_with(code) == errc::code_invalid);
    CHECK(shop.count_users() == 0);
}

TEST_CASE("a wrong code costs one try at sign-up too", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    for (int i = 1; i <= 5; ++i) {
        CHECK(shop.sign_up_with(other_code(code)) == errc::code_invalid);
        CHECK(shop.tries() == i);
    }
    CHECK(shop.sign_up_with(code) == errc::code_invalid);
}

TEST_CASE("of many wrong codes at once only five are looked at", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    std::vector<asio::awaitable<result<void>>> works;
    for (int i = 0; i < 20; ++i)
        works.push_back(shop.users().verify_code(code_purpose::signup, email, other_code(code)));
    for (const auto& answer : run_all(std::move(works)))
        CHECK(error_of(answer) == errc::code_invalid);
    CHECK(shop.tries() == 5);
    CHECK(shop.verify(email, code) == errc::code_invalid);
}

TEST_CASE("a code lives ten minutes", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    shop.clock.advance(10min - 1ms);
    CHECK(shop.verify(email, code) == std::nullopt);
    shop.clock.advance(1ms);
    CHECK(shop.verify(email, code) == errc::code_invalid);
    CHECK(shop.sign_up_with(code) == errc::code_invalid);
}

TEST_CASE("a new code replaces the last one and has all its tries", "[user][code]") {
    code_shop shop;
    const auto first = shop.code_for(email);
    for (int i = 0; i < 5; ++i) shop.verify(email, other_code(first));
    auto second = shop.code_for(email);
    while (second == first) second = shop.code_for(email);
    CHECK(shop.verify(email, first) == errc::code_invalid);
    CHECK(shop.tries() == 1);
    CHECK(shop.sign_up_with(second) == std::nullopt);
}

TEST_CASE("a code is used once", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    CHECK(shop.sign_up_with(code) == std::nullopt);
    CHECK(shop.verify(email, code) == errc::code_invalid);
}

TEST_CASE("a code proves its own address and purpose only", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    CHECK(shop.verify("other@example.com", code) == errc::code_invalid);
    CHECK(shop.verify("BUYER@EXAMPLE.COM", code) == std::nullopt);

    shop.execute(db::sql{} << "UPDATE email_codes SET email_folded = 'other@example.com'");
    CHECK(shop.verify("other@example.com", code) == errc::code_invalid);
    shop.execute(db::sql{} << "UPDATE email_codes SET email_folded = " << email);
    CHECK(shop.verify(email, code) == std::nullopt);
    shop.execute(db::sql{} << "UPDATE email_codes SET purpose = 'password_reset'");
    CHECK(shop.verify(email, code) == errc::code_invalid);
}

TEST_CASE("the record holds a code as the HMAC of purpose, address and code", "[user][code]") {
    code_shop shop;
    const auto code = shop.code_for(email);
    const auto mac =
        shop.database()
            .read([](db::transaction& tx) -> result<std::string> {
                return std::get<0>(
                           *tx.query_one<db::blob>(db::sql{} << "SELECT code_mac FROM email_codes"))
                    .data;
            })
            .value();
    const auto key = hmac_sha256(user_shop::secret, "market e-mail code key");
    const std::string bound = std::string{"signup"} + '\0' + email + '\0' + code;
    CHECK(mac == as_chars(hmac_sha256(as_chars(key), bound)));
}

TEST_CASE("codes that are too old are cleared away", "[user][code]") {
    code_shop shop;
    shop.code_for("first@example.com");
    shop.clock.advance(10min);
    shop.code_for("second@example.com");
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM email_codes") == 1);
}

TEST_CASE("a taken address is told so by mail and gets no code", "[user][code]") {
    code_shop shop;
    shop.sign_up(email);
    CHECK(run(shop.users().send_code(code_purpose::signup, "BUYER@example.com", shop.client))
              .has_value());
    const auto mail = shop.mails().back();
    CHECK(mail.find("Subject: You have an account already\r\n") != std::string::npos);
    CHECK(mail.find("code: ") == std::string::npos);
}
