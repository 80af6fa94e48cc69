#include "server/record.hpp"

#include <market/base/log.hpp>
#include <market/db/error.hpp>
#include <market/db/migrator.hpp>

#include <filesystem>
#include <thread>

namespace market::app {
namespace {

/// Tries to open a session. Empty: it worked.
std::optional<db::error> connect_once(db::database& record) {
    try {
        record.begin(db::access::read)->query<std::int64_t>(db::sql{} << "SELECT 1");
        return std::nullopt;
    } catch (const db::error& error) {
        return error;
    }
}

}  // namespace

failure unusable_record(const configuration& config, const std::string& why) {
    const auto& url = config.text("database.url");
    return failure{errc::internal,
                   "database " + redacted(*find_setting("database.url"), url) + ": " + why};
}

std::optional<std::string> sqlite_path(const configuration& config) {
    static constexpr std::string_view scheme = "sqlite:";
    const auto& url = config.text("database.url");
    if (!url.starts_with(scheme)) return std::nullopt;
    return url.substr(scheme.size());
}

result<void> make_data_dir(const configuration& config) {
    const auto& path = config.text("data_dir");
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    // It holds people's names and addresses.
    if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error)
        return failure{errc::internal, "data_dir " + path + " cannot be made: " + error.message()};
    return {};
}

result<std::unique_ptr<db::database>> open_record(const configuration& config, when_missing missing,
                                                  std::chrono::seconds patience) {
    const auto path = sqlite_path(config);
    if (missing == when_missing::make) {
        if (auto made = make_data_dir(config); !made) return made.error();
    } else if (path && !std::filesystem::exists(*path)) {
        return unusable_record(config, "there is no such file");
    }
    auto record = db::open(config.text("database.url"));
    if (!record) return unusable_record(config, record.error().detail);

    const auto until = std::chrono::steady_clock::now() + patience;
    constexpr std::chrono::milliseconds between_tries{500};
    while (auto failed = connect_once(**record)) {
        const bool may_come = !path && failed->why() == db::cause::unavailable;
        if (!may_come || std::chrono::steady_clock::now() >= until)
            return unusable_record(config, failed->what());
        log::warning("database.unreachable", {{"cause", std::string{failed->what()}}});
        std::this_thread::sleep_for(between_tries);
    }
    return std::move(*record);
}

result<std::vector<std::string>> migrate_record(const configuration& config, db::database& record) {
    auto applied = db::migrate(record);
    if (!applied) return unusable_record(config, applied.error().detail);
    return applied;
}

result<std::unique_ptr<db::database>> open_migrated_record(const configuration& config) {
    auto record = open_record(config, when_missing::make);
    if (!record) return record.error();
    if (auto applied = migrate_record(config, **record); !applied) return applied.error();
    return std::move(*record);
}

}  // namespace market::app
