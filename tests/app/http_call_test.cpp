#include "support/catch.hpp"

#include "client/http_call.hpp"
#include "temporary_folder.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

using market::app::http_call;
using market::app::parse_origin;
using market::app::testing::temporary_folder;

TEST_CASE("an origin is http, a host and perhaps a port", "[app][http_call]") {
    REQUIRE(parse_origin("http://127.0.0.1:8080"));
    CHECK(parse_origin("http://127.0.0.1:8080")->port == 8080);
    CHECK(parse_origin("http://shop.example/")->host == "shop.example");
    CHECK(parse_origin("http://shop.example")->port == 80);
    CHECK(parse_origin("http://[::1]:81")->host == "::1");
    CHECK(parse_origin("http://[::1]:81")->port == 81);
    for (const auto* bad :
         {"", "shop", "https://shop", "http://", "http://:80", "http://a:0", "http://a:65536",
          "http://a:8x", "http://a/b", "http://[::1", "http://a b"}) {
        INFO(bad);
        CHECK_FALSE(parse_origin(bad));
    }
}

TEST_CASE("a socket that is missing or left behind by a dead server has no server",
          "[app][http_call]") {
    const temporary_folder folder;
    const auto path = folder.path("control.sock");
    const market::app::http_place place{.origin = {}, .socket_path = path};
    const auto missing = http_call(place, "GET", "/", std::chrono::milliseconds{200});
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == market::errc::not_found);

    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int left_behind = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(left_behind, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(left_behind);
    const auto dead = http_call(place, "GET", "/", std::chrono::milliseconds{200});
    REQUIRE_FALSE(dead.has_value());
    CHECK(dead.error().code == market::errc::not_found);
}

TEST_CASE("a server that accepts and says nothing is given up in time", "[app][http_call]") {
    const temporary_folder folder;
    const auto path = folder.path("silent.sock");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int silent = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(silent, 1) == 0);
    const auto answer =
        http_call({.origin = {}, .socket_path = path}, "GET", "/", std::chrono::milliseconds{100});
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == market::errc::internal);
    ::close(silent);
}
