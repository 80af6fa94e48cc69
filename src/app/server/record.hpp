#pragma once
/// The database of a configuration, opened the way a verb needs it.
#include "config/configuration.hpp"

#include <market/db/database.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::app {

/// A sentence that names the database, without its password.
failure unusable_record(const configuration& config, const std::string& why);

/// The path in `sqlite:PATH`; empty for another scheme.
std::optional<std::string> sqlite_path(const configuration& config);

/// Makes data_dir when it is missing. Errors: internal naming it.
result<void> make_data_dir(const configuration& config);

enum class when_missing {
    make,   ///< data_dir and the SQLite file are made
    refuse  ///< a SQLite file that is not there is an error
};

/// Opens the database and connects once. A server that cannot be reached is asked again for
/// `patience`; one that refuses (password, no such database) is not.
/// Errors: internal with one sentence.
result<std::unique_ptr<db::database>> open_record(const configuration& config, when_missing missing,
                                                  std::chrono::seconds patience = {});

/// Applies the migrations that are missing; their names. Errors: internal with one sentence.
result<std::vector<std::string>> migrate_record(const configuration& config, db::database& record);

/// Open, and migrated to this binary's schema. Errors: as above, and those of the migrator.
result<std::unique_ptr<db::database>> open_migrated_record(const configuration& config);

}  // namespace market::app
