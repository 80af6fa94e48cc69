#pragma once
/// How accounts are put together and what the command line does with them.
#include <market/db/async_database.hpp>
#include <market/user/throttle.hpp>
#include <market/user/user_service.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::user {

/// API.md 3: how often what may be done.
struct throttle_limits {
    std::int64_t login_account = 10;        ///< failures an account in 15 minutes
    std::int64_t login_client = 100;        ///< failures a client in 15 minutes
    std::int64_t codes_address = 5;         ///< an hour
    std::int64_t codes_client = 100;        ///< an hour
    std::int64_t email_check_client = 120;  ///< a minute
    std::int64_t refresh_session = 60;      ///< an hour
};

struct settings {
    std::string secret;  ///< `auth.secret`, at least 32 bytes
    /// `auth.previous_secrets`: what they signed is still good.
    std::vector<std::string> previous_secrets{};
    std::string mail_url;  ///< `file:DIR`, `smtp://[user:password@]host[:port]`
    std::string mail_from;
    bool mail_starttls_required = false;  ///< else STARTTLS is used when it is offered
    std::string mail_ca_file{};           ///< who vouches for the mail host; empty: the system's
    throttle_limits limits{};
    std::size_t hash_threads = 2;
    std::size_t hash_queue_max = 64;
    std::chrono::milliseconds ended_sessions_every{500};
    std::chrono::milliseconds mail_retry_first{1'000};  ///< doubles with each try, to 30 s
};

/// Accounts as one part: the service, the thread that reads the list of ended sessions, the thread
/// that hands mails on.
class user_module {
public:
    virtual ~user_module() = default;
    virtual user_service& service() = 0;
    /// Reads the whole list of ended sessions, then starts the threads.
    /// Errors: database_unavailable, internal.
    virtual result<void> start() = 0;
    /// Ends the threads; mails that wait are in the record.
    virtual void stop() = 0;
};

/// `blocking` runs the database work. All must outlive the module. Takes the time of one password
/// hash.
/// Errors: validation_failed, its culprit named `auth.secret`, `mail.url` or `mail.from`;
/// overloaded.
result<std::unique_ptr<user_module>> make_user_module(db::async_database database,
                                                      const wall_clock& clock, throttle& counts,
                                                      settings chosen);

// --- for the command line; these block ---

/// Makes an admin. Errors: validation_failed with the culprits `email` and `password`;
/// email_taken, database_unavailable, outcome_unknown, overloaded (no memory to hash).
result<account> create_admin(db::database& database, const wall_clock& clock,
                             const std::string& email, const std::string& password);

/// A fresh set-up token (stored hashed, valid 1 h) while there is no admin, else empty. Tokens
/// offered before stay valid; the first one used ends all.
result<std::optional<std::string>> offer_set_up(db::database& database, const wall_clock& clock);

struct seeded_buyer {
    user_id id;
    std::string access_token;  ///< 24 h
};
/// `count` buyers with profile and address, one password hash for all, of a password nobody knows.
/// A second run adds others. Committed in batches: an error leaves the buyers of those before.
result<std::vector<seeded_buyer>> seed_buyers(db::database& database, const wall_clock& clock,
                                              const std::string& secret, std::size_t count);

}  // namespace market::user
