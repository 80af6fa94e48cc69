#pragma once
/// Who may see an order, and the refusals that follow.
#include <market/base/error.hpp>
#include <market/order/order.hpp>
#include <market/user/account.hpp>

namespace market::order {

/// Another's order does not exist for a buyer.
inline bool may_see(const user::principal& who, const order& what) {
    return who.is_admin() || what.user == who.id;
}

inline failure not_the_buyer() {
    return {errc::forbidden, "only the buyer of the order may do this"};
}

}  // namespace market::order
