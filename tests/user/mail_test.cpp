#include "support/catch.hpp"
#include "user/user_fixture.hpp"

#include <regex>
#include <set>

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

result<std::unique_ptr<user_module>> open_with(user_shop& shop, worker_pool& blocking,
                                               throttle& counts, std::string url,
                                               std::string from) {
    return make_user_module(
        {shop.database(), blocking}, shop.clock, counts,
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
        CHECK(error_of(run(shop.users().send_code(code_purpose::signup, address, shop.client))) ==
              errc::internal);
    }
    CHECK_FALSE(std::filesystem::exists(shop.mail_folder()));
}

TEST_CASE("a mail that cannot be written waits, and goes out when it can", "[user][mail]") {
    user_shop shop;
    std::filesystem::create_directories(shop.mail_folder().parent_path());
    std::ofstream{shop.mail_folder()} << "in the way";
    CHECK(run(shop.users().send_code(code_purpose::signup, "buyer@example.com", shop.client))
              .has_value());
    CHECK(market::testing::eventually(
        [&] { return shop.number(db::sql{} << "SELECT MAX(attempts) FROM mails") >= 3; }));
    std::filesystem::remove(shop.mail_folder());
    REQUIRE(shop.mails().size() == 1);
    CHECK(header_of(shop.mails().front(), "To") == "buyer@example.com");
}

TEST_CASE("a mail that waits holds neither its code nor its text", "[user][mail]") {
    user_shop shop;
    std::filesystem::create_directories(shop.mail_folder().parent_path());
    std::ofstream{shop.mail_folder()} << "in the way";
    for (const auto purpose : {code_purpose::signup, code_purpose::password_reset})
        run(shop.users().send_code(purpose, "buyer@example.com", shop.client)).value();
    const auto columns =
        shop.database()
            .read([](db::transaction& tx) -> result<std::vector<std::tuple<std::string>>> {
                return tx.query<std::string>(db::sql{}
                                             << "SELECT name FROM pragma_table_info('mails')");
            })
            .value();
    std::vector<std::string> names;
    for (const auto& [name] : columns) names.push_back(name);
    CHECK(names == std::vector<std::string>{"id", "kind", "email", "nonce", "key_id", "due_at",
                                            "expires_at", "attempts"});
    std::filesystem::remove(shop.mail_folder());
    CHECK(shop.mails().size() == 1);
    CHECK(shop.mails_waiting() == 0);
}

TEST_CASE("a mail that nobody wants any more is given up", "[user][mail]") {
    user_shop shop;
    std::filesystem::create_directories(shop.mail_folder().parent_path());
    std::ofstream{shop.mail_folder()} << "in the way";
    run(shop.users().send_code(code_purpose::signup, "buyer@example.com", shop.client)).value();
    shop.execute(db::sql{} << "UPDATE mails SET expires_at = 0");
    CHECK(market::testing::eventually([&] { return shop.mails_waiting() == 0; }));
    std::filesystem::remove(shop.mail_folder());
    CHECK(shop.mails().empty());
}

TEST_CASE("several servers on one record send each mail once", "[user][mail]") {
    user_shop shop;
    const auto second = shop.open({});
    const auto third = shop.open({});
    constexpr std::size_t count = 60;
    for (std::size_t i = 0; i < count; ++i) {
        auto& users = i % 2 == 0 ? second->service() : third->service();
        run(users.send_code(code_purpose::signup, std::to_string(i) + "@example.com", shop.client))
            .value();
    }
    std::set<std::string> to;
    const auto mails = shop.mails();
    for (const auto& mail : mails) to.insert(header_of(mail, "To"));
    CHECK(mails.size() == count);
    CHECK(to.size() == count);
    second->stop();
    third->stop();
}

TEST_CASE("a mail of a key that a server does not have waits for one that has it", "[user][mail]") {
    user_shop shop({.secret = "fedcba9876543210fedcba9876543210"});
    const auto other = shop.open({});
    for (int i = 0; i < 10; ++i) {
        const auto email = std::to_string(i) + "@example.com";
        run(other->service().send_code(code_purpose::signup, email, shop.client)).value();
    }
    CHECK(shop.mails().size() == 10);
    other->stop();
}

TEST_CASE("a mail whose server died before it was sent is sent by another", "[user][mail]") {
    user_shop shop;
    std::filesystem::create_directories(shop.mail_folder().parent_path());
    std::ofstream{shop.mail_folder()} << "in the way";
    run(shop.users().send_code(code_purpose::signup, "buyer@example.com", shop.client)).value();
    shop.close();
    std::filesystem::remove(shop.mail_folder());
    REQUIRE(shop.mails_waiting() == 1);
    // What a lease that ran out looks like.
    shop.execute(db::sql{} << "UPDATE mails SET attempts = attempts + 7, due_at = 0");
    const auto other = shop.open({});
    CHECK(shop.mails().size() == 1);
    other->stop();
}

TEST_CASE("only mail URLs and senders that can be used are taken", "[user][mail]") {
    user_shop shop;
    worker_pool blocking{1, 10};
    const auto counts = make_memory_throttle(shop.clock);
    const auto culprit_of = [&](std::string url, std::string from) {
        const auto module = open_with(shop, blocking, *counts, std::move(url), std::move(from));
        return module ? std::string{} : module.error().culprits.at(0).at;
    };
    const std::string folder = "file:" + shop.mail_folder().string();
    CHECK(culprit_of(folder, "shop@market.example").empty());
    CHECK(culprit_of(folder, "The \"Shop\" <shop@market.example>").empty());
    for (const std::string url :
         {"smtp://mail.example", "smtp://mail.example:587", "smtp://user:p%40ss@mail.example",
          "smtp://user:pass@[::1]:2525"}) {
        CHECK(culprit_of(url, "shop@market.example").empty());
    }
    for (const std::string url :
         {"", "file:", "/tmp/mail", "smtp:", "smtp:mail.example", "smtp://", "smtp://:25",
          "smtp://mail.example:0", "smtp://mail.example:65536", "smtp://mail.example:x",
          "smtp://user@mail.example", "smtp://:pass@mail.example", "smtp://mail.example/inbox",
          "smtp://mail.example?x=1", "smtp://a%0Ab:c@mail.example", "smtps://mail.example",
          "http://mail.example"}) {
        CAPTURE(url);
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
    const auto counts = make_memory_throttle(shop.clock);
    const auto module = make_user_module({shop.database(), blocking}, shop.clock, *counts,
                                         {.secret = std::string(31, 'x'),
                                          .mail_url = "file:" + shop.mail_folder().string(),
                                          .mail_from = "shop@market.example"});
    REQUIRE_FALSE(module.has_value());
    CHECK(module.error().culprits.at(0).at == "auth.secret");
}
