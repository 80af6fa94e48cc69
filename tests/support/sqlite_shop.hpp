#pragma once
/// An empty shop on SQLite in a folder of its own, gone with it.
#include <market/db/database.hpp>
#include <market/db/migrator.hpp>

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace market::testing {

class temp_folder {
public:
    temp_folder() {
        auto name = (std::filesystem::temp_directory_path() / "market_test_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~temp_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temp_folder(const temp_folder&) = delete;
    temp_folder& operator=(const temp_folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class sqlite_shop {
public:
    sqlite_shop() : database_(db::open(url()).value()) { db::migrate(*database_).value(); }
    db::database& database() { return *database_; }
    std::string url() const { return "sqlite:" + (folder_.path() / "market.db").string(); }
    const std::filesystem::path& folder() const { return folder_.path(); }

private:
    temp_folder folder_;
    std::unique_ptr<db::database> database_;
};

}  // namespace market::testing
