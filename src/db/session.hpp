#pragma once
// One connection of either driver. Not thread-safe.
#include <market/db/transaction.hpp>

#include <string>
#include <vector>

namespace market::db {

using result_row = std::vector<detail::cell>;

class session {
public:
    virtual ~session() = default;

    /// All of these throw driver_error.
    virtual void begin(access mode) = 0;
    virtual std::int64_t execute(const std::string& text) = 0;
    virtual void insert(const new_rows& rows) = 0;
    virtual std::vector<result_row> select(const std::string& text,
                                           std::span<const detail::column_kind> kinds,
                                           std::span<const bool> nullable) = 0;
    /// `text` ends with the column to compare with the keys.
    virtual std::vector<result_row> select_by(raw text,
                                              std::span<const std::array<std::byte, 16>> keys,
                                              std::span<const detail::column_kind> kinds,
                                              std::span<const bool> nullable) = 0;

    virtual commit_outcome commit() noexcept = 0;
    /// Afterwards nothing of the transaction is left, or the session is not usable.
    virtual void rollback() noexcept = 0;
    /// False after a connection error: throw the session away.
    virtual bool usable() const noexcept = 0;
};

/// The failures of reading a cell, the same for every driver. `at` counts from 0.
[[noreturn]] void throw_null(std::size_t at);
[[noreturn]] void throw_not_integer(std::size_t at);
[[noreturn]] void throw_wrong_columns(std::size_t expected, std::size_t found);

}  // namespace market::db
