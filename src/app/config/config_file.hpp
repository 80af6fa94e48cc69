#pragma once
#include <market/base/error.hpp>

#include <string>
#include <vector>

namespace market::app {

/// One `key = value` of a TOML file, not yet judged.
struct file_value {
    /// "http.port"; unknown keys too; a part that contains a dot is quoted.
    std::string name;
    std::string value;  ///< integers and strings as text
    /// `section`: an empty section. Sections with keys are not listed: their keys name them.
    enum class kind { text, integer, section, other } type = kind::other;
    int line = 0;
};

/// Errors: validation_failed naming the file, and the line of a syntax error.
result<std::vector<file_value>> read_config_file(const std::string& path);

}  // namespace market::app
