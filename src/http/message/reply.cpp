#include "message/reply.hpp"

#include <array>
#include <ctime>

namespace market::http {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        default: return "";  // the phrase may be empty (RFC 9112 section 4)
    }
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

reply private_reply(int status, std::string body) {
    reply answer{status, std::move(body)};
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

std::string serialize(const reply& answer, const envelope& around) {
    std::string out;
    out.reserve(answer.body.size() + 512);
    out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
    out.append(reason_of(answer.status)).append("\r\n");
    add_header(out, "Date", around.date);
    add_header(out, "X-Request-Id", around.request_id);
    // Browsers must not guess a type, nor tell other sites an address (a set-up link).
    out.append("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
    if (answer.type != html_type)
        out.append("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
    for (const auto& [name, value] : answer.headers) add_header(out, name, value);
    const bool bodiless = answer.status == 204 || answer.status == 304;
    if (!bodiless) {
        add_header(out, "Content-Type", answer.type);
        add_header(out, "Content-Length", std::to_string(answer.body.size()));
    }
    if (around.close) add_header(out, "Connection", "close");
    out.append("\r\n");
    if (!around.head_only && !bodiless) out.append(answer.body);
    return out;
}

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    // The process never calls setlocale, so names are English.
    const auto length =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), length};
}

}  // namespace market::http
