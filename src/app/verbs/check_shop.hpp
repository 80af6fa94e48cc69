#pragma once
#include "config/configuration.hpp"

#include <market/db/database.hpp>
#include <market/proof/check.hpp>

namespace market::app {

/// Every equation of the record and of the configuration's gate. Errors: those of proof.
result<proof::check_result> check_shop(const configuration& config, db::database& record,
                                       bool repair = false);

}  // namespace market::app
