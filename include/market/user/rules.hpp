#pragma once
/// What is a valid e-mail address, phone number, password or mail URL. Pure functions.
#include <optional>
#include <string>
#include <string_view>

namespace market::user {

/// At most 254 characters in the form of HTML's e-mail input (WHATWG HTML, "valid e-mail address"):
/// ASCII only, one `@`, a local part of letters, digits and .!#$%&'*+/=?^_`{|}~-, a domain of
/// labels of 1-63 letters, digits and inner hyphens. So an address holds no character that has a
/// meaning in a mail header.
bool is_email(std::string_view text);

/// `^\d{2,3}-\d{3,4}-\d{4}$`
bool is_phone(std::string_view text);

/// The form in which addresses are compared: ASCII letters in lower case, in the local part too. An
/// address is ASCII (is_email), so it needs no other case folding.
std::string fold_email(std::string_view email);

/// Is it one of the few hundred passwords that attackers try first? Ignores case.
bool is_common_password(std::string_view password);

/// What is wrong with a `mail.url`, as the end of a sentence; empty when it is valid. Valid are
/// `file:DIR` and `smtp://[user:password@]host[:port]`.
std::optional<std::string> mail_url_objection(const std::string& url);

}  // namespace market::user
