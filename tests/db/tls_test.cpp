#include "backend.hpp"

#include "support/catch.hpp"

#include <fstream>

namespace market::db::test {
namespace {

/// A database on the real MySQL, which makes itself an authority and certificates at its first
/// start. Null, after saying so, when there is no such server.
struct tls_shop {
    std::unique_ptr<fresh_database> fresh = fresh_database::on("mysql");
    std::filesystem::path certificates =
        fresh ? administrator{fresh->server()}.column("SELECT @@datadir").at(0) : "";

    std::string file(const std::string& name) const { return (certificates / name).string(); }
    std::string ca() const { return "ssl-ca=" + file("ca.pem"); }
    std::string client() const {
        return "&ssl-cert=" + file("client-cert.pem") + "&ssl-key=" + file("client-key.pem");
    }
    std::string url(const std::string& parameters) const {
        return fresh->url() + (parameters.empty() ? "" : "?") + parameters;
    }
};

/// The cipher of a new session; empty: in the clear.
std::string cipher_of(const std::string& url) {
    const auto shop = db::open(url).value();
    const auto tx = shop->begin(access::read);
    const auto found =
        tx->query_one<std::string, std::string>(sql{} << "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    return std::get<1>(found.value());
}

/// What a session that has to be refused says.
std::string refusal_of(const std::string& url) {
    try {
        const auto cipher = cipher_of(url);
        FAIL("a session was opened, over TLS with " << cipher);
    } catch (const db::error& failed) {
        CHECK(failed.why() == cause::refused);
        return failed.what();
    }
    return {};
}

/// An account of the server, dropped at the end.
struct account {
    account(const fresh_database& of, const std::string& requirement)
        : root{of.server()}, name{of.name().substr(0, 28)} {
        root.execute("CREATE USER " + name + " IDENTIFIED BY 'secret' REQUIRE " + requirement);
        root.execute("GRANT ALL ON " + of.name() + ".* TO " + name);
    }
    ~account() { root.execute("DROP USER " + name); }
    account(const account&) = delete;
    account& operator=(const account&) = delete;

    administrator root;
    std::string name;
};

}  // namespace

TEST_CASE("with an authority a session is encrypted, without one it is not", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    CHECK(cipher_of(shop.url("")).empty());
    CHECK(!cipher_of(shop.url(shop.ca())).empty());
    CHECK(!cipher_of(shop.url(shop.ca() + shop.client())).empty());
}

TEST_CASE("a server whose certificate another authority signed is refused", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    const auto said = refusal_of(shop.url("ssl-ca=" + shop.file("client-cert.pem")));
    CHECK(said.find("certificate") != std::string::npos);
}

TEST_CASE("a server without TLS is refused when an authority is given", "[db][tls]") {
    const tls_shop shop;
    const auto plain = fresh_database::on("mariadb");
    if (!shop.fresh || !plain) return;
    const auto said = refusal_of(plain->url() + "?" + shop.ca());
    CHECK(said.find("TLS") != std::string::npos);
}

TEST_CASE("accounts that require TLS, or a client's certificate, are served with it", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    const bool with_certificate = GENERATE(false, true);
    CAPTURE(with_certificate);
    const account made{*shop.fresh, with_certificate ? "X509" : "SSL"};
    auto who = shop.fresh->server();
    who.user = made.name;
    who.password = "secret";
    const auto plain = who.url(shop.fresh->name());
    const auto encrypted = plain + "?" + shop.ca();
    CHECK(!cipher_of(encrypted + (with_certificate ? shop.client() : "")).empty());
    refusal_of(with_certificate ? encrypted : plain);
}

TEST_CASE("parameters of a database URL that make no sense are refused by name", "[db][tls]") {
    const auto fresh = fresh_database::on("sqlite");
    const auto file = (fresh->folder() / "any.pem").string();
    std::ofstream{file} << "any";
    const std::pair<std::string, std::string> table[] = {
        {"tls=on", "tls"},
        {"ssl-ca=", "ssl-ca"},
        {"ssl-ca=/no/such.pem", "/no/such.pem"},
        {"ssl-ca=" + fresh->folder().string(), "no file"},
        {"ssl-ca=" + file + "&ssl-ca=" + file, "two of ssl-ca"},
        {"ssl-ca=" + file + "%0A", "control character"},
        {"ssl-ca=" + file + "&ssl-cert=" + file, "ssl-key"},
        {"ssl-ca=" + file + "&ssl-key=" + file, "ssl-cert"},
        {"ssl-cert=" + file + "&ssl-key=" + file, "without ssl-ca"}};
    for (const auto& [parameters, named] : table) {
        CAPTURE(parameters);
        const auto refused = db::open("mysql://u:hidden@host/shop?" + parameters);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::validation_failed);
        CHECK(refused.error().detail.find(named) != std::string::npos);
        CHECK(refused.error().detail.find("hidden") == std::string::npos);
    }
    CHECK(db::open("mysql://u:hidden@host/shop?ssl-ca=" + file).has_value());
}

}  // namespace market::db::test
