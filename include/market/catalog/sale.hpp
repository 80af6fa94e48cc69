#pragma once
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <optional>
#include <string>

namespace market::catalog {

enum class sale_status { ended, upcoming, paused, sold_out, open };
std::string_view to_string(sale_status status);

struct sale {
    sale_id id;
    product_id product;
    std::string title;
    money price;
    std::int64_t quantity = 0;   ///< units allocated to it
    std::int64_t remaining = 0;  ///< units that can still be admitted
    std::int64_t per_user_limit = 1;
    instant starts_at, ends_at;
    sale_status status = sale_status::upcoming;
    instant server_time;       ///< gate time, at which `status` holds
    std::int64_t version = 1;  ///< every change raises it
};

struct new_sale {
    product_id product;
    std::string title;
    money price;
    std::int64_t quantity = 1;
    std::int64_t per_user_limit = 1;
    instant starts_at, ends_at;
};

/// A member that is set is changed.
struct sale_change {
    std::optional<std::string> title;
    std::optional<money> price;
    std::optional<std::int64_t> quantity, per_user_limit;
    std::optional<instant> starts_at, ends_at;
};

struct sale_stock {
    std::int64_t total = 0, sold = 0, held = 0, remaining = 0, gate_epoch = 0;
};

std::string to_json(const sale& value, std::string_view currency);
std::string to_json(const sale_stock& value);

}  // namespace market::catalog
