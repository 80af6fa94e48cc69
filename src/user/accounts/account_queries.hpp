#pragma once
/// The SQL of accounts.
#include <market/base/error.hpp>
#include <market/db/transaction.hpp>
#include <market/user/account.hpp>
#include <market/user/user_service.hpp>

#include <optional>
#include <span>
#include <string>

namespace market::user {

struct credentials {
    user_id id;
    user::role role = role::user;
    std::string password_hash;
    std::string email_folded;
};

bool is_taken(db::transaction& tx, const std::string& email);
std::optional<credentials> find_credentials(db::transaction& tx, const std::string& email);
std::optional<credentials> find_credentials(db::transaction& tx, user_id id);
/// Is this still the hash of the account's password? Locks the row, so that a change of the
/// password and a login with the old one run one after the other.
bool lock_password(db::transaction& tx, user_id id, const std::string& password_hash);
void replace_password(db::transaction& tx, user_id id, const std::string& password_hash);
/// Changes only what `change` names.
void update_profile(db::transaction& tx, user_id id, const profile_change& change);
std::optional<account> find_account(db::transaction& tx, user_id id);
std::optional<role> find_role(db::transaction& tx, user_id id);
bool has_admin(db::transaction& tx);

/// Errors: email_taken (the transaction must be rolled back).
result<void> insert_account(db::transaction& tx, const account& value,
                            const std::string& password_hash);
/// As above for many accounts with one password, in one statement.
result<void> insert_accounts(db::transaction& tx, std::span<const account> values,
                             const std::string& password_hash);

}  // namespace market::user
