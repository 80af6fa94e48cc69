#include "check.hpp"
#include "record.hpp"
#include "shop.hpp"
#include "verbs.hpp"

#include <market/db/migrator.hpp>

#include <algorithm>
#include <iostream>

namespace market::app {

int check(const configuration& config, const check_options& chosen) {
    auto record = open_record(config, when_missing::refuse);
    if (!record) return fail(record.error().detail);
    const auto states = db::migration_status(**record);
    if (!states) return fail(states.error().detail);
    if (!std::ranges::all_of(*states, &db::migration_state::applied)) {
        return fail("the database is not migrated to this version: run `market migrate up`");
    }
    const auto found = check_shop(
        **record,
        {.control_socket = control_socket_path(config),
         .patience = std::chrono::milliseconds{config.integer("http.request_deadline_ms")},
         .repair = chosen.repair});
    if (!found) return fail("check: " + found.error().detail);
    if (chosen.json) {
        if (!found->gate_note.empty()) std::cerr << found->gate_note << "\n";
        std::cout << to_json(*found) << "\n";
    } else {
        std::cout << to_table(*found);
    }
    return found->ok() ? exit_done : exit_failed;
}

}  // namespace market::app
