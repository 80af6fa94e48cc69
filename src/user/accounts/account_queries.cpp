#include "accounts/account_queries.hpp"

#include "accounts/role_name.hpp"

#include <market/user/rules.hpp>
#include <market/user/user_record.hpp>

namespace market::user {
namespace {

// A role that this program does not know gives no rights.
role read_role(const std::string& text) { return parse_role(text).value_or(role::user); }

std::optional<address> whole_address(std::optional<std::string> state,
                                     std::optional<std::string> city,
                                     std::optional<std::string> zipcode,
                                     std::optional<std::string> street) {
    if (!state || !city || !zipcode || !street) return std::nullopt;
    return address{std::move(*state), std::move(*city), std::move(*zipcode), std::move(*street)};
}

template <class Member>
std::optional<std::string> part(const account& value, Member member) {
    if (!value.address) return std::nullopt;
    return (*value.address).*member;
}

void append_row(db::sql& statement, const account& value, const std::string& password_hash) {
    statement << "(" << value.id << ", " << value.email << ", " << fold_email(value.email) << ", "
              << password_hash << ", " << value.name << ", " << value.phone << ", "
              << to_string(value.role) << ", " << part(value, &address::state) << ", "
              << part(value, &address::city) << ", " << part(value, &address::zipcode) << ", "
              << part(value, &address::street) << ", " << value.created_at << ")";
}

}  // namespace

bool is_taken(db::transaction& tx, const std::string& email) {
    return tx
        .query_one<user_id>(db::sql{} << "SELECT id FROM users WHERE email_folded = "
                                      << fold_email(email))
        .has_value();
}

std::optional<credentials> find_credentials(db::transaction& tx, const std::string& email) {
    const auto folded = fold_email(email);
    auto row = tx.query_one<user_id, std::string, std::string>(
        db::sql{} << "SELECT id, role, password_hash FROM users WHERE email_folded = " << folded);
    if (!row) return std::nullopt;
    auto& [id, role_text, hash] = *row;
    return credentials{id, read_role(role_text), std::move(hash), folded};
}

std::optional<credentials> find_credentials(db::transaction& tx, user_id id) {
    auto row = tx.query_one<std::string, std::string, std::string>(
        db::sql{} << "SELECT role, password_hash, email_folded FROM users WHERE id = " << id);
    if (!row) return std::nullopt;
    auto& [role_text, hash, folded] = *row;
    return credentials{id, read_role(role_text), std::move(hash), std::move(folded)};
}

bool lock_password(db::transaction& tx, user_id id, const std::string& password_hash) {
    return tx.execute(db::sql{} << "UPDATE users SET password_hash = password_hash WHERE id = "
                                << id << " AND password_hash = " << password_hash) == 1;
}

void replace_password(db::transaction& tx, user_id id, const std::string& password_hash) {
    tx.execute(db::sql{} << "UPDATE users SET password_hash = " << password_hash
                         << " WHERE id = " << id);
}

void update_profile(db::transaction& tx, user_id id, const profile_change& change) {
    db::sql statement;
    statement << "UPDATE users SET id = id";
    if (change.name) statement << ", name = " << *change.name;
    if (change.phone) statement << ", phone = " << *change.phone;
    if (change.address) {
        const auto part_of = [&](std::string address::*member) {
            const auto& whole = *change.address;
            return whole ? std::optional<std::string>{(*whole).*member} : std::nullopt;
        };
        statement << ", address_state = " << part_of(&address::state)
                  << ", address_city = " << part_of(&address::city)
                  << ", address_zipcode = " << part_of(&address::zipcode)
                  << ", address_street = " << part_of(&address::street);
    }
    statement << " WHERE id = " << id;
    tx.execute(statement);
}

std::optional<account> find_account(db::transaction& tx, user_id id) {
    using text = std::optional<std::string>;
    auto row =
        tx.query_one<std::string, std::string, text, std::string, text, text, text, text, instant>(
            db::sql{}
            << "SELECT email, name, phone, role, address_state, address_city, address_zipcode,"
            << " address_street, created_at FROM users WHERE id = " << id);
    if (!row) return std::nullopt;
    auto& [email, name, phone, role_text, state, city, zipcode, street, created_at] = *row;
    return account{
        id,
        std::move(email),
        std::move(name),
        std::move(phone),
        whole_address(std::move(state), std::move(city), std::move(zipcode), std::move(street)),
        read_role(role_text),
        created_at};
}

std::optional<role> find_role(db::transaction& tx, user_id id) {
    const auto row =
        tx.query_one<std::string>(db::sql{} << "SELECT role FROM users WHERE id = " << id);
    if (!row) return std::nullopt;
    return read_role(std::get<0>(*row));
}

bool has_admin(db::transaction& tx) {
    return tx.query_one<user_id>(db::sql{} << "SELECT id FROM users WHERE role = 'admin' LIMIT 1")
        .has_value();
}

result<void> insert_account(db::transaction& tx, const account& value,
                            const std::string& password_hash) {
    return insert_accounts(tx, {&value, 1}, password_hash);
}

result<void> insert_accounts(db::transaction& tx, std::span<const account> values,
                             const std::string& password_hash) {
    db::sql statement;
    statement
        << "INSERT INTO users (id, email, email_folded, password_hash, name, phone, role,"
        << " address_state, address_city, address_zipcode, address_street, created_at) VALUES ";
    for (const account& value : values) {
        if (&value != &values.front()) statement << ", ";
        append_row(statement, value, password_hash);
    }
    try {
        tx.execute(statement);
    } catch (const db::error& error) {
        if (error.why() != db::cause::unique_violation) throw;
        return failure{errc::email_taken, "the e-mail address belongs to an account"};
    }
    return {};
}

std::unordered_map<user_id, address> addresses_of(db::transaction& tx,
                                                  std::span<const user_id> users) {
    std::unordered_map<user_id, address> out;
    auto rows = tx.query_by<user_id, std::string, std::string, std::string, std::string>(
        "SELECT id, address_state, address_city, address_zipcode, address_street FROM users"
        " WHERE address_state IS NOT NULL AND id",
        users);
    out.reserve(rows.size());
    for (auto& [id, state, city, zipcode, street] : rows) {
        out.emplace(
            id, address{std::move(state), std::move(city), std::move(zipcode), std::move(street)});
    }
    return out;
}

}  // namespace market::user
