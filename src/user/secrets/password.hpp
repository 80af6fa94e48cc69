#pragma once
/// Argon2id hashes in PHC form. Both calls take tens of milliseconds of processor time and 19 MiB.
#include <market/base/error.hpp>

#include <string>

namespace market::user {

/// Errors: overloaded (no memory for it).
result<std::string> hash_password(const std::string& password);
/// False too for an `encoded` that is no Argon2id hash. Errors: overloaded.
result<bool> is_password(const std::string& encoded, const std::string& password);

/// 8-128 characters (code points of UTF-8), no control characters.
bool is_password_shape(const std::string& password);

}  // namespace market::user
