#include "server/record.hpp"
#include "verbs/check_shop.hpp"
#include "verbs/verbs.hpp"

#include <market/db/migrator.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace market::app {

namespace {

result<proof::check_result> run_check(const configuration& config, bool repair) {
    auto record = open_record(config, when_missing::refuse);
    if (!record) return record.error();
    const auto states = db::migration_status(**record);
    if (!states) return unusable_record(config, states.error().detail);
    if (!std::ranges::all_of(*states, &db::migration_state::applied)) {
        return unusable_record(config,
                               "it is not migrated to this version: run `market migrate up`");
    }
    auto found = check_shop(config, **record, repair);
    if (!found) return failure{errc::internal, "check: " + found.error().detail};
    return found;
}

}  // namespace

int check(const configuration& config, const check_options& chosen) {
    const auto found = run_check(config, chosen.repair);
    if (!found) {
        const auto& sentence = found.error().detail;
        if (chosen.json) {
            std::cout << boost::json::serialize(
                             boost::json::object{{"ok", false},
                                                 {"error", sentence},
                                                 {"equations", boost::json::array{}}})
                      << "\n";
        }
        return fail(sentence);
    }
    if (chosen.json) {
        if (!found->gate_note.empty()) std::cerr << found->gate_note << "\n";
        std::cout << proof::to_json(*found) << "\n";
    } else {
        std::cout << proof::to_table(*found);
    }
    return found->ok() ? exit_done : exit_failed;
}

}  // namespace market::app
