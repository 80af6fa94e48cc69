#include "support/catch.hpp"

#include "config/configuration.hpp"
#include "temporary_folder.hpp"

#include <algorithm>

using market::app::all_settings;
using market::app::config_sources;
using market::app::configuration;
using market::app::load_configuration;
using market::app::testing::temporary_folder;

namespace {

const configuration::entry& entry_of(const configuration& config, std::string_view name) {
    const auto& entries = config.entries();
    return *std::find_if(entries.begin(), entries.end(),
                         [&](const auto& one) { return one.key->name == name; });
}

std::string complaint(const config_sources& sources) {
    const auto loaded = load_configuration(sources);
    REQUIRE_FALSE(loaded.has_value());
    return loaded.error().detail;
}

}  // namespace

TEST_CASE("with nothing given every key has its default", "[app][config]") {
    const auto loaded = load_configuration({});
    REQUIRE(loaded.has_value());
    CHECK(loaded->integer("http.port") == 8080);
    CHECK(loaded->text("database.url") == "sqlite:./market-data/market.db");
    CHECK(loaded->text("events.url") == "log:./market-data/events.jsonl");
    for (const auto& entry : loaded->entries()) CHECK(entry.origin == "default");
}

TEST_CASE("data_dir moves the places that nobody named", "[app][config]") {
    const auto loaded =
        load_configuration({.flags = {{"data_dir", "/srv/shop"}},
                            .environment = {{"MARKET_MAIL_URL", "file:/srv/mail"}}});
    REQUIRE(loaded.has_value());
    CHECK(loaded->text("database.url") == "sqlite:/srv/shop/market.db");
    CHECK(loaded->text("mail.url") == "file:/srv/mail");
    CHECK(loaded->in_data_dir("control.sock") == "/srv/shop/control.sock");
}

TEST_CASE("a flag beats the environment, which beats the file, which beats the default",
          "[app][config]") {
    const temporary_folder folder;
    const auto file =
        folder.write("m.toml", "[http]\nport = 1\nio_threads = 2\ndrain_seconds = 3\n");
    const auto loaded = load_configuration(
        {.flags = {{"http.port", "7"}},
         .environment = {{"MARKET_HTTP_PORT", "5"}, {"MARKET_HTTP_IO_THREADS", "6"}},
         .file = file});
    REQUIRE(loaded.has_value());
    CHECK(loaded->integer("http.port") == 7);
    CHECK(entry_of(*loaded, "http.port").origin == "flag --http-port");
    CHECK(loaded->integer("http.io_threads") == 6);
    CHECK(entry_of(*loaded, "http.io_threads").origin == "environment MARKET_HTTP_IO_THREADS");
    CHECK(loaded->integer("http.drain_seconds") == 3);
    CHECK(entry_of(*loaded, "http.drain_seconds").origin == file + ":4");
}

TEST_CASE("MARKET_CONFIG names the file when no flag does", "[app][config]") {
    const temporary_folder folder;
    const auto named = folder.write("env.toml", "[http]\nport = 1\n");
    const auto given = folder.write("flag.toml", "[http]\nport = 2\n");
    const auto by_variable = load_configuration({.environment = {{"MARKET_CONFIG", named}}});
    REQUIRE(by_variable.has_value());
    CHECK(by_variable->integer("http.port") == 1);
    CHECK(by_variable->warnings().empty());
    const auto by_flag =
        load_configuration({.environment = {{"MARKET_CONFIG", named}}, .file = given});
    REQUIRE(by_flag.has_value());
    CHECK(by_flag->integer("http.port") == 2);
}

TEST_CASE("a bad value is refused with its key, value and origin", "[app][config]") {
    struct bad {
        const char* name;
        const char* value;
        const char* says;
    };
    const auto one = GENERATE(
        bad{"http.port", "65536", "http.port: \"65536\" is not an integer from 0 to 65535"},
        bad{"http.port", "-1", "http.port: \"-1\" is not an integer"},
        bad{"http.port", "80a", "http.port: \"80a\" is not an integer"},
        bad{"http.port", "", "http.port: \"\" is not an integer"},
        bad{"http.port", "99999999999999999999", "is not an integer"},
        bad{"http.request_deadline_ms", "99", "is not an integer from 100 to 600000"},
        bad{"writer.batch_orders_max", "0", "is not an integer from 1 to 4096"},
        bad{"mode", "test", "mode: \"test\" is not one of development, production"},
        bad{"log.level", "INFO", "is not one of trace, debug, info, warning, error, off"},
        bad{"shop.currency", "krw", "capital letters"}, bad{"shop.currency", "WON?", "bytes"},
        bad{"data_dir", "", "bytes"}, bad{"mail.from", "a\nb@c", "control character"},
        bad{"database.url", "postgres://x", "is not one of sqlite:, mysql:"},
        bad{"database.url", "market.db", "is not a URL"},
        bad{"gate.url", "redis://localhost:x", "is no gate"},
        bad{"gate.url", "rediss://localhost", "wants TLS"},
        bad{"events.url", "kafka://user:secret@localhost", "the kafka URL names a user"},
        bad{"mail.url", "smtp://localhost/inbox", "has something behind the host"},
        bad{"mail.url", "smtp://ada:top%20@", "names no host"},
        bad{"mail.url", "smtps://localhost", "is not one of file:, smtp:"},
        bad{"http.trusted_proxies", "10.0.0.1/8", "is not a list of addresses and blocks"},
        bad{"http.trusted_proxies", "10.0.0.0/8,::1", "is not a list of addresses and blocks"},
        bad{"auth.previous_secrets", "0123456789abcdef0123456789abcdef short",
            "auth.previous_secrets: \"(hidden)\" holds a secret that is shorter"},
        bad{"throttle.login_account", "-1", "is not an integer from 0"},
        bad{"mail.from", "no-reply", "mail.from: \"no-reply\" is neither an e-mail address"},
        bad{"mail.from", "Shop <no-reply>", "is neither an e-mail address"},
        bad{"mail.url", "file:", "mail.url: \"file:\" names no folder"},
        bad{"http.address", "foo.bar", "http.address: \"foo.bar\" is not an IP address"},
        bad{"http.address", "localhost", "is not an IP address"},
        bad{"events.url", "log:", "events.url: \"log:\" is no place for events: log: needs"},
        bad{"events.url", "log:a/", "needs the path of a file"},
        bad{"gate.url", "memory:x", "gate.url: \"memory:x\" has something behind memory:"},
        bad{"database.url", "sqlite:", "database.url: \"sqlite:\" is no database: the path"},
        bad{"database.url", "mysql://", "is no database: "},
        bad{"database.url", "mysql://ada@db:99999/m", "is no database: the port"},
        bad{"database.url", "mysql://ada@db:0/m", "is no database: the port"},
        bad{"database.url", "mysql://ada@db:65536/m", "is no database: the port"},
        bad{"database.url", "mysql://ada:top@db/m?password=top", "ada:(hidden)@db/m?(hidden)\""},
        bad{"payments.mode", "paypal", "payments.mode: \"paypal\" is not one of off, sandbox"},
        bad{"payments.hold_seconds", "0", "is not an integer from 1 to 604800"},
        bad{"orders.return_days", "-1", "is not an integer from 0 to 3650"},
        bad{"orders.auto_delivery_seconds", "31536001", "is not an integer from 0 to 31536000"},
        bad{"auth.secret", "short", "auth.secret: \"(hidden)\" is shorter than 32 bytes"});
    const auto by_flag = complaint({.flags = {{one.name, one.value}}});
    CHECK(by_flag.find(one.says) != std::string::npos);
    CHECK(by_flag.find("(flag --") != std::string::npos);
    const auto variable = market::app::environment_name(*market::app::find_setting(one.name));
    const auto by_variable = complaint({.environment = {{variable, one.value}}});
    CHECK(by_variable.find(one.says) != std::string::npos);
    CHECK(by_variable.find("(environment " + variable + ")") != std::string::npos);
}

TEST_CASE("a file's culprits are named with their lines, all at once", "[app][config]") {
    const temporary_folder folder;
    const auto file = folder.write(
        "m.toml", "mode = 1\n[http]\nprot = 80\nport = \"80\"\n[log]\nlevel = \"loud\"\n");
    const auto says = complaint({.file = file});
    CHECK(says.find("mode: \"1\" is not a string (" + file + ":1)") != std::string::npos);
    CHECK(says.find("http.prot: \"80\": there is no such key (" + file + ":3)") !=
          std::string::npos);
    CHECK(says.find("http.port: \"80\" is not an integer (" + file + ":4)") != std::string::npos);
    CHECK(says.find("log.level: \"loud\" is not one of") != std::string::npos);
}

TEST_CASE("data_dir may stand in a URL that is none without it", "[app][config]") {
    const temporary_folder folder;
    folder.write("ca.pem", "any");
    const config_sources sources{
        .flags = {{"data_dir", folder.path("")},
                  {"database.url",
                   "mysql://u:p@host/shop?ssl-ca={data_dir}ca.pem"
                   "&ssl-cert={data_dir}ca.pem&ssl-key={data_dir}ca.pem"}}};
    const auto loaded = load_configuration(sources);
    REQUIRE(loaded.has_value());
    CHECK(loaded->text("database.url").find(folder.path("ca.pem")) != std::string::npos);
    const auto says = complaint({.flags = {{"database.url", "mysql://u:p@host/{data_dir}/b"}}});
    CHECK(says.find("database.url: ") == 0);
    CHECK(std::count(says.begin(), says.end(), '\n') == 0);
    const auto replaced =
        complaint({.flags = {{"database.url", "sqlite:shop.db"}},
                   .environment = {{"MARKET_DATABASE_URL", "mysql://u:p@host/{data_dir}/b"}}});
    CHECK(replaced.find("environment MARKET_DATABASE_URL") != std::string::npos);
}

TEST_CASE("a data_dir that spoils a URL is refused with that URL", "[app][config]") {
    const auto says = complaint({.flags = {{"data_dir", "a\"b"}}});
    CHECK(says.find("database.url: \"sqlite:a\"b/market.db\" is no database: ") == 0);
    CHECK(says.find("(default, with the given data_dir)") != std::string::npos);
}

TEST_CASE("a sender with a name and addresses of both families are accepted", "[app][config]") {
    CHECK(load_configuration({.flags = {{"mail.from", "The Shop <no-reply@shop.example>"}}})
              .has_value());
    for (const auto* address : {"0.0.0.0", "::", "::1"})
        CHECK(load_configuration({.flags = {{"http.address", address}}}).has_value());
}

TEST_CASE("sections and quoted keys that mean nothing are refused with their lines",
          "[app][config]") {
    struct odd {
        const char* text;
        const char* says;
        int line;
    };
    const auto one =
        GENERATE(odd{"[http]\n[foo]\n", "foo: there is no such section", 2},
                 odd{"[http.tls]\n", "http.tls: there is no such section", 1},
                 odd{"[htt]\n", "htt: there is no such section", 1},
                 odd{"\n[auth.secret]\n", "auth.secret: is a section instead of a value", 2},
                 odd{"[auth.secret]\nof = 1\n", "auth.secret.of: \"1\": there is no such key", 2},
                 odd{"[http]\nport = {}\n", "http.port: is a section instead of a value", 2},
                 odd{"\"http.port\" = 3\n", "\"http.port\": \"3\": there is no such key", 1},
                 odd{"[[http]]\nport = 3\n", "http: ", 1});
    INFO(one.text);
    const temporary_folder folder;
    const auto file = folder.write("m.toml", one.text);
    const auto says = complaint({.file = file});
    CHECK(says.find(one.says) != std::string::npos);
    CHECK(says.find("(" + file + ":" + std::to_string(one.line) + ")") != std::string::npos);
}

TEST_CASE("empty sections that are known and dotted keys are accepted", "[app][config]") {
    const temporary_folder folder;
    const auto loaded =
        load_configuration({.file = folder.write("m.toml", "http.port = 3\n[auth]\n[mail]\n")});
    REQUIRE(loaded.has_value());
    CHECK(loaded->integer("http.port") == 3);
}

TEST_CASE("a file that is missing or no TOML is refused by name", "[app][config]") {
    const temporary_folder folder;
    CHECK(complaint({.file = folder.path("none.toml")}).find("none.toml") != std::string::npos);
    const auto broken = folder.write("broken.toml", "[http]\nport = = 1\n");
    CHECK(complaint({.file = broken}).find(broken + ":2:") != std::string::npos);
}

TEST_CASE("an unknown variable of ours is a warning, others are none of our business",
          "[app][config]") {
    const auto loaded =
        load_configuration({.environment = {{"MARKET_HTTP_PROT", "1"}, {"HTTP_PORT", "2"}}});
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->warnings().size() == 1);
    CHECK(loaded->warnings().front().find("MARKET_HTTP_PROT") != std::string::npos);
}

TEST_CASE("a secret may stand in a file of its own, but not twice", "[app][config]") {
    const temporary_folder folder;
    const std::string secret = "0123456789abcdef0123456789abcdef";
    const auto file = folder.write("secret", secret + "\n");
    const auto loaded = load_configuration({.environment = {{"MARKET_AUTH_SECRET_FILE", file}}});
    REQUIRE(loaded.has_value());
    CHECK(loaded->text("auth.secret") == secret);
    CHECK(complaint(
              {.environment = {{"MARKET_AUTH_SECRET_FILE", file}, {"MARKET_AUTH_SECRET", secret}}})
              .find("both") != std::string::npos);
    CHECK(complaint({.environment = {{"MARKET_AUTH_SECRET_FILE", folder.path("none")}}})
              .find("cannot be read (environment MARKET_AUTH_SECRET_FILE)") != std::string::npos);
}

TEST_CASE("production refuses a missing and a weak secret and offers a good one", "[app][config]") {
    const auto missing = complaint({.flags = {{"mode", "production"}}});
    CHECK(missing.find("auth.secret: missing") != std::string::npos);
    const std::string weak(40, 'a');
    const auto says = complaint({.flags = {{"mode", "production"}, {"auth.secret", weak}}});
    CHECK(says.find("too easy to guess") != std::string::npos);
    CHECK(says.find(weak) == std::string::npos);
    const auto good = says.substr(says.rfind(' ') + 1);
    CHECK(
        load_configuration({.flags = {{"mode", "production"}, {"auth.secret", good}}}).has_value());
    const auto of_old = complaint({.flags = {{"mode", "production"},
                                             {"auth.secret", good},
                                             {"auth.previous_secrets", good + " " + weak}}});
    CHECK(of_old.find("auth.previous_secrets: one is too easy to guess") != std::string::npos);
    CHECK(of_old.find(weak) == std::string::npos);
}

TEST_CASE("production takes payments only with a secret for the provider", "[app][config]") {
    const std::string good = "0123456789abcdef0123456789abcdef";
    std::vector<std::pair<std::string, std::string>> flags{
        {"mode", "production"}, {"auth.secret", good}, {"payments.mode", "sandbox"}};
    CHECK(complaint({.flags = flags}).find("payments.webhook_secret: missing") !=
          std::string::npos);
    flags.emplace_back("payments.webhook_secret", "short");
    CHECK(complaint({.flags = flags}).find("payments.webhook_secret: \"(hidden)\"") !=
          std::string::npos);
    flags.back().second = good;
    CHECK(load_configuration({.flags = flags}).has_value());
}

TEST_CASE("what is shown holds no secret", "[app][config]") {
    const auto& database = *market::app::find_setting("database.url");
    CHECK(market::app::redacted(database, "mysql://ada:p@ss:w/rd@db:3306/m") ==
          "mysql://ada:(hidden)@db:3306/m");
    CHECK(market::app::redacted(database, "mysql://ada@db/m") == "mysql://ada@db/m");
    CHECK(market::app::redacted(database, "sqlite:a@b/c?.db") == "sqlite:a@b/c?.db");
    CHECK(market::app::redacted(database, "mysql://ada:top@db/m?password=top") ==
          "mysql://ada:(hidden)@db/m?(hidden)");
    CHECK(market::app::redacted(database, "mysql://db/m?password=t@p") == "mysql://db/m?(hidden)");
    CHECK(market::app::redacted(database, "mysql://ada:t?p@db/m") == "mysql://ada:(hidden)");
    CHECK(market::app::redacted(database, "mysql:ada:top@db/m") == "mysql:(hidden)@db/m");
    CHECK(market::app::redacted(*market::app::find_setting("auth.secret"), "top") == "(hidden)");
}

TEST_CASE("the example file shows every key with its default", "[app][config]") {
    const auto shipped = load_configuration({.file = MARKET_CONFIG_EXAMPLE});
    const auto bare = load_configuration({});
    REQUIRE(shipped.has_value());
    REQUIRE(bare.has_value());
    for (const auto& key : all_settings()) {
        INFO(key.name);
        CHECK(entry_of(*shipped, key.name).value == entry_of(*bare, key.name).value);
        CHECK(entry_of(*shipped, key.name).origin != "default");
    }
}
