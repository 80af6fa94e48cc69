#include "config/config_file.hpp"

#include <toml++/toml.h>

#include <fstream>
#include <sstream>

namespace market::app {
namespace {

/// "http.port" in quotes is one key with a dot in its name, not the port of [http].
std::string spelled(std::string_view part) {
    const bool is_dotted = part.find('.') != std::string_view::npos;
    return is_dotted ? '"' + std::string{part} + '"' : std::string{part};
}

void collect(const toml::table& from, const std::string& prefix, std::vector<file_value>& out) {
    for (const auto& [key, node] : from) {
        const auto name = prefix + spelled(key.str());
        const auto* section = node.as_table();
        if (section != nullptr && !section->empty()) {
            collect(*section, name + ".", out);
            continue;
        }
        file_value found{
            .name = name, .value = {}, .line = static_cast<int>(node.source().begin.line)};
        if (section != nullptr) {
            found.type = file_value::kind::section;
        } else if (const auto* text = node.as_string()) {
            found.type = file_value::kind::text;
            found.value = text->get();
        } else if (const auto* number = node.as_integer()) {
            found.type = file_value::kind::integer;
            found.value = std::to_string(number->get());
        } else {
            std::ostringstream written;
            node.visit([&written](const auto& any) { written << any; });
            found.value = written.str();
        }
        out.push_back(std::move(found));
    }
}

}  // namespace

result<std::vector<file_value>> read_config_file(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) {
        return failure{errc::validation_failed, path + ": this configuration file cannot be read"};
    }
    try {
        std::vector<file_value> out;
        collect(toml::parse(text.str(), path), "", out);
        return out;
    } catch (const toml::parse_error& error) {
        return failure{errc::validation_failed, path + ":" +
                                                    std::to_string(error.source().begin.line) +
                                                    ": " + std::string{error.description()}};
    }
}

}  // namespace market::app
