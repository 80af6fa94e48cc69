#include "message/request_reader.hpp"

#include "message/head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace market::http {
namespace {

namespace beast = boost::beast;
using parser = beast::http::request_parser<beast::http::string_body>;

constexpr std::size_t room_bytes_min = 4 * 1024;
/// For a chunk's head or the trailers: Beast parses them only when they are complete.
constexpr std::size_t chunk_head_bytes_max = 16 * 1024;
/// For all bytes of a chunked body, so that one-byte chunks cannot go on for ever.
constexpr std::size_t chunked_bytes_max = 1024 * 1024;

failure body_too_large() { return failure{errc::body_too_large, "the body is longer than 64 KiB"}; }

/// A bare LF ends a line for some parties and not for others.
bool has_bare_lf(std::string_view text) {
    auto at = text.find('\n');
    while (at != std::string_view::npos && at > 0 && text[at - 1] == '\r') {
        at = text.find('\n', at + 1);
    }
    return at != std::string_view::npos;
}

bool set_target(request& request, std::string_view target) {
    if (target == "*" || request.method == "CONNECT") {
        request.path = target;
        return true;
    }
    const bool is_absolute = target.front() != '/';
    const auto parsed = is_absolute ? boost::urls::parse_absolute_uri(target)
                                    : boost::urls::parse_origin_form(target);
    if (!parsed || (is_absolute && parsed->encoded_host().empty())) return false;
    request.path = std::string_view(parsed->encoded_path());
    if (request.path.empty()) request.path = "/";
    request.query = std::string_view(parsed->encoded_query());
    return true;
}

void set_field(request& request, const beast::http::fields::value_type& field) {
    const std::string_view value(field.value());
    switch (field.name()) {
        case beast::http::field::authorization: request.authorization = value; return;
        case beast::http::field::content_type: request.content_type = value; return;
        case beast::http::field::content_encoding: request.content_encoding = value; return;
        case beast::http::field::origin: request.origin = value; return;
        case beast::http::field::expect:
            request.expects_continue =
                !request.http_1_0 && same_without_case(value, "100-continue");
            return;
        case beast::http::field::if_match: request.if_match.emplace_back(value); return;
        case beast::http::field::if_none_match: request.if_none_match.emplace_back(value); return;
        case beast::http::field::unknown: break;
        default: return;
    }
    const std::string_view name(field.name_string());
    if (same_without_case(name, "x-request-id")) request.request_id = value;
    if (same_without_case(name, "x-forwarded-for")) request.forwarded_for.emplace_back(value);
    if (same_without_case(name, "traceparent")) request.traceparent = value;
    if (same_without_case(name, "idempotency-key")) request.idempotency_keys.emplace_back(value);
    if (same_without_case(name, "market-signature")) request.market_signatures.emplace_back(value);
}

}  // namespace

struct request_reader::parts {
    std::vector<char> bytes = std::vector<char>(room_bytes_min);
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t looked = 0;      ///< how far find_head has read
    std::size_t body_bytes = 0;  ///< of the body so far, framing included
    std::optional<parser> parsing;
    request current;

    std::string_view waiting() const { return {bytes.data() + begin, end - begin}; }

    result<stage> read_head();
    result<stage> read_body();
    std::optional<failure> take_head(std::string_view head, const framing& frame);
};

result<request_reader::stage> request_reader::parts::read_head() {
    // A CR LF before a request line must be ignored (RFC 9112 section 2.2).
    if (looked == 0 && waiting().starts_with("\r\n")) begin += 2;
    const auto length = find_head(waiting(), looked);
    if (!length) return length.error();
    if (*length == 0) return stage::more;
    const auto head = waiting().substr(0, *length);
    const auto frame = read_framing(head);
    if (!frame) return frame.error();
    if (frame->content_length > body_bytes_max) return body_too_large();
    if (auto refused = take_head(head, *frame)) return *std::move(refused);
    begin += *length;
    looked = 0;
    body_bytes = 0;
    return stage::head;
}

std::optional<failure> request_reader::parts::take_head(std::string_view head,
                                                        const framing& frame) {
    const failure bad_target{errc::bad_request, "a malformed request target"};
    parsing.emplace();
    parsing->eager(true);
    parsing->header_limit(head_bytes_max);
    parsing->body_limit(body_bytes_max);
    beast::error_code failed;
    parsing->put(boost::asio::buffer(head.data(), head.size()), failed);
    if (failed == beast::http::error::bad_target) return bad_target;
    if ((failed && failed != beast::http::error::need_more) || !parsing->is_header_done()) {
        return failure{errc::bad_request, "a malformed header"};
    }
    const auto& message = parsing->get();
    current = request{};
    current.method = std::string_view(message.method_string());
    current.http_1_0 = message.version() == 10;
    current.keep_alive = message.keep_alive() && !current.http_1_0;
    current.has_body = frame.chunked || frame.content_length > 0;
    if (!set_target(current, std::string_view(message.target()))) return bad_target;
    // Taken before the body: the trailers of a chunked body are no headers.
    for (const auto& field : message) set_field(current, field);
    return std::nullopt;
}

result<request_reader::stage> request_reader::parts::read_body() {
    while (!parsing->is_done()) {
        if (begin == end) return stage::more;
        beast::error_code failed;
        const auto used =
            parsing->put(boost::asio::buffer(bytes.data() + begin, end - begin), failed);
        begin += used;
        body_bytes += used;
        if (failed == beast::http::error::body_limit) return body_too_large();
        if (failed && failed != beast::http::error::need_more) {
            return failure{errc::bad_request, "a malformed chunked body"};
        }
        if (body_bytes > chunked_bytes_max) return body_too_large();
        if (end - begin >= chunk_head_bytes_max && used == 0) {
            return failure{errc::bad_request, "a chunk header longer than 16 KiB"};
        }
        if (failed && has_bare_lf(waiting())) {
            return failure{errc::bad_request, "a line of a chunked body ended by a bare LF"};
        }
        if (failed) return stage::more;
    }
    current.body = std::move(parsing->get().body());
    parsing.reset();
    return stage::whole;
}

request_reader::request_reader() : parts_(std::make_unique<parts>()) {}
request_reader::~request_reader() = default;

std::span<char> request_reader::free_space() {
    auto& p = *parts_;
    if (p.bytes.size() - p.end < room_bytes_min / 2) {
        std::memmove(p.bytes.data(), p.bytes.data() + p.begin, p.end - p.begin);
        p.end -= p.begin;
        p.begin = 0;
        if (p.bytes.size() - p.end < room_bytes_min / 2) p.bytes.resize(p.bytes.size() * 2);
    }
    return {p.bytes.data() + p.end, p.bytes.size() - p.end};
}

void request_reader::added(std::size_t count) { parts_->end += count; }

result<request_reader::stage> request_reader::advance() {
    return parts_->parsing ? parts_->read_body() : parts_->read_head();
}

request& request_reader::current() { return parts_->current; }

bool request_reader::has_bytes() const { return parts_->begin != parts_->end; }

}  // namespace market::http
