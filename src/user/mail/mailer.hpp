#pragma once
/// Delivers mail: into a folder, or to a mail host.
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
    virtual result<void> send(const mail& message) = 0;
    /// A send() that runs, and every later one, fails soon. Thread-safe.
    virtual void abandon() = 0;
};

struct mailer_options {
    std::string url;  ///< `file:DIR`, `smtp://[user:password@]host[:port]`
    std::string from;
    bool starttls_required = false;
    std::string ca_file;  ///< empty: the system's
};

/// `file:DIR`: each mail becomes one .eml file in DIR, which is created when missing, for its owner
/// only. A file appears when it is complete; the names sort by time.
/// `smtp:`: uses STARTTLS when the host offers it or it is required, and checks the host's
/// certificate. Without TLS a password is sent to this machine only.
/// Errors: validation_failed naming the parameter `mail.url` or `mail.from`.
result<std::unique_ptr<mailer>> make_mailer(const mailer_options& options, const wall_clock& clock);

struct smtp_address {
    std::string host;
    std::uint16_t port = 25;
    std::string user, password;  ///< empty: none
};
/// Errors: validation_failed; the detail is the end of a sentence that the setting's name begins.
result<smtp_address> parse_smtp_url(const std::string& url);

std::unique_ptr<mailer> make_smtp_mailer(smtp_address to, sender from,
                                         const mailer_options& options, const wall_clock& clock);

}  // namespace market::user
