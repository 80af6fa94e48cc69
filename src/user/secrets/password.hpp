#pragma once
/// Argon2id hashes in PHC form. A hash or a comparison takes tens of milliseconds of processor time
/// and 19 MiB.
#include <market/base/error.hpp>

#include <string>

namespace market::user {

/// Errors: overloaded (no memory).
result<std::string> hash_password(const std::string& password);
/// Is this the password of `encoded`? No if `encoded` is no Argon2id hash. Errors: overloaded.
result<bool> is_password(const std::string& encoded, const std::string& password);

/// 8-128 characters (code points of UTF-8), no control characters.
bool is_password_shape(const std::string& password);

}  // namespace market::user
