#pragma once
/// What each verb of the command line does. Results go to stdout, everything else to stderr;
/// the return value is the exit status.
#include "config/configuration.hpp"
#include "exit_status.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace market::app {

int serve(const configuration& config);

struct demo_options {
    std::int64_t units = 100;
    std::size_t buyers = 2'000;
    std::size_t connections = 128;
    std::uint16_t port = 0;
    bool keep_serving = false;
    bool json = false;
};
int demo(const demo_options& chosen);

struct bench_options {
    std::string url, tokens_file, sale;
    std::optional<double> rate;  ///< requests a second; none: closed loop
    std::size_t connections = 64;
    std::size_t seconds = 10;
    bool json = false;
};
/// `config` names the record that `check` verifies at the end.
int bench(const configuration& config, const bench_options& chosen);

struct check_options {
    bool repair = false;
    bool json = false;
};
int check(const configuration& config, const check_options& chosen);

int migrate_status(const configuration& config, bool json);
int migrate_up(const configuration& config, bool json);

struct admin_options {
    std::string email;
    std::optional<std::string> password_file;  ///< "-": stdin; none: a password is made
    bool json = false;
};
int admin_create(const configuration& config, const admin_options& chosen);

int seed_products(const configuration& config, std::size_t count, bool json);
int seed_buyers(const configuration& config, std::size_t count, bool json);
struct sale_options {
    std::int64_t units = 100;
    std::int64_t per_user_limit = 1;
    std::size_t hours = 24;
    bool json = false;
};
int seed_sale(const configuration& config, const sale_options& chosen);
int seed_demo(const configuration& config, bool json);

int config_show(const configuration& config, bool json);
int config_check(const configuration& config, bool json);
int health(const configuration& config, const std::optional<std::string>& url, bool json);
int version(bool json);

}  // namespace market::app
