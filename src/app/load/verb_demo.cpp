#include "load/load_report.hpp"
#include "server/serving.hpp"
#include "verbs/check_shop.hpp"
#include "verbs/sample_goods.hpp"
#include "verbs/verbs.hpp"

#include <market/base/log.hpp>
#include <market/user/user_module.hpp>

#include <filesystem>
#include <iostream>

namespace market::app {
namespace {

constexpr std::chrono::seconds drain_max{30};

/// A folder that goes when the demo ends.
class temporary_folder {
public:
    temporary_folder() {
        auto name = (std::filesystem::temp_directory_path() / "market-demo-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct outcome {
    load_tally tally;
    percentiles latency{};
    std::string check{};  ///< "ok" or "broken"
    std::vector<std::string> broken_promises{};
};

/// Every buyer tries once, with the same key again on a 503.
load_tally drive(const std::vector<user::seeded_buyer>& buyers, const http_origin& target,
                 const catalog::sale& sale, std::size_t connections) {
    std::size_t turn = 0;
    auto next = [&buyers, &turn]() -> std::optional<purchase_try> {
        if (turn == buyers.size()) return std::nullopt;
        const auto& buyer = buyers[turn++];
        return purchase_try{buyer.access_token, "demo-" + std::to_string(turn),
                            std::chrono::steady_clock::now()};
    };
    constexpr std::size_t retries_max = 30;
    return run_load(
        {.target = target,
         .connections = connections,
         .body = R"({"lines":[{"sale_id":")" + to_string(sale.id) + R"(","quantity":1}]})",
         .next = next,
         .retries_max = retries_max});
}

result<outcome> sell_out(shop& served, const configuration& config, const demo_options& chosen) {
    std::cerr << "making a sale of " << chosen.units << " units and " << chosen.buyers
              << " buyers\n";
    const auto sale = make_sample_sale(served.catalog(), {.units = chosen.units});
    if (!sale) return sale.error();
    const auto buyers =
        user::seed_buyers(served.record(), system_clock(), served.secret(), chosen.buyers);
    if (!buyers) return buyers.error();
    const auto target = parse_origin(served.listening_on());
    if (!target) return failure{errc::internal, served.listening_on() + " is no URL"};

    std::cerr << "the crowd arrives over " << chosen.connections << " connections\n";
    outcome out{.tally = drive(*buyers, *target, *sale, chosen.connections)};
    out.latency = percentiles_of(out.tally.micros);
    const auto found = check_shop(config, served.record());
    if (!found) return found.error();
    out.check = found->ok() ? "ok" : "broken";
    if (!found->ok()) std::cerr << proof::to_table(*found);

    const auto expected =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(chosen.units), chosen.buyers);
    if (out.tally.sold != expected) {
        out.broken_promises.push_back("sold " + std::to_string(out.tally.sold) + ", not " +
                                      std::to_string(expected));
    }
    if (out.tally.errors != 0)
        out.broken_promises.push_back(std::to_string(out.tally.errors) + " buyers got no answer");
    if (!found->ok()) out.broken_promises.push_back("check found a broken equation");
    return out;
}

void print_table(const demo_options& chosen, const outcome& done, const std::string& page) {
    std::cout << "units " << chosen.units << "\nbuyers " << chosen.buyers << "\nsold "
              << done.tally.sold << "\n";
    for (const auto& [code, count] : done.tally.refused)
        std::cout << "refused " << code << " " << count << "\n";
    std::cout << "errors " << done.tally.errors << "\ndurable orders/s "
              << decimal(per_second(done.tally.sold, done.tally.selling), 0) << "\np50 "
              << decimal(done.latency.p50, 2) << " ms\np99 " << decimal(done.latency.p99, 2)
              << " ms\ncheck " << done.check << "\npage " << page << "\n";
}

void print_json(const demo_options& chosen, const outcome& done) {
    std::cout << boost::json::serialize(boost::json::object{
                     {"units", chosen.units},
                     {"buyers", chosen.buyers},
                     {"attempts", done.tally.attempts},
                     {"sold", done.tally.sold},
                     {"refused", refused_as_json(done.tally)},
                     {"errors", done.tally.errors},
                     {"orders_per_s", per_second(done.tally.sold, done.tally.selling)},
                     {"p50_ms", done.latency.p50},
                     {"p99_ms", done.latency.p99},
                     {"check", done.check}})
              << std::endl;
}

}  // namespace

int demo(const demo_options& chosen) {
    prepare_process();
    log::configure(log::level::warning, log::format::text);
    const temporary_folder folder;
    if (folder.path().empty()) return fail("no temporary directory can be made");
    const auto config = load_configuration(
        {.flags = {{"data_dir", folder.path()}, {"http.port", std::to_string(chosen.port)}},
         .environment = {},
         .file = {}});
    if (!config) return refuse_usage(config.error().detail);
    auto opened = shop::open(*config);
    if (!opened) return fail(opened.error().detail);
    auto& served = **opened;
    if (auto started = served.start(); !started) return fail(started.error().detail);

    const auto done = sell_out(served, *config, chosen);
    if (!done) return fail(done.error().detail);
    if (chosen.json)
        print_json(chosen, *done);
    else
        print_table(chosen, *done, served.url() + "/v1/sales");
    if (chosen.keep_serving) {
        stop_signals signals;
        std::cout << "listening on " << served.listening_on() << std::endl;
        const int code = signals.serve_until_stopped(served, drain_max);
        if (code != exit_done) return code;
    } else {
        served.stop(std::chrono::steady_clock::now() + drain_max);
    }
    for (const auto& promise : done->broken_promises) fail("a promise broke: " + promise);
    return done->broken_promises.empty() ? exit_done : exit_failed;
}

}  // namespace market::app
