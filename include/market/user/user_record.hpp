#pragma once
#include <market/base/address.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>

#include <span>
#include <unordered_map>

namespace market::user {

/// The profile addresses of those of `users` who have one, read in the caller's transaction.
std::unordered_map<user_id, market::address> addresses_of(db::transaction& tx,
                                                          std::span<const user_id> users);

}  // namespace market::user
