#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/private_redis.hpp"
#include "support/run_here.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <thread>

namespace market::redis::test {

using market::testing::context_here;
using market::testing::eventually;
using market::testing::settle_here;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

bool says(client& server, const std::string& word) {
    auto said = settle_here(server.command({"ECHO", word}));
    return said && said->text == word;
}

struct tally {
    std::atomic<int> right{0}, wrong{0}, unavailable{0};
};

asio::awaitable<void> echo(client& server, std::string word, tally& to) {
    words sent{"ECHO", word};
    auto said = co_await server.command(std::move(sent));
    if (!said)
        ++(said.error().code == errc::gate_unavailable ? to.unavailable : to.wrong);
    else
        ++(said->text == word ? to.right : to.wrong);
}

void start_echoes(client& server, int calls, tally& to) {
    for (int i = 0; i < calls; ++i)
        asio::co_spawn(context_here(), echo(server, std::to_string(i), to), asio::detached);
    context_here().restart();
}

options quick() {
    options out;
    out.connect_timeout = 500ms;
    out.command_timeout = 300ms;
    out.pause_min = 10ms;
    out.pause_max = 50ms;
    return out;
}

}  // namespace

TEST_CASE("a server that is killed fails its calls and serves again after", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open(quick());
    REQUIRE(says(*client, "before"));
    server.pause();
    tally calls;
    start_echoes(*client, 50, calls);
    std::jthread killer{[&] { server.kill(); }};
    context_here().run();
    killer.join();
    CHECK(calls.unavailable == 50);

    CHECK(settle_here(client->command({"ECHO", "x"})).error().code == errc::gate_unavailable);
    auto found = client->check();
    REQUIRE(found);
    CHECK(found->may_pass);
    server.start();
    CHECK(eventually([&] { return says(*client, "after"); }));
}

TEST_CASE("a late reply reaches nobody", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open(quick());
    REQUIRE(says(*client, "before"));
    server.pause();
    tally calls;
    start_echoes(*client, 50, calls);
    const auto begun = std::chrono::steady_clock::now();
    context_here().run();
    CHECK(calls.unavailable == 50);
    CHECK(std::chrono::steady_clock::now() - begun < 3s);

    server.resume();  // and answers what it had got
    REQUIRE(eventually([&] { return says(*client, "after"); }));
    tally more;
    start_echoes(*client, 500, more);
    context_here().run();
    CHECK(more.right == 500);
}

TEST_CASE("a server that takes connections and says nothing fails calls in time",
          "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open(quick());
    server.pause();
    const auto begun = std::chrono::steady_clock::now();
    CHECK(settle_here(client->command({"ECHO", "x"})).has_error());
    auto found = client->check();
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    server.resume();
    REQUIRE(found);
    CHECK(found->may_pass);
    CHECK(eventually([&] { return says(*client, "after"); }));
}

TEST_CASE("a connection that was cut while idle costs no call", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open(quick());
    REQUIRE(says(*client, "before"));
    auto other = server.open();
    std::thread cutter{[&] {
        settle_here(other->command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"})).value();
    }};
    cutter.join();
    CHECK(says(*client, "after"));
    server.kill();
    server.start();
    CHECK(says(*client, "restarted"));
}

TEST_CASE("the commands and bytes under way are bounded", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto few = quick();
    few.commands_max = 10;
    auto client = server.open(few);
    REQUIRE(says(*client, "before"));
    server.pause();
    tally calls;
    start_echoes(*client, 25, calls);
    while (calls.unavailable < 15 && context_here().run_one() > 0) {
    }
    CHECK(calls.unavailable == 15);  // at once, the others when time is up
    context_here().run();
    CHECK(calls.unavailable == 25);
    server.resume();
    CHECK(eventually([&] { return says(*client, "after"); }));

    auto small = quick();
    small.bytes_max = 1'000;
    auto narrow = server.open(small);
    CHECK(settle_here(narrow->command({"ECHO", std::string(1'000, 'x')})).has_error());
    CHECK(says(*narrow, std::string(900, 'x')));
}

TEST_CASE("between two attempts to connect calls fail at once", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto slow = quick();
    slow.pause_min = slow.pause_max = 10s;
    auto client = server.open(slow);
    server.kill();
    REQUIRE_FALSE(says(*client, "x"));
    server.start();
    CHECK_FALSE(says(*client, "x"));  // not even tried
    CHECK_FALSE(client->check());     // by another thread's connection, and at once
}

TEST_CASE("an io_context may end with calls under way", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open(quick());
    tally calls;
    for (int turns : {0, 1, 2, 5, 10, 20}) {
        server.pause();
        asio::io_context context{1};
        for (int i = 0; i < 10; ++i)
            asio::co_spawn(context, echo(*client, "x", calls), asio::detached);
        for (int i = 0; i < turns; ++i) context.poll_one();
        server.resume();
    }
    CHECK(calls.right + calls.wrong + calls.unavailable == 0);
    CHECK(says(*client, "after"));
}

TEST_CASE("a server that cannot be used is refused in words, at once", "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis locked{{"--requirepass", "secret"}};
    private_redis open_to_all;
    auto obstacle_at = [](const std::string& url) { return redis::open(url).value()->check(); };
    auto is_refused = [&](const std::string& url) {
        auto found = obstacle_at(url);
        return found && !found->may_pass;
    };

    CHECK_FALSE(obstacle_at(open_to_all.url()));
    CHECK_FALSE(obstacle_at(locked.url_with(":secret")));
    CHECK_FALSE(obstacle_at(locked.url_with("default:secret")));
    CHECK(is_refused(locked.url_with(":guess")));
    CHECK(is_refused(locked.url_with("kim:secret")));
    CHECK(is_refused(locked.url()));
    CHECK(is_refused(open_to_all.url_with(":secret")));
    CHECK(is_refused(open_to_all.url() + "?db=99"));
    CHECK_FALSE(obstacle_at(open_to_all.url() + "?db=15"));

    auto admin = open_to_all.open();
    auto user = words{"ACL", "SETUSER", "kim", "on", ">secret", "~*", "+info"};
    settle_here(admin->command(std::move(user))).value();
    CHECK(is_refused(open_to_all.url_with("kim:secret")));
    settle_here(admin->command({"ACL", "SETUSER", "kim", "+@all"})).value();
    CHECK_FALSE(obstacle_at(open_to_all.url_with("kim:secret")));

    private_redis copy{{"--replicaof", "127.0.0.1", "1"}};
    auto found = obstacle_at(copy.url());
    REQUIRE(found);
    CHECK_FALSE(found->may_pass);
    CHECK(found->sentence.find("replica") != std::string::npos);
}

TEST_CASE("nobody there, and a name that is not known, may pass", "[redis][faults]") {
    for (const std::string url :
         {"redis://127.0.0.1:1", "unix:/none/such.sock", "redis://no-such-host.invalid:6379"}) {
        INFO(url);
        auto found = redis::open(url).value()->check();
        REQUIRE(found);
        CHECK(found->may_pass);
        CHECK(found->sentence.size() > url.size());
    }
}

TEST_CASE("a server that became a replica is left, and taken again as a master",
          "[redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open(quick());
    const script writes{"return redis.call('INCR', KEYS[1])"};
    REQUIRE(settle_here(client->evaluate(writes, {"n"}, {})).value().integer == 1);
    auto admin = server.open();
    settle_here(admin->command({"REPLICAOF", "127.0.0.1", "1"})).value();
    CHECK(settle_here(client->evaluate(writes, {"n"}, {})).has_error());
    CHECK_FALSE(says(*client, "x"));  // the name may lead to another server by now
    auto found = client->check();
    REQUIRE(found);
    CHECK_FALSE(found->may_pass);
    settle_here(admin->command({"REPLICAOF", "NO", "ONE"})).value();
    CHECK(eventually([&] {
        auto said = settle_here(client->evaluate(writes, {"n"}, {}));
        return said && said->integer == 2;
    }));
}

TEST_CASE("a server reached by TCP and by name serves like one on a socket", "[redis]") {
    if (!private_redis::can_be_had()) return;
    asio::io_context context;
    asio::ip::tcp::acceptor probe{context, {asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(probe.local_endpoint().port());
    probe.close();
    private_redis server{{"--port", port}};
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        auto client = redis::open("redis://" + host + ":" + port + "/1").value();
        CHECK_FALSE(client->check());
        CHECK(says(*client, host));
    }
}

}  // namespace market::redis::test
