#pragma once
/// The keys of cached pages: equal requests have equal keys, and different ones never do.
#include <market/catalog/catalog_service.hpp>

#include <string>

namespace market::catalog {

std::string page_key_of(const product_search& wanted);
std::string page_key_of(const page_request& request, const sale_filter& filter);

}  // namespace market::catalog
