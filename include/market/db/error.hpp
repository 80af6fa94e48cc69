#pragma once
/// Why a statement failed, in terms of no driver.
#include <stdexcept>
#include <string>

namespace market::db {

enum class cause {
    unavailable,      ///< cannot connect, or no session became free in time; nothing was done
    connection_lost,  ///< the session is dead; no COMMIT was sent for its transaction
    deadlock,         ///< the database rolled this transaction back for another; run it again
    lock_timeout,     ///< a lock was not granted in time; roll back and run it again
    unique_violation,
    check_violation,
    data_error,  ///< a value does not fit its column
    read_only,
    full,     ///< no space left
    refused,  ///< wrong password, database missing, no rights: waiting does not help
    other,
};

/// Thrown by sessions and transactions. The message never holds SQL text or values.
class error : public std::runtime_error {
public:
    error(cause why, const std::string& message) : std::runtime_error(message), cause_(why) {}
    cause why() const { return cause_; }

private:
    cause cause_;
};

const char* to_string(cause why);

}  // namespace market::db
