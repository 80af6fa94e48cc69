#pragma once
/// One suite, each backend: a fresh database of its own for every test.
#include <market/db/database.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::db::test {

/// A server for tests: MARKET_TEST_MYSQL_URL or MARKET_TEST_MARIADB_URL
/// (mysql://user:pass@host:port/).
struct server_address {
    std::string host;
    std::uint16_t port = 3306;
    std::string user;
    std::string password;

    std::string url(const std::string& database) const;
};
std::optional<server_address> server_from_environment(const std::string& variable);

/// The database servers that can be had here: mysql, mariadb; says once which cannot, and why.
const std::vector<std::string>& database_servers();
/// And sqlite.
const std::vector<std::string>& database_kinds();

/// Speaks to a server beside the code under test: makes databases, kills sessions.
class administrator {
public:
    explicit administrator(const server_address& server);
    ~administrator();
    administrator(const administrator&) = delete;
    administrator& operator=(const administrator&) = delete;

    void execute(const std::string& text);
    /// The first column.
    std::vector<std::string> column(const std::string& text);

private:
    struct connection;
    std::unique_ptr<connection> connection_;
};

/// Removed at destruction.
class fresh_database {
public:
    /// `which`: sqlite, mysql or mariadb. Null, after saying so, when there is no such server.
    static std::unique_ptr<fresh_database> on(const std::string& which);
    ~fresh_database();

    const std::string& url() const { return url_; }
    /// Through another address of the same server, such as a proxy's.
    std::string url_at(std::uint16_t port) const;
    bool is_server() const { return server_.has_value(); }
    const server_address& server() const { return *server_; }
    const std::string& name() const { return name_; }
    /// Of the SQLite file.
    const std::filesystem::path& folder() const { return folder_; }
    std::unique_ptr<database> open(const options& settings = {}) const;
    /// With every table of the shop.
    std::unique_ptr<database> open_migrated() const;

private:
    fresh_database() = default;

    std::string url_;
    std::string name_;
    std::optional<server_address> server_;
    std::filesystem::path folder_;
};

/// Runs `statement` in a transaction of its own and commits.
void must_run(database& target, const sql& statement);
/// Makes `things (id, label, body, amount, grade)`: a primary key, a text of at most 10 characters
/// (a rule that SQLite does not have), bytes, a number >= 0, and a number that is not NULL.
void make_things(database& target);

}  // namespace market::db::test
