#pragma once
/// The one table of configuration keys. Parsing, `config show`, `--help` and config/market.toml
/// all follow it.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::app {

enum class value_kind { text, integer, choice, url };
/// What must not be redacted.
enum class secrecy { none, url_password, whole };

struct setting {
    std::string_view name;  ///< "http.port"
    value_kind kind = value_kind::text;
    std::string_view fallback;  ///< `{data_dir}` stands for the value of data_dir
    std::string_view doc;
    std::int64_t least = 0, most = 0;  ///< integers: the range; text: bytes
    std::string_view choices = {};     ///< words, or schemes of a URL, separated by spaces
    secrecy hidden = secrecy::none;
};

/// The words of a text that separates them by spaces.
std::vector<std::string> words_of(std::string_view text);

std::span<const setting> all_settings();
const setting* find_setting(std::string_view name);

/// `MARKET_HTTP_PORT`
std::string environment_name(const setting& key);
/// `--http-port`
std::string flag_name(const setting& key);

/// What is wrong with the value, as the end of a sentence; empty when nothing is.
std::optional<std::string> objection(const setting& key, std::string_view value);

/// Is it a URL whose scheme is not built in?
bool is_unknown_place(const setting& key, std::string_view value);

/// The value as it may be redacted to anyone.
std::string redacted(const setting& key, std::string_view value);

}  // namespace market::app
