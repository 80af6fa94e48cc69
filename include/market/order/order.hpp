#pragma once
#include <market/base/address.hpp>
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::order {

enum class order_state { confirmed, cancelled };  ///< later states join with their features
std::string_view to_string(order_state state);

struct line {
    product_id product;
    std::optional<sale_id> sale;
    std::string product_name;
    std::int64_t quantity = 1;
    money unit_price;
    std::optional<std::int64_t> admission_seq;  ///< sale lines only
};

struct delivery {
    std::string state;  ///< pending, cancelled
    std::optional<std::string> carrier, tracking;
    struct step {
        std::string state;
        instant at;
    };
    std::vector<step> history;
};

struct order {
    order_id id;
    user_id user;
    order_state state = order_state::confirmed;
    std::vector<line> lines;
    money total;
    market::address address;
    instant placed_at;
    std::optional<market::order::delivery> delivery;
};

/// The resource of the contract (API.md 5); also the `data` of its events.
std::string to_json(const order& value, std::string_view currency);

}  // namespace market::order
