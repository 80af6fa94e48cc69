#include "support/catch.hpp"

#include "message/head.hpp"
#include "message/request_reader.hpp"

#include <cstring>
#include <string>

using namespace market;
using namespace market::http;
using stage = request_reader::stage;

namespace {

/// As much as there is free_space for; how much that was.
std::size_t put(request_reader& reader, std::string_view bytes) {
    const auto free_space = reader.free_space();
    const auto count = std::min(free_space.size(), bytes.size());
    std::memcpy(free_space.data(), bytes.data(), count);
    reader.added(count);
    return count;
}

/// Puts all bytes in until the stage is reached; the cause of a refusal otherwise.
std::optional<errc> advance_to(request_reader& reader, stage wanted, std::string_view& bytes) {
    while (true) {
        const auto reached = reader.advance();
        if (!reached) return reached.error().code;
        if (*reached == wanted) return std::nullopt;
        if (*reached == stage::more) {
            if (bytes.empty()) return errc::internal;
            bytes.remove_prefix(put(reader, bytes));
        }
    }
}

std::optional<errc> read_whole(request_reader& reader, std::string_view bytes) {
    return advance_to(reader, stage::whole, bytes);
}

std::string chunked(std::string_view body) {
    return "POST /v1/orders HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(body);
}

}  // namespace

TEST_CASE("a request's parts are told as sent", "[http][reader]") {
    request_reader reader;
    REQUIRE_FALSE(read_whole(
        reader,
        "POST /v1/o%2Fx?a=%201&b HTTP/1.1\r\nHost: shop\r\nauthorization: Bearer t\r\n"
        "Idempotency-Key: one\r\nIDEMPOTENCY-KEY: two\r\nX-Request-Id: r-1\r\n"
        "Content-Type: application/json\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n{}"));
    const auto& sent = reader.current();
    CHECK(sent.method == "POST");
    CHECK(sent.path == "/v1/o%2Fx");
    CHECK(sent.query == "a=%201&b");
    CHECK(sent.authorization == "Bearer t");
    CHECK(sent.idempotency_keys == std::vector<std::string>{"one", "two"});
    CHECK(sent.request_id == "r-1");
    CHECK(sent.expects_continue);
    CHECK(sent.keep_alive);
    CHECK(sent.body == "{}");
    CHECK_FALSE(reader.has_bytes());
}

TEST_CASE("an absolute target is read like its path", "[http][reader]") {
    request_reader reader;
    REQUIRE_FALSE(read_whole(reader, "GET http://shop?x=1 HTTP/1.1\r\nHost: shop\r\n\r\n"));
    CHECK(reader.current().path == "/");
    CHECK(reader.current().query == "x=1");
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection", "[http][reader]") {
    request_reader one, two;
    REQUIRE_FALSE(read_whole(one, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK_FALSE(one.current().keep_alive);
    REQUIRE_FALSE(read_whole(two, "GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"));
    CHECK_FALSE(two.current().keep_alive);
}

TEST_CASE("pipelined requests are cut one after another, whatever the reads were",
          "[http][reader]") {
    std::string all;
    for (int i = 0; i < 1'000; ++i) {
        all +=
            "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: shop\r\nContent-Length: 3\r\n\r\n";
        all += std::to_string(100 + i % 900);
    }
    request_reader reader;
    std::string_view rest = all;
    for (int i = 0; i < 1'000; ++i) {
        REQUIRE_FALSE(advance_to(reader, stage::whole, rest));
        REQUIRE(reader.current().path == "/" + std::to_string(i));
        REQUIRE(reader.current().body == std::to_string(100 + i % 900));
    }
    CHECK_FALSE(reader.has_bytes());
}

TEST_CASE("a chunked body is put together, byte by byte too", "[http][reader]") {
    const auto bytes = chunked("5\r\nhello\r\n1;x=\"y\"\r\n!\r\n0\r\n\r\n");
    request_reader whole;
    REQUIRE_FALSE(read_whole(whole, bytes));
    CHECK(whole.current().body == "hello!");

    request_reader dripped;
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        put(dripped, std::string_view(bytes).substr(i, 1));
        REQUIRE(dripped.advance().value() != stage::whole);
        REQUIRE(dripped.advance().value() == stage::more);
    }
    put(dripped, bytes.substr(bytes.size() - 1));
    REQUIRE(dripped.advance().value() == stage::whole);
    CHECK(dripped.current().body == "hello!");
}

TEST_CASE("trailers are no headers", "[http][reader]") {
    request_reader reader;
    REQUIRE_FALSE(
        read_whole(reader, chunked("0\r\nAuthorization: Bearer t\r\nIdempotency-Key: k\r\n\r\n")));
    CHECK(reader.current().authorization.empty());
    CHECK(reader.current().idempotency_keys.empty());
}

TEST_CASE("a malformed chunked body is refused", "[http][reader]") {
    for (const std::string body :
         {"g\r\nx\r\n0\r\n\r\n", "\r\n\r\n", "-1\r\nx\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
          "5 \r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n\r\n\r\n",
          "11111111111111111\r\nx\r\n", "0\r\nno colon\r\n\r\n"}) {
        INFO(body);
        request_reader reader;
        const auto refused = read_whole(reader, chunked(body));
        REQUIRE(refused);
        CHECK((refused == errc::bad_request || refused == errc::body_too_large));
    }
}

TEST_CASE("a line of a chunked body that a bare LF ends is refused without waiting",
          "[http][reader]") {
    for (const std::string body :
         {"5\n", "5;x=1\nhello", "5\r\nhello\n", "5\r\nhello\r\n0\n\n", "0\r\nX: y\n\n"}) {
        INFO(body);
        request_reader reader;
        CHECK(read_whole(reader, chunked(body)) == errc::bad_request);
    }
    request_reader holds_lf;
    CHECK_FALSE(read_whole(holds_lf, chunked("3\r\na\nb\r\n0\r\nX: y\r\n\r\n")));
    CHECK(holds_lf.current().body == "a\nb");
}

TEST_CASE("a body of 64 KiB is read, one byte more is refused", "[http][reader]") {
    const auto with_length = [](std::size_t size) {
        return "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(size) +
               "\r\n\r\n" + std::string(size, 'x');
    };
    request_reader fits, too_long;
    REQUIRE_FALSE(read_whole(fits, with_length(body_bytes_max)));
    CHECK(fits.current().body.size() == body_bytes_max);
    std::string_view head = "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 65537\r\n\r\n";
    CHECK(advance_to(too_long, stage::head, head) == errc::body_too_large);

    std::string chunks;
    for (int i = 0; i < 64; ++i) chunks += "400\r\n" + std::string(1'024, 'x') + "\r\n";
    request_reader fits_chunked, too_long_chunked;
    CHECK_FALSE(read_whole(fits_chunked, chunked(chunks + "0\r\n\r\n")));
    CHECK(read_whole(too_long_chunked, chunked(chunks + "1\r\nx\r\n0\r\n\r\n")) ==
          errc::body_too_large);
}

TEST_CASE("chunk heads and tiny chunks have their bounds too", "[http][reader]") {
    request_reader endless_head, endless_chunks;
    CHECK(read_whole(endless_head, chunked("1;" + std::string(40'000, 'x'))) == errc::bad_request);
    std::string tiny;
    while (tiny.size() < 2'000'000) tiny += "1;" + std::string(200, 'x') + "\r\ny\r\n";
    CHECK(read_whole(endless_chunks, chunked(tiny)) == errc::body_too_large);
}

TEST_CASE("a target that is no URL is refused", "[http][reader]") {
    for (const std::string target : {"/%", "/%zz", "/a#b", "/?q=%", "/a|b", "http://"}) {
        INFO(target);
        request_reader reader;
        put(reader, "GET " + target + " HTTP/1.1\r\nHost: shop\r\n\r\n");
        const auto refused = reader.advance();
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == errc::bad_request);
        CHECK(refused.error().detail == "a malformed request target");
    }
}
