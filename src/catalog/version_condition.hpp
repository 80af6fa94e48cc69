#pragma once
#include <market/catalog/catalog_service.hpp>

#include <algorithm>

namespace market::catalog {

/// Errors: precondition_failed.
inline result<void> check_version(const version_condition& upon, std::int64_t version) {
    if (!upon || std::ranges::find(*upon, version) != upon->end()) return {};
    return failure{errc::precondition_failed, "it was changed meanwhile: read it again"};
}

}  // namespace market::catalog
