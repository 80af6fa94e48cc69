#include "mail/mail.hpp"

#include <market/base/crypto.hpp>
#include <market/base/text.hpp>
#include <market/user/rules.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace market::user {
namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

/// RFC 4648 section 4, from the URL-safe form without padding.
std::string to_base64(std::string_view bytes) {
    std::string out = to_base64url(bytes);
    std::replace(out.begin(), out.end(), '-', '+');
    std::replace(out.begin(), out.end(), '_', '/');
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

/// Encoded words hold at most 75 characters, so 45 bytes of text each, cut between characters.
std::string to_encoded_words(std::string_view text) {
    constexpr std::size_t bytes_max = 45;
    std::string out;
    while (!text.empty()) {
        std::size_t cut = std::min(bytes_max, text.size());
        while (cut < text.size() && cut > 0 &&
               (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U)
            --cut;
        if (cut == 0) cut = std::min(bytes_max, text.size());
        out += (out.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + to_base64(text.substr(0, cut)) +
               "?=";
        text.remove_prefix(cut);
    }
    return out;
}

std::string to_phrase(std::string_view name) {
    if (!is_ascii(name)) return to_encoded_words(name);
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// "Mon, 23 Nov 2026 09:00:00 +0000"; by hand, since strftime's names follow the locale.
std::string format_date(instant at) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                  days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return out.data();
}

/// Letters only, so that a search for six digits in the mail finds the code alone. The same at each
/// try, so that a mail that was sent twice can be recognized.
std::string make_message_id(std::string_view id, std::string_view domain) {
    std::string out = "<";
    const auto digest = sha256(id);
    for (const std::byte byte : std::span{digest}.first<16>()) {
        out += static_cast<char>('a' + (std::to_integer<int>(byte) >> 4));
        out += static_cast<char>('a' + (std::to_integer<int>(byte) & 15));
    }
    return out + '@' + std::string{domain} + '>';
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

}  // namespace

result<sender> sender::read(std::string_view text) {
    sender out;
    const auto open = text.rfind('<');
    if (open == std::string_view::npos) {
        out.address = text;
    } else if (text.ends_with('>')) {
        out.address = text.substr(open + 1, text.size() - open - 2);
        const auto last = text.substr(0, open).find_last_not_of(' ');
        if (last != std::string_view::npos) out.name = text.substr(0, last + 1);
    }
    if (is_email(out.address) && !has_control_character(out.name)) return out;
    return invalid(culprit::place::parameter, "mail.from", "format",
                   "mail.from must be an address or Name <address>");
}

result<std::string> format_mail(const sender& from, const mail& message, instant at) {
    if (!is_email(message.to) || has_control_character(message.subject)) {
        return failure{errc::internal, "a mail to no address or with a broken subject is not sent"};
    }
    const auto domain = std::string_view{from.address}.substr(from.address.find('@') + 1);
    std::string out = "From: ";
    out += from.name.empty() ? from.address : to_phrase(from.name) + " <" + from.address + '>';
    out += "\r\nSubject: " +
           (is_ascii(message.subject) ? message.subject : to_encoded_words(message.subject));
    out += "\r\nTo: " + message.to;
    out += "\r\nDate: " + format_date(at);
    out += "\r\nMessage-ID: " + make_message_id(message.id, domain);
    out +=
        "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8"
        "\r\nContent-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n";
    return out + with_crlf(message.text);
}

}  // namespace market::user
