#include "greeting.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace market::redis {
namespace {

server_address parsed(const std::string& url) { return parse_redis_url(url).value(); }

reply error(std::string text) {
    reply out;
    out.what = reply::kind::error;
    out.text = std::move(text);
    return out;
}

constexpr auto info =
    "# Server\r\nredis_version:7.0.15\r\nxrun_id:no\r\nredis_mode:standalone\r\n"
    "run_id:0123456789abcdef0123456789abcdef01234567\r\n# Memory\r\n"
    "maxmemory_policy:noeviction\r\n# Persistence\r\nloading:0\r\nasync_loading:1\r\n"
    "# Replication\r\nrole:master\r\n";

std::string info_with(const std::string& from, const std::string& to) {
    std::string out = info;
    return out.replace(out.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a Redis URL names host, port, user, password and database", "[redis]") {
    auto all = parsed("redis://kim:p%40ss%3A@shop.example:7000/12");
    CHECK(all.host == "shop.example");
    CHECK(all.port == 7000);
    CHECK(all.user == "kim");
    CHECK(all.password == "p@ss:");
    CHECK(all.database == 12);
    CHECK(all.where() == "shop.example:7000");

    auto least = parsed("redis://localhost");
    CHECK(least.port == 6379);
    CHECK(least.user.empty());
    CHECK(least.password.empty());
    CHECK(least.database == 0);
    CHECK(parsed("redis://:secret@localhost/").user.empty());
    CHECK(parsed("redis://:secret@localhost/").password == "secret");
    CHECK(parsed("redis://[::1]:7001").host == "::1");
    CHECK(parsed("redis://[::1]:7001").where() == "[::1]:7001");
}

TEST_CASE("a Redis URL names a Unix socket", "[redis]") {
    CHECK(parsed("unix:/run/redis.sock").path == "/run/redis.sock");
    auto all = parsed("redis+unix://kim:secret@/run/redis.sock?db=3");
    CHECK(all.path == "/run/redis.sock");
    CHECK(all.user == "kim");
    CHECK(all.password == "secret");
    CHECK(all.database == 3);
    CHECK(all.where() == "/run/redis.sock");
}

TEST_CASE("a wrong Redis URL is refused in a sentence without its password", "[redis]") {
    for (const std::string url : {"",
                                  "redis:",
                                  "redis://",
                                  "http://localhost",
                                  "redis://localhost:0",
                                  "redis://localhost:65536",
                                  "redis://localhost:6379x",
                                  "redis://localhost/x",
                                  "redis://localhost/-1",
                                  "redis://localhost/1/2",
                                  "redis://localhost?db=1",
                                  "redis://localhost#x",
                                  "redis://hunter2@localhost",
                                  "redis://:hunter2@/1",
                                  "redis://:hunter2@local host",
                                  "redis://:hunter2%0A@localhost",
                                  "unix:relative",
                                  "unix://host/path",
                                  "redis+unix:///",
                                  "redis+unix:///path?db=x",
                                  "redis+unix:///path?db=1&x=2",
                                  "rediss://:hunter2@localhost"}) {
        INFO(url);
        auto refused = parse_redis_url(url);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::validation_failed);
        CHECK_FALSE(refused.error().detail.empty());
        CHECK(refused.error().detail.find("hunter2") == std::string::npos);
    }
    CHECK(parse_redis_url("rediss://localhost").error().detail.find("TLS") != std::string::npos);
}

TEST_CASE("the greeting logs in, selects and asks, each only where needed", "[redis]") {
    using words = std::vector<std::vector<std::string>>;
    CHECK(greeting(parsed("redis://localhost")) == words{{"INFO"}});
    CHECK(greeting(parsed("redis://:secret@localhost/2")) ==
          words{{"AUTH", "secret"}, {"SELECT", "2"}, {"INFO"}});
    CHECK(greeting(parsed("redis://kim:secret@localhost")) ==
          words{{"AUTH", "kim", "secret"}, {"INFO"}});
}

TEST_CASE("a server is judged by what it says of itself", "[redis]") {
    const auto server = parsed("redis://:hunter2@localhost");
    auto facts = read_info(info);
    CHECK(facts.run_id == "0123456789abcdef0123456789abcdef01234567");
    CHECK(facts.major == 7);
    CHECK(facts.role == "master");
    CHECK(facts.mode == "standalone");
    CHECK(facts.eviction == "noeviction");
    CHECK_FALSE(facts.loading);
    CHECK_FALSE(wrong_server(server, facts));

    auto obstacle_of = [&](const std::string& from, const std::string& to) {
        return wrong_server(server, read_info(info_with(from, to)));
    };
    auto is_refused = [&](const std::string& from, const std::string& to) {
        auto found = obstacle_of(from, to);
        return found && !found->may_pass;
    };
    CHECK(is_refused("role:master", "role:slave"));
    CHECK(is_refused("standalone", "cluster"));
    CHECK(is_refused("redis_mode:standalone", "server_mode:cluster"));  // as Valkey says it
    CHECK_FALSE(obstacle_of("redis_mode:standalone", "server_mode:standalone"));
    CHECK(is_refused("redis_version:7", "redis_version:4"));
    CHECK(is_refused("\nrun_id", "\nwalk_id"));
    CHECK_FALSE(obstacle_of("redis_version:7", "redis_version:5"));
    REQUIRE(obstacle_of("\nloading:0", "\nloading:1"));
    CHECK(obstacle_of("\nloading:0", "\nloading:1")->may_pass);
}

TEST_CASE("an error in the greeting is fatal or passes, as it says", "[redis]") {
    const auto server = parsed("redis://:hunter2@localhost/7");
    auto said = [&](const std::string& command, const std::string& text) {
        auto found = wrong_answer(server, command, error(text));
        REQUIRE(found);
        CHECK(found->sentence.find("localhost:6379") != std::string::npos);
        CHECK(found->sentence.find("hunter2") == std::string::npos);
        return *found;
    };
    CHECK_FALSE(said("AUTH", "WRONGPASS invalid username-password pair").may_pass);
    CHECK_FALSE(said("AUTH", "ERR AUTH <password> called without any password").may_pass);
    CHECK_FALSE(said("INFO", "NOAUTH Authentication required.").may_pass);
    CHECK_FALSE(said("INFO", "NOPERM this user has no permissions").may_pass);
    CHECK_FALSE(said("SELECT", "ERR DB index is out of range").may_pass);
    CHECK_FALSE(said("INFO", "DENIED Redis is running in protected mode").may_pass);
    CHECK(said("INFO", "LOADING Redis is loading the dataset in memory").may_pass);
    CHECK(said("AUTH", "ERR max number of clients reached").may_pass);
    CHECK(said("INFO", "ERR what").may_pass);
    CHECK_FALSE(wrong_answer(server, "INFO", reply{}));
}

}  // namespace market::redis
