#include "support/backend.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fstream>
#include <thread>

namespace market::db::test {
namespace {

namespace asio = boost::asio;

/// A database on the real MySQL, whose data directory holds an authority's certificate, one of it
/// for 127.0.0.1, one for another host and one for a client (scripts/servers/database.sh). Null,
/// after saying so, when there is no such server.
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

/// Made for this test; its passphrase is "of-the-test".
constexpr auto encrypted_key =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi0V6xisO4tPwICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEOhhii4v8bUROu9upnagBsoEgZBt\n"
    "sLvyZyprKE1hAOLi80MwIxvweb9EpXQaPpPI8vgBaB6NergSTb6NfCud54foRQfJ\n"
    "HSgMzWKJQllwPsE2jqJR47/Ly89EObUKXSGeC1r1qhD3DfMx3Wnj8aD0CwiOHS8Q\n"
    "fEbZV8w8c2nihXCxdDc/a9YzWReEbpVSbP3e2l7u6GcYq/OCA2VNwSChUTvddWg=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/// Greets a client as MySQL 8 does, and lets it go with what it says first.
class greeter {
public:
    enum class offers { nothing, tls };

    explicit greeter(offers what) : what_(what), thread_([this] { greet_one(); }) {}
    ~greeter() {
        if (!thread_.joinable()) return;
        boost::system::error_code ignored;  // nobody may have come: the thread waits for one
        asio::ip::tcp::socket{context_}.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    greeter(const greeter&) = delete;
    greeter& operator=(const greeter&) = delete;

    std::string url() const {
        return "mysql://buyer:secret@127.0.0.1:" +
               std::to_string(acceptor_.local_endpoint().port()) + "/shop";
    }
    /// What the one client has said.
    const std::string& heard() {
        thread_.join();
        return heard_;
    }

private:
    void greet_one() {
        auto client = acceptor_.accept();
        const auto bytes = greeting();
        asio::write(client, asio::buffer(bytes));
        std::array<char, 4096> buffer;
        boost::system::error_code ended;
        const auto got = client.read_some(asio::buffer(buffer), ended);
        heard_.assign(buffer.data(), got);
    }

    /// Protocol::HandshakeV10 of MySQL's client/server protocol.
    std::string greeting() const {
        using namespace std::string_literals;
        const char offered = what_ == offers::tls ? '\x0a' : '\x02';  // CLIENT_SSL is 0x0800
        const auto payload = "\x0a"s + "8.0.31\0"s + "\1\0\0\0"s + "abcdefgh\0"s + '\x09' +
                             static_cast<char>(offered | '\x80') + "\x2d\x02\0\x08\0\x15"s +
                             std::string(10, '\0') + "ijklmnopqrst\0"s + "mysql_native_password\0"s;
        return std::string{static_cast<char>(payload.size())} + "\0\0\0"s + payload;
    }

    const offers what_;
    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::string heard_;
    std::thread thread_;
};

/// The cipher of a new session; empty: in the clear.
std::string cipher_of(const std::string& url) {
    const auto shop = db::open(url).value();
    const auto tx = shop->begin(access::read);
    const auto found =
        tx->query_one<std::string, std::string>(sql{} << "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    return std::get<1>(found.value());
}

/// How a session fails that has to.
db::error failure_of(const std::string& url) {
    try {
        const auto cipher = cipher_of(url);
        FAIL("a session was opened, over TLS with " << cipher);
    } catch (const db::error& failed) {
        return failed;
    }
    throw std::logic_error{"not reached"};
}

std::string refusal_of(const std::string& url) {
    const auto failed = failure_of(url);
    CHECK(failed.why() == cause::refused);
    return failed.what();
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
    CHECK(said.find("ssl-ca") != std::string::npos);
}

TEST_CASE("a server whose certificate is for another host is refused", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    auto same = shop.fresh->server();
    same.host = "127.1";  // another name of 127.0.0.1
    CHECK(cipher_of(same.url(shop.fresh->name())).empty());
    const auto said = refusal_of(same.url(shop.fresh->name()) + "?" + shop.ca());
    // The client library's words: of 3.3, of 3.4.
    CHECK((said.find("certificate failed") != std::string::npos ||
           said.find("Hostname verification failed") != std::string::npos));
}

TEST_CASE("a server on 127.0.0.1 whose certificate is for another host is refused", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    struct elsewhere {
        administrator root;
        explicit elsewhere(const server_address& server) : root{server} { serve("elsewhere"); }
        ~elsewhere() { serve("server"); }
        void serve(const std::string& name) {
            root.execute("SET GLOBAL ssl_cert = '" + name + "-cert.pem'");
            root.execute("SET GLOBAL ssl_key = '" + name + "-key.pem'");
            root.execute("ALTER INSTANCE RELOAD TLS");
        }
    };
    {
        const elsewhere other{shop.fresh->server()};
        CHECK(refusal_of(shop.url(shop.ca())).find("IP address mismatch") != std::string::npos);
    }
    CHECK(!cipher_of(shop.url(shop.ca())).empty());
}

TEST_CASE("a server without TLS is told nothing when an authority is given", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    greeter plain{greeter::offers::nothing};
    const auto said = refusal_of(plain.url() + "?" + shop.ca());
    CHECK(said.find("does not support it") != std::string::npos);
    CHECK(plain.heard().empty());
}

TEST_CASE("a handshake that breaks off is worth another try", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    greeter dying{greeter::offers::tls};
    CHECK(failure_of(dying.url() + "?" + shop.ca()).why() == cause::unavailable);
    CHECK(dying.heard().find("secret") == std::string::npos);
}

TEST_CASE("a key that is encrypted is refused, and nobody is asked for its passphrase",
          "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    const auto folder = fresh_database::on("sqlite");
    const auto key = (folder->folder() / "encrypted.pem").string();
    std::ofstream{key} << encrypted_key;
    const auto said = refusal_of(
        shop.url(shop.ca() + "&ssl-cert=" + shop.file("client-cert.pem") + "&ssl-key=" + key));
    CHECK(said.find("decrypt") != std::string::npos);
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

TEST_CASE("a server that serves TLS only refuses a session without it at once", "[db][tls]") {
    const tls_shop shop;
    if (!shop.fresh) return;
    struct tls_only {
        administrator root;
        explicit tls_only(const server_address& server) : root{server} {
            root.execute("SET GLOBAL require_secure_transport = ON");
        }
        ~tls_only() { root.execute("SET GLOBAL require_secure_transport = OFF"); }
    };
    const tls_only strict{shop.fresh->server()};
    CHECK(refusal_of(shop.url("")).find("insecure transport") != std::string::npos);
    CHECK(!cipher_of(shop.url(shop.ca())).empty());
}

TEST_CASE("parameters of a database URL that make no sense are refused by name", "[db][tls]") {
    const auto fresh = fresh_database::on("sqlite");
    const auto file = (fresh->folder() / "any.pem").string();
    std::ofstream{file} << "any";
    const std::pair<std::string, std::string> table[] = {
        {"tls=on", "not known"},
        {"", "not known"},
        {"Secr%0Aet", "not known"},
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
        CHECK(refused.error().detail.find("Secr") == std::string::npos);
    }
    CHECK(db::open("mysql://u:hidden@host/shop?ssl-ca=" + file).has_value());
    const auto plus = (fresh->folder() / "a+b c.pem").string();
    std::ofstream{plus} << "any";
    const auto escaped = (fresh->folder() / "a+b%20c.pem").string();
    CHECK(db::open("mysql://u:hidden@host/shop?ssl-ca=" + escaped).has_value());
}

}  // namespace market::db::test
