#include "support/catch.hpp"

#include "http/test_shop.hpp"

#include <market/http/network.hpp>

using namespace market;
using namespace market::test;
using namespace market::http;

namespace {

std::vector<network> networks(const std::vector<std::string>& texts) {
    std::vector<network> out;
    for (const auto& text : texts) out.push_back(network::read(text).value());
    return out;
}

bool holds(const std::string& text, const std::string& address) {
    return network::read(text).value().holds(boost::asio::ip::make_address(address));
}

}  // namespace

TEST_CASE("a block of addresses is read strictly", "[http][network]") {
    for (const std::string text : {"127.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "192.0.2.128/25",
                                   "192.0.2.1/32", "::1", "::/0", "2001:db8::/32"}) {
        CAPTURE(text);
        CHECK(network::read(text).has_value());
    }
    for (const std::string text : {"",
                                   "/",
                                   "/8",
                                   "10.0.0.0/",
                                   "10.0.0.0/33",
                                   "10.0.0.0/08",
                                   "10.0.0.0/+8",
                                   "10.0.0.0/-1",
                                   "10.0.0.0/8 ",
                                   " 10.0.0.0/8",
                                   "10.0.0.0/8/8",
                                   "10.0.0.1/8",
                                   "10.0.0/8",
                                   "10/8",
                                   "010.0.0.0/8",
                                   "::1/64",
                                   "::/129",
                                   "fe80::1%eth0",
                                   "localhost",
                                   "10.0.0.0/a",
                                   "*"}) {
        CAPTURE(text);
        CHECK_FALSE(network::read(text).has_value());
    }
}

TEST_CASE("a block holds what its prefix says", "[http][network]") {
    CHECK(holds("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
    CHECK(holds("192.0.2.128/25", "192.0.2.128"));
    CHECK_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    CHECK(holds("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(holds("192.0.2.1", "192.0.2.0"));
    CHECK(holds("0.0.0.0/0", "203.0.113.9"));
    CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    CHECK(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
    CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST_CASE("the client is the right-most address that no trusted proxy has", "[http][network]") {
    const auto trusted = networks({"10.0.0.0/8", "::1"});
    struct row {
        std::string peer;
        std::vector<std::string> forwarded;
        std::string client;
    };
    const auto [peer, forwarded, client] =
        GENERATE(row{"203.0.113.9", {}, "203.0.113.9"},
                 row{"203.0.113.9", {"198.51.100.1"}, "203.0.113.9"},  // says who is not trusted
                 row{"10.0.0.1", {}, "10.0.0.1"}, row{"10.0.0.1", {"198.51.100.1"}, "198.51.100.1"},
                 row{"::ffff:10.0.0.1", {"198.51.100.1"}, "198.51.100.1"},
                 row{"::1", {"198.51.100.1"}, "198.51.100.1"},
                 row{"10.0.0.1", {"192.0.2.66, 198.51.100.1"}, "198.51.100.1"},
                 row{"10.0.0.1", {"192.0.2.66,198.51.100.1 , 10.0.0.2"}, "198.51.100.1"},
                 row{"10.0.0.1", {"192.0.2.66", "198.51.100.1", "10.0.0.2"}, "198.51.100.1"},
                 row{"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
                 row{"10.0.0.1", {"nonsense"}, "10.0.0.1"}, row{"10.0.0.1", {""}, "10.0.0.1"},
                 row{"10.0.0.1", {"198.51.100.1, nonsense, 10.0.0.2"}, "10.0.0.2"},
                 row{"10.0.0.1", {"198.51.100.1:4711"}, "10.0.0.1"},
                 row{"10.0.0.1", {"[2001:db8::1]"}, "10.0.0.1"},
                 row{"10.0.0.1", {"unknown, 198.51.100.1"}, "198.51.100.1"},
                 row{"10.0.0.1", {"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},
                 row{"2001:db8:1:2:aaaa::1", {}, "2001:db8:1:2::/64"},
                 row{"::ffff:203.0.113.9", {}, "203.0.113.9"}, row{"", {"198.51.100.1"}, "local"});
    CAPTURE(peer, forwarded);
    CHECK(client_of(peer, forwarded, trusted) == client);
}

TEST_CASE("handlers are told the client's address", "[http][network]") {
    const std::string body = R"({"email":"a@example.com"})";
    {
        test_shop shop;
        CHECK(ask(shop.server->port(), "POST /v1/auth/email-check\r\nX-Forwarded-For: 192.0.2.7",
                  body)
                  .status == 200);
        CHECK(shop.users.client == "127.0.0.1");
    }
    settings behind_proxy;
    behind_proxy.trusted_proxies = networks({"127.0.0.0/8"});
    test_shop shop(behind_proxy);
    CHECK(ask(shop.server->port(),
              "POST /v1/auth/email-check\r\nX-Forwarded-For: 203.0.113.1\r\n"
              "x-forwarded-for: 192.0.2.7, 127.0.0.9",
              body)
              .status == 200);
    CHECK(shop.users.client == "192.0.2.7");
}

TEST_CASE("only an admin may have no phone and no address", "[http][profile]") {
    test_shop shop;
    const auto patch = [&](const std::string& who, const std::string& body) {
        return ask(shop.server->port(), "PATCH /v1/users/me\r\nAuthorization: Bearer " + who, body)
            .status;
    };
    const std::string none = R"({"phone":null,"address":null})";
    CHECK(patch("user", none) == 422);
    CHECK(shop.users.calls == 0);
    CHECK(patch("admin", none) == 200);
    REQUIRE(shop.users.change.phone.has_value());
    CHECK_FALSE(shop.users.change.phone->has_value());
    REQUIRE(shop.users.change.address.has_value());
    CHECK_FALSE(shop.users.change.address->has_value());
    CHECK_FALSE(shop.users.change.name.has_value());

    CHECK(patch("user", R"({"name":"New","phone":"010-1234-5678"})") == 200);
    CHECK(shop.users.change.name == "New");
    CHECK(shop.users.change.phone == std::optional<std::string>{"010-1234-5678"});
    CHECK_FALSE(shop.users.change.address.has_value());
    CHECK(patch("user", "{}") == 200);
    for (const std::string wrong :
         {R"({"role":"admin"})", R"({"id":"x"})", R"({"email":"a@b.c"})", R"({"name":null})",
          R"({"name":""})", R"({"phone":"1"})", R"({"address":{"city":"Busan"}})"}) {
        CAPTURE(wrong);
        CHECK(patch("admin", wrong) == 422);
    }
}

TEST_CASE("new passwords that everybody tries are refused, old ones still log in",
          "[http][profile]") {
    test_shop shop;
    const auto port = shop.server->port();
    const auto change = [&](const std::string& to) {
        return ask(port, "PUT /v1/users/me/password\r\nAuthorization: Bearer user",
                   R"({"current_password":"the right one","new_password":")" + to + "\"}")
            .status;
    };
    CHECK(change("PassWord1") == 422);
    CHECK(change("12345678") == 422);
    CHECK(change("not so common") == 204);
    CHECK(ask(port, "POST /v1/auth/login", R"({"email":"a@b.c","password":"password1"})").status ==
          200);
    const auto wrong = ask(port, "PUT /v1/users/me/password\r\nAuthorization: Bearer user",
                           R"({"current_password":"the wrong one","new_password":"a new one"})");
    CHECK(wrong.status == 422);
    CHECK(wrong.body.find(R"("code":"password_wrong")") != std::string::npos);
}
