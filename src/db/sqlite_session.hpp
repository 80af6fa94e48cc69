#pragma once
#include "session.hpp"

#include <market/db/database.hpp>

namespace market::db {

/// Opens the file, creating it when missing, in WAL mode with every commit synced.
/// Throws driver_error: refused, unavailable, read_only, full.
std::unique_ptr<session> open_sqlite(const std::string& path, const options& settings);

}  // namespace market::db
