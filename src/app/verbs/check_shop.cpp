#include "verbs/check_shop.hpp"

#include "verbs/configured_gate.hpp"

#include <algorithm>
#include <iterator>

namespace market::app {

result<proof::check_result> check_shop(const configuration& config, db::database& record,
                                       bool repair) {
    auto equations = proof::check_record(record);
    if (!equations) return equations.error();
    auto seen = observe_gate(config, record);
    if (!seen) return seen.error();
    const std::chrono::milliseconds patience{config.integer("http.request_deadline_ms")};
    auto gate = proof::check_gate(record, **seen, patience, repair);
    if (!gate) return gate.error();
    proof::check_result out{.equations = std::move(*equations), .gate_note = std::move(gate->note)};
    std::ranges::move(gate->equations, std::back_inserter(out.equations));
    return out;
}

}  // namespace market::app
