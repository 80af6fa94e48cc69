#pragma once
/// A gate as the proof sees it. app implements it.
#include <market/base/error.hpp>
#include <market/base/id.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace market::proof {

/// Units in live orders, by buyer; none of 0.
using units_by_buyer = std::map<std::string, std::int64_t>;

struct gate_side {
    std::string state;  ///< absent, frozen, open
    std::int64_t epoch = 0, remaining = 0, held = 0, sold = 0;
    units_by_buyer buyers{};
};

/// For one thread.
class observed_gate {
public:
    virtual ~observed_gate() = default;
    /// Errors: not_found (no server runs, so there is no gate); internal with a sentence.
    virtual result<gate_side> read(sale_id sale) = 0;
    /// Loads the sale anew from the record. Errors: as above.
    virtual result<void> rebuild(sale_id sale) = 0;
};

}  // namespace market::proof
