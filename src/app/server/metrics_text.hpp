#pragma once
#include <market/db/database.hpp>

#include <string>

namespace market::app {

/// All metrics of the modules, and the state of this record's outbox, in Prometheus' text format.
/// When the record cannot be read, that part is missing. Blocks.
std::string metrics_text(db::database& record);

}  // namespace market::app
