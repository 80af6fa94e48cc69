#include "support/backend.hpp"

#include "support/catch.hpp"

#include <market/base/crypto.hpp>
#include <market/db/migrator.hpp>

#include <mysql.h>
#include <boost/url.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace market::db::test {
namespace {

const char* variable_of(const std::string& which) {
    return which == "mysql" ? "MARKET_TEST_MYSQL_URL" : "MARKET_TEST_MARIADB_URL";
}

std::string random_name() {
    std::array<std::byte, 8> bytes{};
    fill_random(bytes);
    return "market_test_" + to_hex(bytes);
}

}  // namespace

std::string server_address::url(const std::string& database) const {
    const auto account = password.empty() ? user : user + ":" + password;
    return "mysql://" + account + "@" + host + ":" + std::to_string(port) + "/" + database;
}

std::optional<server_address> server_from_environment(const std::string& variable) {
    const char* text = std::getenv(variable.c_str());
    if (!text || !*text) return std::nullopt;
    const auto parsed = boost::urls::parse_uri(text).value();
    return server_address{parsed.host_address(), parsed.port_number(), parsed.user(),
                          parsed.password()};
}

const std::vector<std::string>& database_servers() {
    static const auto servers = [] {
        std::vector<std::string> out;
        for (const std::string which : {"mysql", "mariadb"}) {
            if (server_from_environment(variable_of(which)))
                out.push_back(which);
            else
                std::cout << which << ": skipped, because " << variable_of(which)
                          << " is not set\n";
        }
        return out;
    }();
    return servers;
}

const std::vector<std::string>& database_kinds() {
    static const auto kinds = [] {
        auto out = database_servers();
        out.insert(out.begin(), "sqlite");
        return out;
    }();
    return kinds;
}

struct administrator::connection {
    MYSQL* handle = mysql_init(nullptr);
};

administrator::administrator(const server_address& server)
    : connection_(std::make_unique<connection>()) {
    if (!mysql_real_connect(connection_->handle, server.host.c_str(), server.user.c_str(),
                            server.password.c_str(), nullptr, server.port, nullptr, 0)) {
        throw std::runtime_error(mysql_error(connection_->handle));
    }
}

administrator::~administrator() { mysql_close(connection_->handle); }

void administrator::execute(const std::string& text) {
    if (mysql_real_query(connection_->handle, text.data(), text.size()) != 0) {
        throw std::runtime_error(mysql_error(connection_->handle));
    }
    mysql_free_result(mysql_store_result(connection_->handle));
}

std::vector<std::string> administrator::column(const std::string& text) {
    if (mysql_real_query(connection_->handle, text.data(), text.size()) != 0) {
        throw std::runtime_error(mysql_error(connection_->handle));
    }
    MYSQL_RES* result = mysql_store_result(connection_->handle);
    std::vector<std::string> out;
    while (MYSQL_ROW row = mysql_fetch_row(result)) out.emplace_back(row[0] ? row[0] : "");
    mysql_free_result(result);
    return out;
}

std::unique_ptr<fresh_database> fresh_database::on(const std::string& which) {
    std::unique_ptr<fresh_database> out{new fresh_database};
    out->name_ = random_name();
    if (which == "sqlite") {
        out->folder_ = std::filesystem::temp_directory_path() / out->name_;
        std::filesystem::create_directory(out->folder_);
        out->url_ = "sqlite:" + (out->folder_ / "test.db").string();
        return out;
    }
    const std::string variable = variable_of(which);
    out->server_ = server_from_environment(variable);
    if (!out->server_) {
        std::cout << "skipped, because " << variable << " is not set\n";
        return nullptr;
    }
    administrator{*out->server_}.execute("CREATE DATABASE " + out->name_);
    out->url_ = out->server_->url(out->name_);
    return out;
}

fresh_database::~fresh_database() {
    if (server_) administrator{*server_}.execute("DROP DATABASE IF EXISTS " + name_);
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

std::string fresh_database::url_at(std::uint16_t port) const {
    auto other = *server_;
    other.host = "127.0.0.1";
    other.port = port;
    return other.url(name_);
}

std::unique_ptr<database> fresh_database::open(const options& settings) const {
    return db::open(url_, settings).value();
}

std::unique_ptr<database> fresh_database::open_migrated() const {
    auto out = open();
    migrate(*out).value();
    return out;
}

void must_run(database& target, const sql& statement) {
    const auto tx = target.begin(access::write);
    tx->execute(statement);
    REQUIRE(tx->commit() == commit_outcome::committed);
}

void make_things(database& target) {
    sql table;
    if (target.dialect() == dialect::sqlite) {
        table << "CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY, label TEXT, body BLOB, "
                 "amount INTEGER, "
                 "grade INTEGER NOT NULL DEFAULT 0, CONSTRAINT amounts CHECK (amount >= 0)) STRICT";
    } else {
        table << "CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, label VARCHAR(10), body "
                 "MEDIUMBLOB, "
                 "amount BIGINT, grade BIGINT NOT NULL DEFAULT 0, CONSTRAINT amounts CHECK (amount "
                 ">= 0)) "
                 "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
    }
    must_run(target, table);
}

}  // namespace market::db::test
