#pragma once
/// Where mail goes.
#include "mail/mail.hpp"

#include <market/base/clock.hpp>
#include <market/base/error.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace market::user {

/// No send() takes longer.
inline constexpr std::chrono::seconds delivery_max{20};

/// Used by one thread at a time. Blocks.
class mailer {
public:
    virtual ~mailer() = default;
    /// Errors: internal, with a cause that holds neither address nor text.
    virtual result<void> send(const mail& what) = 0;
    /// Lets a send() under way fail soon, and all later ones. Thread-safe.
    virtual void abandon() = 0;
};

struct mailer_options {
    std::string url;  ///< `file:DIR`, `smtp://[user:password@]host[:port]`
    std::string from;
    bool starttls_required = false;
    std::string ca_file;  ///< empty: the system's
};

/// `file:DIR`: each mail becomes one .eml file in DIR (made when missing, for its owner only),
/// whole from the moment it is there; the names sort by time.
/// `smtp:`: over STARTTLS when the host offers it or it is required, with the host's certificate
/// checked; a password is never sent without, but to this machine itself.
/// Errors: validation_failed naming the parameter `mail.url` or `mail.from`.
result<std::unique_ptr<mailer>> make_mailer(const mailer_options& chosen, const wall_clock& clock);

struct smtp_address {
    std::string host;
    std::uint16_t port = 25;
    std::string user, password;  ///< empty: none
};
/// Errors: validation_failed; the detail is the end of a sentence.
result<smtp_address> parse_smtp_url(const std::string& url);

/// smtp_mailer.cpp
std::unique_ptr<mailer> make_smtp_mailer(smtp_address to, sender from, const mailer_options& chosen,
                                         const wall_clock& clock);

}  // namespace market::user
