#pragma once
#include "database_url.hpp"

#include <chrono>
#include <string>

namespace market::db {

/// Is `host` an address that MariaDB Connector/C 3.4 does not compare with the certificate?
bool is_loopback_literal(const std::string& host);

/// Connects to the server at a loopback address, starts TLS, checks that the certificate is for
/// this address and signed by the URL's authority, and closes without logging in. Returns the
/// certificate's SHA-1 in hexadecimal, which the connector takes as the one certificate to accept.
/// Throws driver_error: refused, unavailable.
std::string checked_fingerprint(const std::string& host, const mysql_address& address,
                                std::chrono::milliseconds patience);

}  // namespace market::db
