#include "mail/mail_queries.hpp"

#include <array>

namespace market::user {
namespace {

constexpr std::array<std::string_view, 4> kind_names{"signup_code", "address_taken",
                                                     "password_reset_code", "nothing"};

std::string_view name_of(mail_kind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

mail_kind kind_named(std::string_view name) {
    for (std::size_t i = 0; i < kind_names.size(); ++i) {
        if (kind_names[i] == name) return static_cast<mail_kind>(i);
    }
    return mail_kind::nothing;  // a kind of a later version
}

std::int64_t micros(std::chrono::microseconds span) { return span.count(); }

}  // namespace

void append_mail(db::transaction& tx, const waiting_mail& mail, std::chrono::seconds life) {
    const auto now = db::database_time(tx.dialect());
    tx.execute(db::sql{} << "INSERT INTO mails (id, kind, email, nonce, key_id, due_at, expires_at)"
                         << " VALUES (" << mail.id << ", " << name_of(mail.kind) << ", " << mail.to
                         << ", " << mail.nonce << ", " << mail.key_id << ", 0, " << now << " + "
                         << micros(life) << ")");
}

std::vector<waiting_mail> lease_mails(db::transaction& tx, std::size_t most,
                                      std::chrono::seconds lease) {
    const auto now = db::database_time(tx.dialect());
    auto rows =
        tx.query<mail_id, std::string, std::string, code_nonce, std::string, bool, std::int64_t>(
            db::sql{} << "SELECT id, kind, email, nonce, key_id, expires_at <= " << now
                      << ", attempts FROM mails WHERE due_at <= " << now
                      << " ORDER BY due_at, id LIMIT " << most);
    std::vector<waiting_mail> out;
    for (auto& [id, kind, to, nonce, key_id, is_late, attempts] : rows) {
        const auto updated = tx.execute(
            db::sql{} << "UPDATE mails SET attempts = attempts + 1, due_at = " << now << " + "
                      << micros(lease) << " WHERE id = " << id << " AND attempts = " << attempts);
        if (updated == 0) continue;  // another server was faster
        out.push_back(
            {id, kind_named(kind), std::move(to), nonce, std::move(key_id), is_late, attempts + 1});
    }
    return out;
}

void remove_mail(db::transaction& tx, const waiting_mail& mail) {
    tx.execute(db::sql{} << "DELETE FROM mails WHERE id = " << mail.id
                         << " AND attempts = " << mail.attempts);
}

void put_off_mail(db::transaction& tx, const waiting_mail& mail, std::chrono::milliseconds pause) {
    tx.execute(db::sql{} << "UPDATE mails SET due_at = " << db::database_time(tx.dialect()) << " + "
                         << micros(pause) << " WHERE id = " << mail.id
                         << " AND attempts = " << mail.attempts);
}

}  // namespace market::user
