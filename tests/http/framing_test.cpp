#include "support/catch.hpp"

#include "message/head.hpp"

#include <string>

using namespace market;
using namespace market::http;

namespace {

std::string post(std::string_view fields) {
    return "POST /v1/orders HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

/// The cause for which a complete head is refused; internal: it is not.
errc refusal_of(std::string_view head) {
    std::size_t looked = 0;
    const auto length = find_head(head, looked);
    if (!length) return length.error().code;
    if (*length != head.size()) return errc::internal;
    const auto frame = read_framing(head);
    return frame ? errc::internal : frame.error().code;
}

bool passes(std::string_view head) {
    std::size_t looked = 0;
    const auto length = find_head(head, looked);
    return length && *length == head.size() && read_framing(head).has_value();
}

}  // namespace

TEST_CASE("a plain head passes and tells its length", "[http][framing]") {
    const auto frame = read_framing(post("Host: shop\r\nContent-Length: 12\r\n"));
    REQUIRE(frame.has_value());
    CHECK(frame->content_length == 12);
    CHECK_FALSE(frame->chunked);
    CHECK(passes("GET / HTTP/1.0\r\n\r\n"));
    CHECK(passes("OPTIONS * HTTP/1.1\r\nHost: shop\r\n\r\n"));
    CHECK(passes("GET http://shop/v1/sales HTTP/1.1\r\nHost: shop\r\n\r\n"));
    CHECK(passes(post("Host: [::1]:8080\r\nX-Anything: caf\xC3\xA9\t1\r\n")));
    CHECK(passes(post("Host:\r\nTransfer-Encoding:  Chunked \r\n")));
}

TEST_CASE("a head that two parties could cut differently is refused", "[http][framing]") {
    const std::string host = "Host: shop\r\n";
    for (const std::string fields :
         {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: identity\r\n",
          "Transfer-Encoding:\r\n", "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
          "Content-Length: +5\r\n", "Content-Length: -5\r\n", "Content-Length: 0x5\r\n",
          "Content-Length: 5 5\r\n", "Content-Length:\r\n", "Content-Length: five\r\n",
          "Content-Length : 5\r\n"}) {
        INFO(fields);
        CHECK(refusal_of(post(host + fields)) == errc::bad_request);
    }
}

TEST_CASE("a malformed line of the head is refused", "[http][framing]") {
    const std::string host = "Host: shop\r\n";
    for (const std::string fields :
         {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "no colon\r\n", ": nameless\r\n", "X Y: 1\r\n",
          "X: a\x01z\r\n", "X: a\x7Fz\r\n"}) {
        INFO(fields);
        CHECK(refusal_of(post(host + fields)) == errc::bad_request);
    }
    CHECK(refusal_of(post(" Host: shop\r\n")) == errc::bad_request);
    CHECK(refusal_of(post(host + std::string("X: a\0b\r\n", 8))) == errc::bad_request);
    CHECK(refusal_of("GET / HTTP/1.1\nHost: shop\n\n") == errc::bad_request);
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: shop\r\nX: a\rb\r\n\r\n") == errc::bad_request);
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: shop\n\r\n\r\n") == errc::bad_request);
}

TEST_CASE("HTTP/1.1 needs exactly one well-formed Host", "[http][framing]") {
    CHECK(refusal_of(post("")) == errc::bad_request);
    CHECK(refusal_of(post("Host: a\r\nHost: b\r\n")) == errc::bad_request);
    CHECK(refusal_of(post("Host: a\r\nhost: a\r\n")) == errc::bad_request);
    CHECK(refusal_of(post("Host: a b\r\n")) == errc::bad_request);
    CHECK(refusal_of(post("Host: a/b\r\n")) == errc::bad_request);
    CHECK(refusal_of(post("Host: a@b\r\n")) == errc::bad_request);
    CHECK(refusal_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == errc::bad_request);
}

TEST_CASE("a malformed request line is refused", "[http][framing]") {
    for (const std::string line :
         {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET / HTTP/2.0",
          "GET / HTTP/1.2", "GET / http/1.1", "GET / HTTP/1.10", "G(T / HTTP/1.1",
          "GET v1/sales HTTP/1.1", "GET * HTTP/1.1", "GET /a\tb HTTP/1.1",
          "GET /caf\xC3\xA9 HTTP/1.1", "GET ftp://shop/ HTTP/1.1", ""}) {
        INFO(line);
        CHECK(refusal_of(line + "\r\nHost: shop\r\n\r\n") == errc::bad_request);
    }
    CHECK(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == errc::bad_request);
}

TEST_CASE("a head may have 16 KiB and a target 8 KiB, not a byte more", "[http][framing]") {
    const std::string start = "GET / HTTP/1.1\r\nHost: shop\r\nX: ";
    const auto head = [&](std::size_t size) {
        return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
    };
    CHECK(passes(head(head_bytes_max)));
    CHECK(refusal_of(head(head_bytes_max + 1)) == errc::header_too_large);
    std::size_t looked = 0;
    CHECK(find_head(std::string(head_bytes_max, 'x'), looked).error().code ==
          errc::header_too_large);

    const auto target = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'x') + " HTTP/1.1\r\nHost: shop\r\n\r\n";
    };
    CHECK(passes(target(target_bytes_max)));
    CHECK(refusal_of(target(target_bytes_max + 1)) == errc::header_too_large);
}

TEST_CASE("a head that comes byte by byte is found at its last byte", "[http][framing]") {
    const auto head = post("Host: shop\r\n");
    std::size_t looked = 0;
    for (std::size_t count = 1; count < head.size(); ++count) {
        REQUIRE(find_head(std::string_view(head).substr(0, count), looked).value() == 0);
    }
    CHECK(find_head(head + "next", looked).value() == head.size());
}

TEST_CASE("a length beyond 64 bits is large, not small", "[http][framing]") {
    const auto frame = read_framing(post("Host: shop\r\nContent-Length: 18446744073709551621\r\n"));
    REQUIRE(frame.has_value());
    CHECK(frame->content_length > body_bytes_max);
}
