#pragma once
#include <string_view>

namespace market::http {

/// The contents of openapi.json and docs.html. sources.cmake puts them into the binary.
extern const std::string_view openapi_json;
extern const std::string_view docs_html;

}  // namespace market::http
