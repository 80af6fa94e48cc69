#include "config/configuration.hpp"

#include "config/auth_secret.hpp"
#include "config/config_file.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace market::app {

namespace {

constexpr std::string_view data_dir_mark = "{data_dir}";

/// A URL that is judged when data_dir is known.
bool awaits_data_dir(const setting& key, std::string_view value) {
    return key.kind == value_kind::url && value.find(data_dir_mark) != std::string_view::npos;
}

std::string expanded(std::string url, const std::string& data_dir) {
    for (std::size_t at = 0; (at = url.find(data_dir_mark, at)) != std::string::npos;
         at += data_dir.size())
        url.replace(at, data_dir_mark.size(), data_dir);
    return url;
}

bool has_section(std::string_view name) {
    return std::ranges::any_of(all_settings(), [&](const setting& key) {
        return key.name.starts_with(std::string{name} + ".");
    });
}

}  // namespace

/// Applies the sources, weakest first, and collects every error.
class config_loader {
public:
    explicit config_loader(const config_sources& sources) : sources_(sources) {
        for (const auto& key : all_settings()) {
            made_.entries_.push_back({&key, std::string{key.fallback}, "default"});
        }
    }

    result<configuration> load() {
        take_file(sources_.file.empty() ? variable("MARKET_CONFIG") : sources_.file);
        take_environment();
        for (const auto& [name, value] : sources_.flags) take_flag(name, value);
        expand_data_dir();
        refuse_weak_secrets();
        if (!culprits_.empty())
            return failure{only_unknown_places_ ? errc::internal : errc::validation_failed,
                           culprits_};
        return std::move(made_);
    }

private:
    void blame(const std::string& sentence, bool is_unknown_place = false) {
        only_unknown_places_ = only_unknown_places_ && is_unknown_place;
        if (!culprits_.empty()) culprits_.push_back('\n');
        culprits_ += sentence;
    }

    std::string variable(std::string_view name) const {
        for (const auto& [known, value] : sources_.environment) {
            if (known == name) return value;
        }
        return {};
    }

    /// Whether the value is good.
    bool judge(const setting& key, const std::string& value, const std::string& origin) {
        const auto wrong = objection(key, value);
        if (wrong) {
            blame(std::string{key.name} + ": \"" + redacted(key, value) + "\" " + *wrong + " (" +
                      origin + ")",
                  is_unknown_place(key, value));
        }
        return !wrong;
    }

    void take(const setting& key, const std::string& value, const std::string& origin) {
        if (awaits_data_dir(key, value))
            awaiting_.push_back({&key, value, origin});
        else if (!judge(key, value, origin))
            return;
        auto& one = made_.entries_[static_cast<std::size_t>(&key - all_settings().data())];
        one.value = value;
        one.origin = origin;
    }

    void take_file(const std::string& path) {
        if (path.empty()) return;
        auto values = read_config_file(path);
        if (!values) return blame(values.error().detail);
        for (const auto& found : *values) {
            const auto origin = path + ":" + std::to_string(found.line);
            const auto* key = find_setting(found.name);
            if (found.type == file_value::kind::section) {
                if (key != nullptr)
                    blame(found.name + ": is a section instead of a value (" + origin + ")");
                else if (!has_section(found.name))
                    blame(found.name + ": there is no such section (" + origin + ")");
                continue;
            }
            if (key == nullptr) {
                blame(found.name + ": \"" + found.value + "\": there is no such key (" + origin +
                      ")");
                continue;
            }
            const bool wants_integer = key->kind == value_kind::integer;
            const auto wanted = wants_integer ? file_value::kind::integer : file_value::kind::text;
            if (found.type != wanted) {
                blame(found.name + ": \"" + redacted(*key, found.value) + "\" is not " +
                      (wants_integer ? "an integer" : "a string") + " (" + origin + ")");
                continue;
            }
            take(*key, found.value, origin);
        }
    }

    void take_environment() {
        for (const auto& [name, value] : sources_.environment) {
            if (!name.starts_with("MARKET_") || name == "MARKET_CONFIG" || name == "MARKET_KILL_AT")
                continue;
            if (!take_variable(name, value)) {
                made_.warnings_.push_back(name + " is no variable of market; it is ignored");
            }
        }
    }

    bool take_variable(const std::string& name, const std::string& value) {
        for (const auto& key : all_settings()) {
            const auto expected = environment_name(key);
            if (name == expected) {
                if (key.hidden != secrecy::none && !variable(expected + "_FILE").empty()) {
                    blame(std::string{key.name} + ": both " + expected + " and " + expected +
                          "_FILE are set");
                } else {
                    take(key, value, "environment " + name);
                }
                return true;
            }
            if (key.hidden != secrecy::none && name == expected + "_FILE") {
                take_secret_file(key, name, value);
                return true;
            }
        }
        return false;
    }

    void take_secret_file(const setting& key, const std::string& name, const std::string& path) {
        if (path.empty()) return;
        std::ifstream in{path, std::ios::binary};
        std::ostringstream text;
        if (!in || !(text << in.rdbuf())) {
            return blame(std::string{key.name} + ": \"" + path + "\" cannot be read (environment " +
                         name + ")");
        }
        auto value = text.str();
        while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
        take(key, value, "environment " + name);
    }

    void take_flag(const std::string& name, const std::string& value) {
        const auto* key = find_setting(name);
        if (key == nullptr) throw std::logic_error{"a flag for the unknown key " + name};
        take(*key, value, "flag " + flag_name(*key));
    }

    /// Judges all that was given, also what a stronger source replaces, and the defaults in use.
    void expand_data_dir() {
        const auto data_dir = made_.text("data_dir");
        for (auto& one : made_.entries_) {
            if (!awaits_data_dir(*one.key, one.value)) continue;
            if (one.origin == "default") awaiting_.push_back(one);
            one.value = expanded(one.value, data_dir);
        }
        for (const auto& one : awaiting_)
            judge(*one.key, expanded(one.value, data_dir),
                  one.origin + ", with the given data_dir");
    }

    void refuse_weak_secrets() {
        if (!made_.production()) return;
        refuse_weak_secret("auth.secret");
        if (std::ranges::any_of(words_of(made_.text("auth.previous_secrets")), is_weak_secret))
            blame("auth.previous_secrets: one is too easy to guess, which mode production refuses");
        if (made_.text("payments.mode") != "off") refuse_weak_secret("payments.webhook_secret");
    }

    void refuse_weak_secret(const std::string& name) {
        const auto& secret = made_.text(name);
        if (!is_weak_secret(secret)) return;
        blame(name + ": " +
              std::string{secret.empty() ? "missing" : "\"(hidden)\" is too easy to guess"} +
              ", which mode production refuses; a good one: " + make_secret());
    }

    const config_sources& sources_;
    configuration made_;
    std::vector<configuration::entry> awaiting_;  ///< URLs that are judged when data_dir is known
    std::string culprits_;
    bool only_unknown_places_ = true;
};

std::vector<std::pair<std::string, std::string>> process_environment() {
    std::vector<std::pair<std::string, std::string>> out;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view pair{*variable};
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        out.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return out;
}

const std::string& configuration::text(std::string_view name) const {
    for (const auto& one : entries_) {
        if (one.key->name == name) return one.value;
    }
    throw std::logic_error{"there is no key " + std::string{name}};
}

std::int64_t configuration::integer(std::string_view name) const {
    const auto& written = text(name);
    std::int64_t value = 0;
    std::from_chars(written.data(), written.data() + written.size(), value);
    return value;
}

std::string configuration::in_data_dir(std::string_view name) const {
    return (std::filesystem::path{text("data_dir")} / name).string();
}

result<configuration> load_configuration(const config_sources& sources) {
    return config_loader{sources}.load();
}

}  // namespace market::app
