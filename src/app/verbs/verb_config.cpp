#include "client/http_call.hpp"
#include "verbs/verbs.hpp"

#include <boost/json.hpp>
#include <boost/version.hpp>

#include <iostream>

namespace market::app {

int config_show(const configuration& config, bool json) {
    boost::json::array listed;
    for (const auto& entry : config.entries()) {
        const auto value = redacted(*entry.key, entry.value);
        listed.push_back(boost::json::object{
            {"key", entry.key->name}, {"value", value}, {"origin", entry.origin}});
        if (!json)
            std::cout << entry.key->name << " = \"" << value << "\"  # " << entry.origin << "\n";
    }
    if (json)
        std::cout << boost::json::serialize(boost::json::object{{"config", std::move(listed)}})
                  << "\n";
    return exit_done;
}

int config_check(const configuration& config, bool json) {
    if (json) {
        std::cout << boost::json::serialize(
                         boost::json::object{{"ok", true}, {"mode", config.text("mode")}})
                  << "\n";
    } else {
        std::cout << "the configuration is good (mode " << config.text("mode") << ")\n";
    }
    return exit_done;
}

int health(const configuration& config, const std::optional<std::string>& url, bool json) {
    constexpr std::chrono::seconds patience{5};
    http_origin origin{config.text("http.address"),
                       static_cast<std::uint16_t>(config.integer("http.port"))};
    if (origin.host == "0.0.0.0" || origin.host == "::") origin.host = "localhost";
    if (url) {
        const auto given = parse_origin(*url);
        if (!given)
            return refuse_usage("--url: \"" + *url + "\" is not of the form http://host:port");
        origin = *given;
    }
    const auto answer =
        http_call({.origin = origin, .socket_path = {}}, "GET", "/readyz", patience);
    const auto where = origin.host + ":" + std::to_string(origin.port);
    if (!answer) {
        const auto sentence = "no answer from " + where + ": " + answer.error().detail;
        if (json) {
            std::cout << boost::json::serialize(
                             boost::json::object{{"ok", false}, {"error", sentence}})
                      << "\n";
        }
        return fail(sentence);
    }
    if (json) {
        std::cout << answer->body << "\n";
    } else {
        std::cout << (answer->status == 200 ? "ready" : "not ready: " + answer->body) << "\n";
    }
    return answer->status == 200 ? exit_done : exit_failed;
}

int version(bool json) {
    const std::string compiler = "GCC " __VERSION__;
    if (json) {
        std::cout << boost::json::serialize(boost::json::object{{"version", MARKET_VERSION},
                                                                {"compiler", compiler},
                                                                {"build", MARKET_BUILD_TYPE}})
                  << "\n";
    } else {
        std::cout << "market " MARKET_VERSION " (" << compiler << ", " MARKET_BUILD_TYPE ")\n";
    }
    return exit_done;
}

}  // namespace market::app
