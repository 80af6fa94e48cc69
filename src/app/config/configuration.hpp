#pragma once
/// What the server runs with: flag > environment > file > default, each value with its origin.
#include "config/setting.hpp"

#include <market/base/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace market::app {

/// Where values may come from. Kept apart from the process so that tests bring their own.
struct config_sources {
    std::vector<std::pair<std::string, std::string>> flags{};        ///< ("http.port", "80")
    std::vector<std::pair<std::string, std::string>> environment{};  ///< ("MARKET_HTTP_PORT", "80")
    std::string file{};  ///< of --config; empty: that of MARKET_CONFIG, if any
};

/// The variables of this process.
std::vector<std::pair<std::string, std::string>> process_environment();

class configuration {
public:
    struct entry {
        const setting* key;
        std::string value;
        std::string origin;  ///< "default", "shop.toml:12", "environment MARKET_X", "flag --x"
    };

    const std::string& text(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    bool production() const { return text("mode") == "production"; }
    /// `name` below data_dir.
    std::string in_data_dir(std::string_view name) const;

    const std::vector<entry>& entries() const { return entries_; }
    /// Sentences about things that were ignored.
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    friend class config_loader;
    std::vector<entry> entries_;  ///< in the order of the table, one a key
    std::vector<std::string> warnings_;
};

/// Errors: validation_failed, with one line for each culprit that names key, value and origin;
/// internal, in the same form, when the only fault is a URL scheme that this program does not know.
result<configuration> load_configuration(const config_sources& sources);

}  // namespace market::app
