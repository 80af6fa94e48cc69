#include "verbs/command_line.hpp"

#include "verbs/verbs.hpp"

#include <market/base/log.hpp>

#include <CLI/CLI.hpp>

#include <functional>
#include <iostream>
#include <memory>

namespace market::app {
namespace {

/// What a verb was given on the command line.
struct given {
    config_sources sources;
    std::function<int(const configuration&)> run;  ///< the verb that was chosen
    std::function<int()> run_bare;                 ///< likewise, of one that needs no configuration
};

log::level log_level(std::string_view name) {
    static constexpr std::pair<std::string_view, log::level> levels[] = {
        {"trace", log::level::trace},     {"debug", log::level::debug}, {"info", log::level::info},
        {"warning", log::level::warning}, {"error", log::level::error}, {"off", log::level::off}};
    for (const auto& [known, level] : levels) {
        if (known == name) return level;
    }
    return log::level::info;
}

int run_configured(const given& chosen) {
    auto sources = chosen.sources;
    sources.environment = process_environment();
    const auto config = load_configuration(sources);
    if (!config && config.error().code == errc::internal) return fail(config.error().detail);
    if (!config) return refuse_usage(config.error().detail);
    for (const auto& warning : config->warnings())
        std::cerr << "market: warning: " << warning << "\n";
    log::configure(log_level(config->text("log.level")),
                   config->text("log.format") == "json" ? log::format::json : log::format::text);
    return chosen.run(*config);
}

/// A verb with its example; `make_run` is what it does.
CLI::App& add_verb(CLI::App& parent, const std::string& name, const std::string& does,
                   const std::string& example) {
    auto& verb = *parent.add_subcommand(name, does);
    verb.footer("Example:\n  " + example);
    return verb;
}

/// Gives the verb a flag for every key of the configuration, and --config.
void add_configuration(CLI::App& verb, given& chosen) {
    verb.add_option("--config", chosen.sources.file,
                    "TOML file (default: that of MARKET_CONFIG, if any)")
        ->group("Configuration")
        ->type_name("FILE");
    for (const auto& key : all_settings()) {
        auto keep = [&chosen, name = std::string{key.name}](const std::string& value) {
            chosen.sources.flags.emplace_back(name, value);
        };
        const auto shown_default =
            key.fallback.empty() ? "" : " [" + std::string{key.fallback} + "]";
        verb.add_option_function<std::string>(flag_name(key), keep,
                                              std::string{key.doc} + shown_default)
            ->group("Configuration")
            ->type_name("VALUE");
    }
}

void add_json(CLI::App& verb, bool& json) {
    verb.add_flag("--json", json, "print the result as one JSON object");
}

void add_serve(CLI::App& cli, given& chosen) {
    auto& verb = add_verb(cli, "serve", "Migrate the database and run the server",
                          "market serve --http-port 8080");
    add_configuration(verb, chosen);
    verb.callback([&chosen] { chosen.run = serve; });
}

void add_demo(CLI::App& cli, given& chosen) {
    auto options = std::make_shared<demo_options>();
    auto& verb = add_verb(cli, "demo",
                          "Sell out a small sale to a crowd, in a shop of its own, and prove it",
                          "market demo --units 100 --buyers 2000");
    verb.add_option("--units", options->units, "units on sale")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    verb.add_option("--buyers", options->buyers, "buyers, one attempt each")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    verb.add_option("--connections", options->connections, "connections they share")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb.add_option("--port", options->port, "port to serve on; 0: any free")
        ->capture_default_str();
    verb.add_flag("--keep-serving", options->keep_serving, "go on serving until a signal comes");
    add_json(verb, options->json);
    verb.callback([&chosen, options] { chosen.run_bare = [options] { return demo(*options); }; });
}

void add_bench(CLI::App& cli, given& chosen) {
    auto options = std::make_shared<bench_options>();
    auto& verb = add_verb(
        cli, "bench", "Buy from a running server as fast as it sells",
        "market bench --url http://127.0.0.1:8080 --tokens tokens.txt --sale ID --seconds 10");
    verb.add_option("--url", options->url, "the server, http://host:port")->required();
    verb.add_option("--tokens", options->tokens_file,
                    "file with an access token a line (market seed buyers)")
        ->required();
    verb.add_option("--sale", options->sale, "id of the sale to buy from")->required();
    verb.add_option("--rate", options->rate,
                    "open loop: requests a second, latency from the time planned")
        ->check(CLI::Range(0.1, 1e6));
    verb.add_option("--connections", options->connections, "connections")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb.add_option("--seconds", options->seconds, "how long")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    add_json(verb, options->json);
    add_configuration(verb, chosen);
    verb.callback([&chosen, options] {
        chosen.run = [options](const auto& config) { return bench(config, *options); };
    });
}

void add_check(CLI::App& cli, given& chosen) {
    auto options = std::make_shared<check_options>();
    auto& verb = add_verb(cli, "check", "Recompute every equation of the shop from its rows",
                          "market check --json");
    verb.add_flag("--repair", options->repair, "load again the gates that differ from the record");
    add_json(verb, options->json);
    add_configuration(verb, chosen);
    verb.callback([&chosen, options] {
        chosen.run = [options](const auto& config) { return check(config, *options); };
    });
}

/// A verb that takes nothing but --json and the configuration.
void add_plain(CLI::App& parent, given& chosen, const std::string& name, const std::string& does,
               const std::string& example, int (*run)(const configuration&, bool)) {
    auto json = std::make_shared<bool>(false);
    auto& verb = add_verb(parent, name, does, example);
    add_json(verb, *json);
    add_configuration(verb, chosen);
    verb.callback([&chosen, json, run] {
        chosen.run = [json, run](const auto& config) { return run(config, *json); };
    });
}

void add_migrate(CLI::App& cli, given& chosen) {
    auto& group = add_verb(cli, "migrate", "The schema of the database", "market migrate up");
    group.require_subcommand(1);
    add_plain(group, chosen, "status", "List the migrations and which are applied",
              "market migrate status", migrate_status);
    add_plain(group, chosen, "up", "Apply the missing migrations", "market migrate up", migrate_up);
}

void add_admin(CLI::App& cli, given& chosen) {
    auto& group = add_verb(cli, "admin", "People who run the shop",
                           "market admin create --email ada@example.org");
    group.require_subcommand(1);
    auto options = std::make_shared<admin_options>();
    auto& verb = add_verb(group, "create", "Make an admin",
                          "market admin create --email ada@example.org --password-file -");
    verb.add_option("--email", options->email, "the address to log in with")->required();
    verb.add_option("--password-file", options->password_file,
                    "file whose first line is the password; -: stdin; without it a password is "
                    "made and printed");
    add_json(verb, options->json);
    add_configuration(verb, chosen);
    verb.callback([&chosen, options] {
        chosen.run = [options](const auto& config) { return admin_create(config, *options); };
    });
}

void add_seed_counted(CLI::App& group, given& chosen, const std::string& name,
                      const std::string& does, const std::string& example,
                      int (*run)(const configuration&, std::size_t, bool)) {
    struct counted {
        std::size_t count = 0;
        bool json = false;
    };
    auto options = std::make_shared<counted>();
    auto& verb = add_verb(group, name, does, example);
    verb.add_option("--count", options->count, "how many")
        ->required()
        ->check(CLI::Range(1, 1'000'000));
    add_json(verb, options->json);
    add_configuration(verb, chosen);
    verb.callback([&chosen, options, run] {
        chosen.run = [options, run](const auto& config) {
            return run(config, options->count, options->json);
        };
    });
}

void add_seed(CLI::App& cli, given& chosen) {
    auto& group =
        add_verb(cli, "seed", "Goods and buyers to try the shop with (not in mode production)",
                 "market seed buyers --count 1000 > tokens.txt");
    group.require_subcommand(1);
    add_seed_counted(group, chosen, "products", "Make products; print their ids",
                     "market seed products --count 12", seed_products);
    add_seed_counted(group, chosen, "buyers",
                     "Make buyers; print an access token a line, valid for 24 h",
                     "market seed buyers --count 1000 > tokens.txt", seed_buyers);
    auto options = std::make_shared<sale_options>();
    auto& sale =
        add_verb(group, "sale", "Make a product and an open sale of it; print the sale's id",
                 "market seed sale --units 100000 --per-user-limit 1000");
    sale.add_option("--units", options->units, "units on sale")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    sale.add_option("--per-user-limit", options->per_user_limit, "units a buyer")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    sale.add_option("--hours", options->hours, "how long it is open")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    add_json(sale, options->json);
    add_configuration(sale, chosen);
    sale.callback([&chosen, options] {
        chosen.run = [options](const auto& config) { return seed_sale(config, *options); };
    });
    add_plain(group, chosen, "demo",
              "Fill a shop that has no product: a dozen of them and an open sale",
              "market seed demo", seed_demo);
}

void add_config(CLI::App& cli, given& chosen) {
    auto& group = add_verb(cli, "config", "The configuration", "market config show");
    group.require_subcommand(1);
    add_plain(group, chosen, "show", "Print every key, its value and where that comes from",
              "market config show", config_show);
    add_plain(group, chosen, "check", "Check the configuration; starts nothing",
              "market config check --config /etc/market.toml", config_check);
}

void add_health(CLI::App& cli, given& chosen) {
    struct asked {
        std::optional<std::string> url;
        bool json = false;
    };
    auto options = std::make_shared<asked>();
    auto& verb = add_verb(cli, "health", "Ask a running server whether it is ready",
                          "market health --url http://127.0.0.1:8080");
    verb.add_option("--url", options->url, "the server (default: that of the configuration)");
    add_json(verb, options->json);
    add_configuration(verb, chosen);
    verb.callback([&chosen, options] {
        chosen.run = [options](const auto& config) {
            return health(config, options->url, options->json);
        };
    });
}

void add_version(CLI::App& cli, given& chosen) {
    auto json = std::make_shared<bool>(false);
    auto& verb = add_verb(cli, "version", "Print the version", "market version");
    add_json(verb, *json);
    verb.callback([&chosen, json] { chosen.run_bare = [json] { return version(*json); }; });
}

int run_verb(const given& chosen) {
    try {
        return chosen.run_bare ? chosen.run_bare() : run_configured(chosen);
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    CLI::App cli{"market sells limited event goods, first come, first served."};
    cli.footer(
        "Every key of the configuration is [section] key in a TOML file (--config), "
        "MARKET_SECTION_KEY in\n"
        "the environment and --section-key here; `market serve --help` lists them.\n"
        "Example:\n  market serve");
    cli.require_subcommand(1);
    given chosen;
    for (const auto add : {add_serve, add_demo, add_bench, add_check, add_migrate, add_admin,
                           add_seed, add_config, add_health, add_version}) {
        add(cli, chosen);
    }
    try {
        cli.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return cli.exit(help);
    } catch (const CLI::ParseError& error) {
        std::string unknown;
        for (const auto& word : cli.remaining(true)) unknown += " " + word;
        return refuse_usage(std::string{error.what()} + " (command line; see --help)" +
                            (unknown.empty() ? "" : "; not understood:" + unknown));
    }
    return run_verb(chosen);
}

}  // namespace market::app
