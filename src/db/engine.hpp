#pragma once
// The one implementation of `database`, for both drivers.
#include "session_holder.hpp"

#include <market/db/database.hpp>

namespace market::db {

class engine final : public database {
public:
    using connector = std::function<std::unique_ptr<session>(const options&)>;

    engine(db::dialect dialect, connector connect, const options& settings);

    db::dialect dialect() const override { return dialect_; }
    std::unique_ptr<transaction> begin(access mode) override;

    /// A session beside those that sessions_max bounds. Throws error: unavailable, refused.
    std::unique_ptr<session> connect(const options& settings) const { return connect_(settings); }
    const options& settings() const { return settings_; }

private:
    std::optional<failure> run(access mode,
                               const std::function<bool(transaction&)>& attempt) override;

    db::dialect dialect_;
    connector connect_;
    options settings_;
    turnstile write_turn_{1};  // SQLite has one writer at a time
    session_holder holder_;
};

}  // namespace market::db
