#include "load/load_report.hpp"
#include "server/record.hpp"
#include "server/serving.hpp"
#include "verbs/check_shop.hpp"
#include "verbs/verbs.hpp"

#include <market/stock/ledger.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <random>

namespace market::app {
namespace {

using steady = std::chrono::steady_clock;

std::vector<std::string> read_tokens(const std::string& path) {
    std::ifstream in{path};
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) out.push_back(std::move(line));
    }
    return out;
}

/// Fresh keys, tokens in turn, for as long as the bench lasts.
class schedule {
public:
    schedule(const std::vector<std::string>& tokens, const bench_options& chosen)
        : tokens_(tokens),
          rate_(chosen.rate),
          start_(steady::now()),
          end_(start_ + std::chrono::seconds{chosen.seconds}),
          prefix_("bench-" + std::to_string(std::random_device{}()) + "-") {}

    std::optional<purchase_try> next() {
        auto due = steady::now();
        if (rate_) {
            const std::chrono::duration<double> after{static_cast<double>(number_) / *rate_};
            due = start_ + std::chrono::duration_cast<steady::duration>(after);
        }
        if (due >= end_) return std::nullopt;
        const auto turn = number_++;
        return purchase_try{tokens_[turn % tokens_.size()], prefix_ + std::to_string(turn), due};
    }

private:
    const std::vector<std::string>& tokens_;
    std::optional<double> rate_;
    steady::time_point start_, end_;
    std::string prefix_;
    std::size_t number_ = 0;
};

/// Whether every answer is one that an open shop gives to those who come late.
bool is_sold_out(const load_tally& tally) {
    static constexpr std::array expected{"sold_out", "purchase_limit", "sale_not_open",
                                         "sale_paused", "sale_ended"};
    return tally.errors == 0 && std::ranges::all_of(tally.refused, [](const auto& refusal) {
               return std::ranges::count(expected, refusal.first) > 0;
           });
}

/// "ok", "broken", or why it was not checked.
std::string verdict(const configuration& config, sale_id sale) {
    auto record = open_record(config, when_missing::refuse);
    if (!record) return "not checked: the record is out of reach";
    auto work = [sale](db::transaction& tx) -> result<bool> {
        return stock::ledger::find(tx, pool_of(sale)).has_value();
    };
    const auto has_sale = (*record)->read(work);
    if (!has_sale || !*has_sale) return "not checked: the sale is in another record";
    const auto found = check_shop(config, **record);
    if (!found) return "not checked: " + found.error().detail;
    return found->ok() ? "ok" : "broken";
}

void print_table(const machine& here, const bench_options& chosen, const load_tally& tally,
                 const percentiles& latency, const std::string& check) {
    table_line("cpu", here.cpu);
    table_line("cores", std::to_string(here.cores));
    table_line("memory", std::to_string(here.memory_mib) + " MiB");
    table_line("connections", std::to_string(chosen.connections));
    table_line("loop",
               chosen.rate ? "open, " + decimal(*chosen.rate, 0) + " requests/s" : "closed");
    table_line("orders", std::to_string(tally.sold));
    table_line("durable orders/s", decimal(per_second(tally.sold, tally.selling), 0));
    for (const auto& [code, count] : tally.refused)
        table_line("refused " + code, std::to_string(count));
    table_line("refusals/s", decimal(per_second(tally.refusals(), tally.whole), 0));
    table_line("errors", std::to_string(tally.errors));
    table_line("p50", decimal(latency.p50, 2) + " ms");
    table_line("p90", decimal(latency.p90, 2) + " ms");
    table_line("p99", decimal(latency.p99, 2) + " ms");
    table_line("p99.9", decimal(latency.p999, 2) + " ms");
    table_line("max", decimal(latency.most, 2) + " ms");
    table_line("check", check);
}

void print_json(const machine& here, const bench_options& chosen, const load_tally& tally,
                const percentiles& latency, const std::string& check) {
    boost::json::object out{{"cpu", here.cpu},
                            {"cores", here.cores},
                            {"memory_mib", here.memory_mib},
                            {"connections", chosen.connections},
                            {"rate", nullptr},
                            {"seconds", std::chrono::duration<double>(tally.whole).count()},
                            {"attempts", tally.attempts},
                            {"orders", tally.sold},
                            {"orders_per_s", per_second(tally.sold, tally.selling)},
                            {"refused", refused_as_json(tally)},
                            {"refusals_per_s", per_second(tally.refusals(), tally.whole)},
                            {"errors", tally.errors},
                            {"p50_ms", latency.p50},
                            {"p90_ms", latency.p90},
                            {"p99_ms", latency.p99},
                            {"p999_ms", latency.p999},
                            {"max_ms", latency.most},
                            {"check", check}};
    if (chosen.rate) out["rate"] = *chosen.rate;
    std::cout << boost::json::serialize(out) << "\n";
}

}  // namespace

int bench(const configuration& config, const bench_options& chosen) {
    const auto origin = parse_origin(chosen.url);
    if (!origin)
        return refuse_usage("--url: \"" + chosen.url + "\" is not of the form http://host:port");
    const auto sale = parse_id<sale_id>(chosen.sale);
    if (!sale) return refuse_usage("--sale: \"" + chosen.sale + "\" is not the id of a sale");
    const auto tokens = read_tokens(chosen.tokens_file);
    if (tokens.empty()) {
        return refuse_usage("--tokens: " + chosen.tokens_file +
                            " has no token (market seed buyers makes them)");
    }
    prepare_process();
    std::cerr << "driving " << chosen.url << " for " << chosen.seconds << " s\n";
    schedule turns{tokens, chosen};
    load_plan plan{.target = *origin,
                   .connections = chosen.connections,
                   .body = R"({"lines":[{"sale_id":")" + to_string(*sale) + R"(","quantity":1}]})",
                   .next = [&turns] { return turns.next(); }};
    auto tally = run_load(plan);
    const auto latency = percentiles_of(tally.micros);
    const auto check = verdict(config, *sale);
    (chosen.json ? print_json : print_table)(this_machine(), chosen, tally, latency, check);
    if (tally.micros.empty()) return fail("no answer from " + chosen.url);
    if (tally.sold == 0 && !is_sold_out(tally))
        return fail("no order was made, and not for want of units");
    return check == "broken" ? exit_failed : exit_done;
}

}  // namespace market::app
