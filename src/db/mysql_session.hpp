#pragma once
#include "database_url.hpp"
#include "session.hpp"

#include <market/db/database.hpp>

namespace market::db {

/// Connects. Throws driver_error: refused, unavailable.
std::unique_ptr<session> open_mysql(const mysql_address& address, const options& settings);

}  // namespace market::db
