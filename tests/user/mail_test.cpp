#include "support/catch.hpp"
#include "user/user_fixture.hpp"

#include <regex>

#include <sys/stat.h>

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

std::string header_of(const std::string& mail, const std::string& name) {
    const auto start = mail.find("\r\n" + name + ": ");
    if (start == std::string::npos) return {};
    const auto value = start + name.size() + 4;
    return mail.substr(value, mail.find("\r\n", value) - value);
}

result<std::unique_ptr<user_service>> open_with(user_shop& shop, worker_pool& blocking,
                                                std::string url, std::string from) {
    return make_user_service(
        shop.database(), blocking, shop.clock,
        {.secret = user_shop::secret, .mail_url = std::move(url), .mail_from = std::move(from)});
}

}  // namespace

TEST_CASE("a code is mailed as a text mail with all headers a mail needs", "[user][mail]") {
    user_shop shop;
    const auto code = shop.code_for("Buyer@Example.com");
    REQUIRE(std::regex_match(code, std::regex{"\\d{6}"}));
    const auto mail = shop.mails().front();
    CHECK(mail.starts_with("From: =?utf-8?B?TWFya3QgJiBTw7ZobmU=?= <shop@market.example>\r\n"));
    CHECK(header_of(mail, "To") == "Buyer@Example.com");
    CHECK(header_of(mail, "Subject") == "Your sign-up code is " + code);
    CHECK(header_of(mail, "Date") == "Mon, 23 Nov 2026 09:00:00 +0000");
    CHECK(std::regex_match(header_of(mail, "Message-ID"),
                           std::regex{"<[a-p]{32}@market\\.example>"}));
    CHECK(header_of(mail, "MIME-Version") == "1.0");
    CHECK(header_of(mail, "Content-Type") == "text/plain; charset=utf-8");
    CHECK(header_of(mail, "Content-Transfer-Encoding") == "8bit");
    CHECK(mail.find("\r\n\r\nYour sign-up code: " + code + "\r\n") != std::string::npos);
    const std::regex lone_line_end{"[^\\r]\\n"};
    CHECK_FALSE(std::regex_search(mail, lone_line_end));
}

TEST_CASE("the only six digits of a mail are its code", "[user][mail]") {
    user_shop shop;
    const auto code = shop.code_for("buyer@example.com");
    const auto mail = shop.mails().front();
    const std::regex six{"\\d{6}"};
    for (std::sregex_iterator at{mail.begin(), mail.end(), six}, end; at != end; ++at) {
        CHECK(at->str() == code);
    }
}

TEST_CASE("mails are files that sort by time and that only their owner can read", "[user][mail]") {
    user_shop shop;
    std::vector<std::string> codes;
    for (int i = 0; i < 20; ++i) {
        codes.push_back(shop.code_for("buyer@example.com"));  // the newest by name
        if (i % 2 == 1) shop.clock.advance(1ms);
    }
    const auto mails = shop.mails();
    REQUIRE(mails.size() == codes.size());
    for (std::size_t i = 0; i < mails.size(); ++i) {
        CHECK(header_of(mails[i], "Subject").ends_with(codes[i]));
    }
    for (const auto& entry : std::filesystem::directory_iterator{shop.mail_folder()}) {
        CHECK(entry.path().extension() == ".eml");
        struct stat facts {};
        REQUIRE(::stat(entry.path().c_str(), &facts) == 0);
        CHECK((facts.st_mode & 0777) == 0600);
    }
    struct stat facts {};
    REQUIRE(::stat(shop.mail_folder().c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0700);
}

TEST_CASE("no address adds a header", "[user][mail]") {
    user_shop shop;
    for (const std::string address :
         {"a@b.c\r\nBcc: x@y.z", "a@b.c\nBcc: x@y.z", "a@b.c, x@y.z", "a@b.c\r\n\r\nfree text"}) {
        CHECK(error_of(run(shop.users().send_signup_code(address))) == errc::internal);
    }
    CHECK_FALSE(std::filesystem::exists(shop.mail_folder()));
}

TEST_CASE("a mail that cannot be written is an error, and the next one goes out", "[user][mail]") {
    user_shop shop;
    std::filesystem::create_directories(shop.mail_folder().parent_path());
    std::ofstream{shop.mail_folder()} << "in the way";
    CHECK(error_of(run(shop.users().send_signup_code("buyer@example.com"))) == errc::internal);
    std::filesystem::remove(shop.mail_folder());
    shop.sign_up("buyer@example.com");
    CHECK(shop.count_users() == 1);
}

TEST_CASE("only file: mail URLs and real senders are taken", "[user][mail]") {
    user_shop shop;
    worker_pool blocking{1, 10};
    const auto culprit_of = [&](std::string url, std::string from) {
        const auto made = open_with(shop, blocking, std::move(url), std::move(from));
        return made ? std::string{} : made.error().culprits.at(0).at;
    };
    const std::string folder = "file:" + shop.mail_folder().string();
    CHECK(culprit_of(folder, "shop@market.example").empty());
    CHECK(culprit_of(folder, "The \"Shop\" <shop@market.example>").empty());
    for (const std::string url : {"", "file:", "smtp://mail.example", "/tmp/mail"}) {
        CHECK(culprit_of(url, "shop@market.example") == "mail.url");
    }
    for (const std::string from :
         {"", "shop", "Shop <shop@market.example", "Shop <>",
          "Shop\r\nBcc: x@y.z <shop@market.example>", "shop@market.example\r\nBcc: x@y.z"}) {
        CHECK(culprit_of(folder, from) == "mail.from");
    }
}

TEST_CASE("a secret of less than 32 bytes is refused", "[user]") {
    user_shop shop;
    worker_pool blocking{1, 10};
    const auto made = make_user_service(shop.database(), blocking, shop.clock,
                                        {.secret = std::string(31, 'x'),
                                         .mail_url = "file:" + shop.mail_folder().string(),
                                         .mail_from = "shop@market.example"});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().culprits.at(0).at == "auth.secret");
}
