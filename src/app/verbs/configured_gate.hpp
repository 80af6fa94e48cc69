#pragma once
/// The gate of a configuration as `check` sees it: that of the server which runs on this data_dir,
/// asked through its control socket, or the shared one, asked in Redis.
#include "config/configuration.hpp"

#include <market/db/database.hpp>
#include <market/proof/observed_gate.hpp>

#include <memory>

namespace market::app {

/// `record` outlives it. Errors: internal with one sentence.
result<std::unique_ptr<proof::observed_gate>> observe_gate(const configuration& config,
                                                           db::database& record);

}  // namespace market::app
