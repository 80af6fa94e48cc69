#pragma once
#include <span>
#include <string_view>

namespace market::db {

/// One embedded file in both dialects.
struct migration {
    std::string_view name;
    std::string_view sqlite;
    std::string_view mysql;
};

/// In the order in which they are applied. Generated (src/db/migrations.cmake).
std::span<const migration> all_migrations();

}  // namespace market::db
