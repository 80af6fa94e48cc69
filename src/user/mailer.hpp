#pragma once
/// Where mail goes.
#include "mail.hpp"

#include <market/base/clock.hpp>
#include <market/base/error.hpp>

#include <memory>
#include <string>

namespace market::user {

/// Thread-safe. Blocks.
class mailer {
public:
    virtual ~mailer() = default;
    /// Errors: internal (logged, without address or text).
    virtual result<void> send(const mail& what) = 0;
};

/// `file:DIR`: each mail becomes one .eml file in DIR (made when missing, for its owner only),
/// whole from the moment it is there; the names sort by time.
/// Errors: validation_failed naming the parameter `mail.url` or `mail.from`.
result<std::unique_ptr<mailer>> make_mailer(const std::string& url, const std::string& from,
                                            const wall_clock& clock);

}  // namespace market::user
