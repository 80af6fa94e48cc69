#pragma once
#include <market/base/address.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>

#include <span>
#include <unordered_map>

namespace market::user {

/// The profile addresses of `users`, read in the caller's transaction. Who has none is left out.
std::unordered_map<user_id, market::address> addresses_of(db::transaction& tx,
                                                          std::span<const user_id> users);

}  // namespace market::user
