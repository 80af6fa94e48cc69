#pragma once
/// Transactions on one connection. Not thread-safe. SOCI stays behind this header.
#include <market/db/error.hpp>
#include <market/db/new_rows.hpp>
#include <market/db/sql.hpp>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace market::db {

enum class dialect { sqlite, mysql };  ///< MariaDB speaks `mysql`

/// The database's own time in microseconds, as an SQL expression. It is the one clock that all
/// servers of a shop share, so leases use it.
raw database_time(db::dialect of);

/// The end of a SELECT that locks its rows. On SQLite the write transaction itself locks enough.
raw for_update(db::dialect of);

enum class commit_outcome {
    committed,
    rolled_back,
    unknown,  ///< the connection died in COMMIT, which may have happened: look for a key that the
              ///< transaction inserted
};

enum class access {
    read,      ///< no writes; each statement sees what is committed
    snapshot,  ///< no writes; all statements see one state
    write,     ///< SQLite: takes the one write lock at once, in order of arrival
};

namespace detail {

enum class column_kind { integer, text, blob };
using cell = std::variant<std::monostate, std::int64_t, std::string>;  // monostate: NULL

template <class T>
struct column;  // kind, and from(cell&&)
template <std::integral T>
struct column<T> {
    static constexpr auto kind = column_kind::integer;
    static T from(cell&& value) { return static_cast<T>(std::get<std::int64_t>(value)); }
};
template <>
struct column<std::string> {
    static constexpr auto kind = column_kind::text;
    static std::string from(cell&& value) { return std::get<std::string>(std::move(value)); }
};
template <>
struct column<money> {
    static constexpr auto kind = column_kind::integer;
    static money from(cell&& value) { return money{std::get<std::int64_t>(value)}; }
};
template <>
struct column<instant> {
    static constexpr auto kind = column_kind::integer;
    static instant from(cell&& value) { return from_micros(std::get<std::int64_t>(value)); }
};
std::array<std::byte, 16> id_bytes(const cell& value);  // throws error{data_error} unless 16 bytes
template <class Tag>
struct column<id<Tag>> {
    static constexpr auto kind = column_kind::blob;
    static id<Tag> from(cell&& value) { return id<Tag>{id_bytes(value)}; }
};
/// Marks a column as binary: `query<blob>`.
struct blob {
    std::string data;
};
template <>
struct column<blob> {
    static constexpr auto kind = column_kind::blob;
    static blob from(cell&& value) { return blob{std::get<std::string>(std::move(value))}; }
};
template <class T>
struct column<std::optional<T>> {
    static constexpr auto kind = column<T>::kind;
    static std::optional<T> from(cell&& value) {
        if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
        return column<T>::from(std::move(value));
    }
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace detail
using detail::blob;

/// An open transaction; rolls back when destroyed uncommitted.
/// Every member but commit() throws db::error; after any throw only destruction is allowed.
class transaction {
public:
    virtual ~transaction() = default;
    virtual db::dialect dialect() const = 0;

    /// Runs one statement. Returns how many rows its WHERE found, or how many it inserted.
    virtual std::int64_t execute(const sql& statement) = 0;

    /// Inserts all rows; does nothing when there are none.
    virtual void insert(const new_rows& rows) = 0;

    /// Runs one SELECT, whose columns have the types given, in that order:
    ///   for (auto& [id, name] : tx.query<product_id, std::string>(sql{} << "SELECT id, name ..."))
    /// Types: integers, bool, std::string, blob, money, instant, id<>, and std::optional of each
    /// (a NULL in a column that is not optional throws data_error).
    template <class... Columns>
    std::vector<std::tuple<Columns...>> query(const sql& statement) {
        return build_all<Columns...>(
            select(statement, kinds_of<Columns...>, nullability_of<Columns...>));
    }

    /// The rows of many keys, in no order. `text` ends with the column to compare with them:
    ///   tx.query_by<user_id, std::string>("SELECT id, name FROM users WHERE id", ids)
    /// Done in the way that is fastest on each database. MySQL gets one statement with a list.
    /// SQLite, which would make a temporary table of a list, runs one prepared statement for each
    /// key.
    template <class... Columns, class Tag>
    std::vector<std::tuple<Columns...>> query_by(raw text, std::span<const id<Tag>> ids) {
        std::vector<key> keys;
        keys.reserve(ids.size());
        for (const auto& each : ids) keys.push_back(each.bytes);
        return build_all<Columns...>(
            select_by(text, keys, kinds_of<Columns...>, nullability_of<Columns...>));
    }

    /// The first row, if any.
    template <class... Columns>
    std::optional<std::tuple<Columns...>> query_one(const sql& statement) {
        auto rows = query<Columns...>(statement);
        if (rows.empty()) return std::nullopt;
        return std::move(rows.front());
    }

    /// Never throws. `rolled_back`: nothing of the transaction happened.
    virtual commit_outcome commit() noexcept = 0;

protected:
    using row = std::vector<detail::cell>;
    using key = std::array<std::byte, 16>;
    virtual std::vector<row> select(const sql& statement,
                                    std::span<const detail::column_kind> kinds,
                                    std::span<const bool> nullable) = 0;
    virtual std::vector<row> select_by(raw text, std::span<const key> keys,
                                       std::span<const detail::column_kind> kinds,
                                       std::span<const bool> nullable) = 0;

private:
    template <class... Columns>
    static constexpr detail::column_kind kinds_of[] = {detail::column<Columns>::kind...};
    template <class... Columns>
    static constexpr bool nullability_of[] = {detail::is_optional<Columns>...};

    template <class... Columns>
    static std::vector<std::tuple<Columns...>> build_all(std::vector<row> rows) {
        std::vector<std::tuple<Columns...>> out;
        out.reserve(rows.size());
        for (auto& cells : rows)
            out.push_back(build<Columns...>(cells, std::index_sequence_for<Columns...>{}));
        return out;
    }

    template <class... Columns, std::size_t... I>
    static std::tuple<Columns...> build(row& cells, std::index_sequence<I...>) {
        return std::tuple<Columns...>{detail::column<Columns>::from(std::move(cells[I]))...};
    }
};

}  // namespace market::db
