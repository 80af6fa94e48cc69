#pragma once
#include <string_view>

namespace market::http {

/// The files of the same names, put into the binary by sources.cmake.
extern const std::string_view openapi_json;
extern const std::string_view docs_html;

}  // namespace market::http
