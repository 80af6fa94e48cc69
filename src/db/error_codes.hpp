#pragma once
// The only file that knows the error numbers of the drivers.
#include <market/db/error.hpp>

namespace market::db {

/// Server and client error numbers of MySQL 8 and MariaDB.
cause cause_of_mysql(unsigned code);
/// Extended result codes of SQLite.
cause cause_of_sqlite(int code);

/// Whether a DDL statement failed because it was carried out before.
bool was_done_before_mysql(unsigned code);

/// An error that remembers the driver's number.
class driver_error : public error {
public:
    /// `explanation` is shown to operators; no SQL text and no value may be in it.
    driver_error(cause why, int code, const std::string& explanation = {});
    int code() const { return code_; }

private:
    int code_;
};

}  // namespace market::db
