#pragma once
#include <market/base/clock.hpp>
#include <market/base/id.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace market::stock {

using movement_id = id<struct movement_tag>;

inline constexpr std::int64_t low_at_default = 10;

/// Units for sale: of a product in general, or of one sale.
struct pool {
    pool_id id;
    product_id product;
    std::optional<sale_id> sale;  ///< empty: the product's general pool
    std::int64_t total = 0;
    std::int64_t sold = 0;
    std::int64_t gate_epoch = 0;
    bool closed = false;
    std::int64_t low_at = low_at_default;  ///< stock is low at this many units or fewer
    int level = 0;  ///< announced so far: 1 low, 2 sold out; units that come back lower it
    std::int64_t available() const { return total - sold; }
};

enum class movement_kind { received, adjusted, allocated, returned };
struct movement {
    movement_id id;
    instant at;
    product_id product;
    std::optional<sale_id> sale;
    movement_kind kind = movement_kind::received;
    std::int64_t delta = 0;
    std::string reason;
    std::string actor;  ///< a user id, or "system"
};
std::string_view to_string(movement_kind kind);

}  // namespace market::stock
