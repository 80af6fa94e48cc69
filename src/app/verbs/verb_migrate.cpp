#include "server/record.hpp"
#include "verbs/verbs.hpp"

#include <market/db/migrator.hpp>

#include <boost/json.hpp>

#include <iostream>

namespace market::app {

int migrate_status(const configuration& config, bool json) {
    auto record = open_record(config, when_missing::refuse);
    if (!record) return fail(record.error().detail);
    const auto states = db::migration_status(**record);
    if (!states) return fail(unusable_record(config, states.error().detail).detail);
    boost::json::array listed;
    for (const auto& one : *states) {
        listed.push_back(boost::json::object{{"name", one.name}, {"applied", one.applied}});
        if (!json) std::cout << (one.applied ? "applied  " : "missing  ") << one.name << "\n";
    }
    if (json)
        std::cout << boost::json::serialize(boost::json::object{{"migrations", std::move(listed)}})
                  << "\n";
    return exit_done;
}

int migrate_up(const configuration& config, bool json) {
    auto record = open_record(config, when_missing::make);
    if (!record) return fail(record.error().detail);
    const auto applied = migrate_record(config, **record);
    if (!applied) return fail(applied.error().detail);
    if (json) {
        boost::json::array names(applied->begin(), applied->end());
        std::cout << boost::json::serialize(boost::json::object{{"applied", std::move(names)}})
                  << "\n";
        return exit_done;
    }
    for (const auto& name : *applied) std::cout << "applied  " << name << "\n";
    if (applied->empty()) std::cerr << "nothing to apply\n";
    return exit_done;
}

}  // namespace market::app
