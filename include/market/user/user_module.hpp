#pragma once
/// Makes the user module, and what the command line does with accounts.
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

/// How often each thing may be done (API.md 3); 0: no limit.
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
    /// `auth.previous_secrets`: what they signed is still valid.
    std::vector<std::string> previous_secrets{};
    std::string mail_url;  ///< `file:DIR`, `smtp://[user:password@]host[:port]`
    std::string mail_from;
    bool mail_starttls_required = false;  ///< false: STARTTLS is used when it is offered
    std::string mail_ca_file{};  ///< who may certify the mail host; empty: the system's authorities
    throttle_limits limits{};
    std::size_t hash_threads = 2;
    std::size_t hash_queue_max = 64;
    std::chrono::milliseconds ended_sessions_every{500};
    std::chrono::milliseconds mail_retry_first{1'000};  ///< doubles with each try, to 30 s
};

/// The service, the thread that reads the list of ended sessions, and the thread that sends mails.
class user_module {
public:
    virtual ~user_module() = default;
    virtual user_service& service() = 0;
    /// Reads the whole list of ended sessions, then starts the threads.
    /// Errors: database_unavailable, internal.
    virtual result<void> start() = 0;
    /// Ends the threads. Unsent mails stay in the database.
    virtual void stop() = 0;
};

/// What `database` refers to, `clock` and `throttle` outlive the module. Takes the time of one
/// password hash.
/// Errors: validation_failed, its culprit named `auth.secret`, `mail.url` or `mail.from`;
/// overloaded.
result<std::unique_ptr<user_module>> make_user_module(db::async_database database,
                                                      const wall_clock& clock, throttle& throttle,
                                                      settings chosen);

// --- for the command line; these block ---

/// Makes an admin. Errors: validation_failed with the culprits `email` and `password`;
/// email_taken, database_unavailable, outcome_unknown, overloaded (no memory to hash).
result<account> create_admin(db::database& database, const wall_clock& clock,
                             const std::string& email, const std::string& password);

/// A new set-up token (stored hashed, valid 1 h); empty when there is an admin. Earlier tokens stay
/// valid; the first one used ends all.
/// Errors: database_unavailable, outcome_unknown.
result<std::optional<std::string>> offer_set_up(db::database& database, const wall_clock& clock);

struct seeded_buyer {
    user_id id;
    std::string access_token;  ///< 24 h
};
/// Makes `count` buyers with profile and address; all have one random password, which nobody knows.
/// A second run adds others. Commits in batches: after an error, the buyers of earlier ones stay.
result<std::vector<seeded_buyer>> seed_buyers(db::database& database, const wall_clock& clock,
                                              const std::string& secret, std::size_t count);

}  // namespace market::user
