#pragma once
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <optional>
#include <string>

namespace market::catalog {

struct product {
    product_id id;
    std::string name;
    std::string description;
    std::string category;
    money price;
    std::optional<std::string> image_url;
    std::int64_t available = 0;  ///< of the general pool
    instant created_at;
};

struct new_product {
    std::string name, description, category;
    money price;
    std::optional<std::string> image_url;
    std::int64_t stock = 0;
};

/// The resource of the contract (API.md 4).
std::string to_json(const product& value, std::string_view currency);

}  // namespace market::catalog
