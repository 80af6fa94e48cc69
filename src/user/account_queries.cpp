#include "account_queries.hpp"

#include "role_name.hpp"

#include <market/user/rules.hpp>
#include <market/user/user_record.hpp>

namespace market::user {
namespace {

// A row whose role this program does not know has no rights.
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
    auto row = tx.query_one<user_id, std::string, std::string>(
        db::sql{} << "SELECT id, role, password_hash FROM users WHERE email_folded = "
                  << fold_email(email));
    if (!row) return std::nullopt;
    auto& [id, role_text, hash] = *row;
    return credentials{id, read_role(role_text), std::move(hash)};
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
    auto rows = tx.query<user_id, std::string, std::string, std::string, std::string>(
        (db::sql{}
         << "SELECT id, address_state, address_city, address_zipcode, address_street FROM users"
         << " WHERE address_state IS NOT NULL AND id IN ")
            .list(users));
    out.reserve(rows.size());
    for (auto& [id, state, city, zipcode, street] : rows) {
        out.emplace(
            id, address{std::move(state), std::move(city), std::move(zipcode), std::move(street)});
    }
    return out;
}

}  // namespace market::user
