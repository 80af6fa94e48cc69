#pragma once
#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/base/id.hpp>
#include <market/base/limits.hpp>
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
    std::int64_t version = 1;  ///< every change raises it
};

struct new_product {
    std::string name, description, category;
    money price;
    std::optional<std::string> image_url;
    std::int64_t stock = 0;
};

/// A member that is set is changed.
struct product_change {
    std::optional<std::string> name, description, category;
    std::optional<money> price;
    std::optional<std::optional<std::string>> image_url;  ///< set but empty: removes it
};

enum class product_sort { newest, price, price_down, name };

/// The last product of a page.
struct product_position {
    product_id id;
    money price;       ///< when sorted by price
    std::string name;  ///< when sorted by name
};

struct product_search {
    std::string query;                    ///< words; a product has to have each of them
    std::optional<std::string> category;  ///< only this one
    product_sort sort = product_sort::newest;
    std::optional<product_position> after;
    int limit = page_size_default;
};

/// The opaque cursor that continues after `last`. Only the same sort takes it.
std::string make_product_cursor(const product& last, product_sort sort);
/// Errors: validation_failed naming the parameter `cursor`.
result<product_position> read_product_cursor(std::string_view cursor, product_sort sort);

/// The resource of API.md 4.
std::string to_json(const product& value, std::string_view currency);

}  // namespace market::catalog
