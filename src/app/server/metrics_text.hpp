#pragma once
#include <market/db/database.hpp>

#include <string>

namespace market::app {

/// All that the modules count, and how the outbox of this record is, in Prometheus' text format.
/// A record that cannot be read leaves its part out. Blocks.
std::string metrics_text(db::database& record);

}  // namespace market::app
