#pragma once
/// How accounts are put together and what the command line does with them.
#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>
#include <market/user/user_service.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::user {

struct settings {
    std::string secret;    ///< `auth.secret`, at least 32 bytes
    std::string mail_url;  ///< `file:DIR`
    std::string mail_from;
    std::size_t hash_threads = 2;
    std::size_t hash_queue_max = 64;
};

/// `blocking` runs the database work and the mail. All three must outlive the service.
/// Takes the time of one password hash.
/// Errors: validation_failed, its culprit named `auth.secret`, `mail.url` or `mail.from`;
/// overloaded.
result<std::unique_ptr<user_service>> make_user_service(db::database& database,
                                                        worker_pool& blocking,
                                                        const wall_clock& clock, settings chosen);

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
