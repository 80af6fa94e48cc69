#pragma once
#include <market/base/error.hpp>

#include <cstdint>
#include <string>
#include <variant>

namespace market::db {

struct sqlite_address {
    std::string path;  ///< absolute
};

/// PEM files. Without an authority nothing is encrypted.
struct tls_files {
    std::string authority;    ///< who signed the server's certificate
    std::string certificate;  ///< of the client, for accounts that require one
    std::string key;          ///< of that certificate
};

struct mysql_address {
    std::string host;
    std::uint16_t port = 3306;
    std::string user;
    std::string password;
    std::string database;
    tls_files tls{};
};

using database_address = std::variant<sqlite_address, mysql_address>;

/// Checks that the files of TLS can be read. Errors: validation_failed, in a sentence without a
/// password.
result<database_address> parse_database_url(const std::string& url);

}  // namespace market::db
