#include "support/catch.hpp"

#include "http/test_shop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/json.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace market;
using namespace market::test;
namespace json = boost::json;

namespace {

const std::string sale = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A purchase of one unit, as bytes.
std::string purchase() {
    const std::string body = R"({"lines":[{"sale_id":")" + sale + R"(","quantity":1}]})";
    return "POST /v1/orders HTTP/1.1\r\nHost: s\r\nAuthorization: Bearer user\r\n"
           "Content-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A directory of its own, gone at the end.
struct directory {
    std::string path;
    directory() {
        char name[] = "/tmp/market-http-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~directory() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a port in use by anyone is refused in one line", "[http][server]") {
    test_shop shop;
    http::settings chosen;
    chosen.port = shop.server->port();
    const auto second = http::make_server(
        {shop.users, shop.catalog, shop.orders, shop.rebuilder, *shop.gate}, chosen, {});
    const auto started = second->start();
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().detail.find("127.0.0.1:" + std::to_string(chosen.port)) !=
          std::string::npos);
    CHECK(started.error().detail.find('\n') == std::string::npos);
}

TEST_CASE("a stop finishes what is in flight and closes what is idle", "[http][server]") {
    test_shop shop;
    shop.orders.gate.close();
    raw_client buyer(shop.server->port()), idle(shop.server->port());
    idle.send("GET /livez HTTP/1.1\r\nHost: s\r\n\r\n");
    CHECK(idle.read().status == 200);
    buyer.send(purchase());
    REQUIRE(shop.orders.gate.wait_for_someone());
    bool finished = false;
    std::thread stopping([&] {
        finished = shop.server->stop(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    });
    CHECK(idle.is_closed());
    shop.orders.gate.open();
    const auto reply = buyer.read();
    CHECK(reply.status == 201);
    CHECK(reply.headers.at("connection") == "close");
    CHECK(buyer.is_closed());
    stopping.join();
    CHECK(finished);
    CHECK_THROWS(raw_client(shop.server->port()));
}

TEST_CASE("a stop answers what was sent before it, accepted or not", "[http][server]") {
    test_shop shop;
    const std::string ask_once = "GET /livez HTTP/1.1\r\nHost: s\r\n\r\n";
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(std::make_unique<raw_client>(shop.server->port()));
        clients.back()->send(ask_once);
    }
    raw_client pipelining(shop.server->port());
    for (int i = 0; i < 50; ++i) pipelining.send(ask_once);
    CHECK(shop.server->stop(std::chrono::steady_clock::now() + std::chrono::seconds(20)));
    for (const auto& one : clients) CHECK(one->read().status == 200);
    for (int i = 0; i < 50; ++i) CHECK(pipelining.read().status == 200);
}

TEST_CASE("a request on an open connection is answered shortly after a stop begins",
          "[http][server]") {
    const directory own;
    http::settings chosen;
    chosen.control_socket = own.path + "/control.sock";
    test_shop shop(chosen);
    raw_client kept(shop.server->port()), silent(shop.server->port());
    const std::string ask_once = "GET /livez HTTP/1.1\r\nHost: s\r\n\r\n";
    kept.send(ask_once);
    CHECK(kept.read().status == 200);
    bool finished = false;
    std::thread stopping([&] {
        finished = shop.server->stop(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    });
    // Its socket's file goes when the stop has begun.
    while (std::filesystem::exists(chosen.control_socket)) std::this_thread::yield();
    kept.send(ask_once);
    const auto reply = kept.read();
    CHECK(reply.status == 200);
    CHECK(reply.headers.at("connection") == "close");
    CHECK(kept.is_closed());
    CHECK(silent.is_closed());
    stopping.join();
    CHECK(finished);
}

TEST_CASE("a stop that runs out of time says so", "[http][server]") {
    test_shop shop;
    shop.orders.gate.close();
    raw_client buyer(shop.server->port());
    buyer.send(purchase());
    REQUIRE(shop.orders.gate.wait_for_someone());
    CHECK_FALSE(
        shop.server->stop(std::chrono::steady_clock::now() + std::chrono::milliseconds(50)));
    shop.orders.gate.open();
}

TEST_CASE("the control socket shows a gate to its owner only", "[http][control]") {
    const directory own;
    http::settings chosen;
    chosen.control_socket = own.path + "/control.sock";
    {
        // A socket whose server is gone is in the way.
        boost::asio::io_context context;
        boost::asio::local::stream_protocol::acceptor stale(context, chosen.control_socket);
    }
    REQUIRE(std::filesystem::exists(chosen.control_socket));
    test_shop shop(chosen);
    struct stat seen {};
    REQUIRE(::stat(chosen.control_socket.c_str(), &seen) == 0);
    CHECK((seen.st_mode & 0777U) == 0600U);

    raw_client client(chosen.control_socket);
    client.send("GET /gate/" + sale + " HTTP/1.1\r\nHost: gate\r\n\r\n");
    const auto dump = client.read();
    CHECK(dump.status == 200);
    const auto expected = json::parse(
        R"({"state":"absent","epoch":0,"remaining":0,"held":0,"total":0,"sold":0,"last_seq":0,)"
        R"("paused":false,"per_user_limit":0,"buyers":{},"done":0})");
    CHECK(json::parse(dump.body) == expected);
    client.send("POST /gate/" + sale + "/rebuild HTTP/1.1\r\nHost: gate\r\n\r\n");
    CHECK(client.read().status == 204);
    CHECK(shop.rebuilder.drifts == 1);
    client.send("GET /livez HTTP/1.1\r\nHost: gate\r\n\r\n");
    CHECK(client.read().status == 404);
    CHECK(ask(shop.server->port(), "GET /gate/" + sale).status == 404);

    http::settings second = chosen;
    CHECK_THROWS(test_shop(second));
    CHECK(shop.server->stop(std::chrono::steady_clock::now() + std::chrono::seconds(10)));
    CHECK_FALSE(std::filesystem::exists(chosen.control_socket));
}

TEST_CASE("a file that is no socket is not removed", "[http][control]") {
    const directory own;
    http::settings chosen;
    chosen.control_socket = own.path + "/precious";
    std::ofstream(chosen.control_socket) << "text";
    CHECK_THROWS(test_shop(chosen));
    CHECK(std::filesystem::exists(chosen.control_socket));
}
