#pragma once
#include <market/base/error.hpp>

#include <string>
#include <vector>

namespace market::app {

/// One `key = value` of a TOML file, not yet judged.
struct file_value {
    std::string
        name;  ///< "http.port"; also of keys that nobody knows; a dot inside of a part is quoted
    std::string value;  ///< integers and strings as text
    /// A section is listed when it is empty: the others show in the names of their keys.
    enum class kind { text, integer, section, other } type = kind::other;
    int line = 0;
};

/// Errors: validation_failed naming the file, and the line of a syntax error.
result<std::vector<file_value>> read_config_file(const std::string& path);

}  // namespace market::app
