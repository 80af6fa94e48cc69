#pragma once
#include <market/base/error.hpp>

#include <cstdint>
#include <string>
#include <variant>

namespace market::db {

struct sqlite_address {
    std::string path;  ///< absolute
};

struct mysql_address {
    std::string host;
    std::uint16_t port = 3306;
    std::string user;
    std::string password;
    std::string database;
};

using database_address = std::variant<sqlite_address, mysql_address>;

/// Errors: validation_failed; its sentence holds no password.
result<database_address> parse_database_url(const std::string& url);

}  // namespace market::db
