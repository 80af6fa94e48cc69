#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/private_redis.hpp"
#include "support/run_here.hpp"

#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

namespace market::redis::test {

using market::testing::context_here;
using market::testing::settle_here;

namespace {

using words = std::vector<std::string>;

asio::awaitable<void> echo(client& server, std::string word, std::atomic<int>& right) {
    words sent{"ECHO", word};
    auto said = co_await server.command(std::move(sent));
    if (said && said->text == word) ++right;
}

/// So many at once on this thread's io_context; how many got their own word back.
int echoes(client& server, int calls, const std::string& prefix = "") {
    std::atomic<int> right{0};
    auto& context = context_here();
    for (int i = 0; i < calls; ++i)
        asio::co_spawn(context, echo(server, prefix + std::to_string(i), right), asio::detached);
    context.restart();
    context.run();
    return right;
}

std::int64_t stat(client& server, const std::string& name) {
    auto info = settle_here(server.command({"INFO", "stats"})).value().text;
    return std::stoll(info.substr(info.find(name + ":") + name.size() + 1));
}

}  // namespace

TEST_CASE("each caller gets its own reply, many calls in few writes", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    const auto before = stat(*client, "total_reads_processed");
    CHECK(echoes(*client, 2'000) == 2'000);
    CHECK(stat(*client, "total_reads_processed") - before < 200);
}

TEST_CASE("calls come from threads, pools and io_contexts that end", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    std::atomic<int> right{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back(
                [&, i] { right += echoes(*client, 200, std::to_string(i) + "/"); });
    }
    CHECK(right == 1'600);

    asio::thread_pool pool{4};
    std::atomic<int> pooled{0};
    for (int i = 0; i < 200; ++i)
        asio::co_spawn(pool, echo(*client, std::to_string(i), pooled), asio::detached);
    pool.join();
    CHECK(pooled == 200);

    for (int i = 0; i < 3; ++i) {
        std::atomic<int> alone{0};
        asio::io_context context;
        asio::co_spawn(context, echo(*client, "once", alone), asio::detached);
        context.run();  // returns: an idle connection is no work
        CHECK(alone == 1);
    }
}

TEST_CASE("replies keep their kinds", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    auto ask = [&](words sent) { return settle_here(client->command(std::move(sent))).value(); };
    CHECK(ask({"SET", "k", std::string("a\0b\r\n", 5)}).text == "OK");
    CHECK(ask({"GET", "k"}).text == std::string("a\0b\r\n", 5));
    CHECK(ask({"GET", "none"}).what == reply::kind::nil);
    CHECK(ask({"INCRBY", "n", "9007199254740993"}).integer == 9'007'199'254'740'993);
    CHECK(ask({"GET", "n", "x"}).what == reply::kind::error);
    auto many = ask({"EVAL", "return {1, {'two', false}, redis.status_reply('3')}", "0"});
    REQUIRE(many.items.size() == 3);
    CHECK(many.items[0].integer == 1);
    REQUIRE(many.items[1].items.size() == 2);
    CHECK(many.items[1].items[0].text == "two");
    CHECK(many.items[1].items[1].what == reply::kind::nil);
    CHECK(many.items[2].text == "3");
}

TEST_CASE("what is larger than any buffer comes through", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    options patient;
    patient.command_timeout = std::chrono::seconds{20};
    auto client = server.open(patient);
    std::string large(24'000'000, 'x');
    large[12'345'678] = 'y';
    REQUIRE(settle_here(client->command({"SET", "large", large})).value().text == "OK");
    CHECK(settle_here(client->command({"GET", "large"})).value().text == large);
}

TEST_CASE("a script knows its keys, arguments and the run it runs in", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    const script code{"return {KEYS[1], KEYS[2], ARGV[1], ARGV[2], #ARGV}"};
    auto info = settle_here(client->command({"INFO", "server"})).value().text;
    for (int i = 0; i < 2; ++i) {
        auto said = settle_here(client->evaluate(code, {"a", "b"}, {"c"})).value();
        REQUIRE(said.items.size() == 5);
        CHECK(said.items[0].text == "a");
        CHECK(said.items[1].text == "b");
        CHECK(said.items[2].text.size() == 40);
        CHECK(info.find("run_id:" + said.items[2].text) != std::string::npos);
        CHECK(said.items[3].text == "c");
        CHECK(said.items[4].integer == 2);
    }
    CHECK(code.sha1() ==
          settle_here(client->command({"SCRIPT", "LOAD", code.text()})).value().text);
}

TEST_CASE("a script that the server forgot is loaded and runs once", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    const script count{"return redis.call('INCR', KEYS[1])"};
    for (int i = 1; i <= 3; ++i) {
        CHECK(settle_here(client->evaluate(count, {"n"}, {})).value().integer == i);
        settle_here(client->command({"SCRIPT", "FLUSH"})).value();
    }
    for (int i = 0; i < 20; ++i) client->evaluate_soon(count, {"soon"}, {});
    CHECK(market::testing::eventually([&] {
        return settle_here(client->command({"GET", "soon"})).value().text == "20";
    }));
}

TEST_CASE("Redis' own refusal of a script is an error that names no data", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    const script wrong{"return redis.call('INCR', ARGV[2])"};
    settle_here(client->command({"SET", "hunter2", "x"})).value();
    auto said = settle_here(client->evaluate(wrong, {}, {"hunter2"}));
    REQUIRE(said.has_error());
    CHECK(said.error().code == errc::gate_unavailable);
    CHECK(said.error().detail.find("hunter2") == std::string::npos);
    CHECK(echoes(*client, 1) == 1);
}

TEST_CASE("a write to a connection that is gone does not end the process", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    auto client = server.open();
    struct sigaction now {};
    ::sigaction(SIGPIPE, nullptr, &now);
    CHECK(now.sa_handler == SIG_IGN);
}

TEST_CASE("a client may end before its callers' io_context", "[redis]") {
    if (!private_redis::can_be_had()) return;
    private_redis server;
    for (int i = 0; i < 5; ++i) CHECK(echoes(*server.open(), 10) == 10);
    auto last = server.open();
    CHECK(market::testing::eventually([&] {  // only its own connection is left
        auto list = settle_here(last->command({"CLIENT", "LIST"})).value().text;
        return std::ranges::count(list, '\n') == 1;
    }));
}

}  // namespace market::redis::test
