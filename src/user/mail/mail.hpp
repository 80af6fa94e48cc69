#pragma once
/// A text mail and its form on the wire (RFC 5322, MIME RFC 2045, encoded words RFC 2047).
#include <market/base/clock.hpp>
#include <market/base/error.hpp>

#include <string>
#include <string_view>

namespace market::user {

struct mail {
    std::string id;       ///< the same at each try; letters, digits, hyphens
    std::string to;       ///< a bare address
    std::string subject;  ///< UTF-8
    std::string text;     ///< UTF-8, lines end with \n
};

/// The sender as configured: `a@b` or `Name <a@b>`.
struct sender {
    std::string name;  ///< may be empty
    std::string address;
    /// Errors: validation_failed naming the parameter `mail.from`.
    static result<sender> read(std::string_view text);
};

/// The whole message with CRLF line ends.
/// Errors: internal (`to` is no address, or the subject holds a control character), so that no
/// input can add a header.
result<std::string> format_mail(const sender& from, const mail& message, instant at);

}  // namespace market::user
