#pragma once
/// An INSERT of many rows, done in the way that is fastest on each database. MySQL gets one
/// statement with many rows. SQLite, which parses more slowly than it inserts, runs one prepared
/// statement for each row.
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>
#include <market/db/sql.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace market::db {

/// Keeps references to texts and spans, no copies: they must live until the rows are inserted.
/// Not thread-safe.
class new_rows {
public:
    using cell = std::variant<std::monostate, std::int64_t, std::string_view,
                              std::span<const std::byte>, std::array<std::byte, 16>>;

    /// `into`: "pools (id, total, sold)"; `columns`: how many; `otherwise`: what follows the rows,
    /// such as ON CONFLICT.
    new_rows(raw into, std::size_t columns, raw otherwise = "")
        : into_(into), otherwise_(otherwise), columns_(columns) {}

    /// Adds a row. Values are integers, bool, text (UTF-8; with NUL it throws
    /// std::invalid_argument), bytes, ids, money, instant, and std::optional of each. A temporary
    /// std::string does not compile.
    template <class... Values>
    void add(Values&&... values) {
        static_assert((!std::is_same_v<Values, std::string> && ...), "it would not live on");
        expect_columns(sizeof...(Values));
        (cells_.push_back(to_cell(values)), ...);
    }

    bool empty() const { return cells_.empty(); }
    std::size_t size() const { return cells_.size() / columns_; }
    std::size_t columns() const { return columns_; }
    raw into() const { return into_; }
    raw otherwise() const { return otherwise_; }
    std::span<const cell> row(std::size_t number) const {
        return std::span{cells_}.subspan(number * columns_, columns_);
    }

    /// One statement with the rows from number `from` on as literals: as many as fit in about
    /// `bytes_max`, and at least one. Moves `from` behind them.
    sql in_one_statement(std::size_t& from, std::size_t bytes_max) const;
    /// The statement for one row, with `?` for each value.
    std::string for_one_row() const;

private:
    void expect_columns(std::size_t given) const;

    template <std::integral Integer>
    static cell to_cell(Integer value) {
        return static_cast<std::int64_t>(value);
    }
    static cell to_cell(std::string_view text);
    static cell to_cell(const std::string& text) { return to_cell(std::string_view{text}); }
    static cell to_cell(std::span<const std::byte> bytes) { return bytes; }
    static cell to_cell(money value) { return value.minor_units; }
    static cell to_cell(instant value) { return to_micros(value); }
    template <class Tag>
    static cell to_cell(const id<Tag>& value) {
        return value.bytes;
    }
    template <class T>
    static cell to_cell(const std::optional<T>& value) {
        if (value) return to_cell(*value);
        return std::monostate{};
    }

    raw into_, otherwise_;
    std::size_t columns_;
    std::vector<cell> cells_;
};

}  // namespace market::db
