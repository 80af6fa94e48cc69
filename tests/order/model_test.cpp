#include "model_play.hpp"

#include <market/proof/check.hpp>

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

constexpr int steps_each = 14;
/// A shop of its own for so many: the check reads all of a shop after each of them.
constexpr int sequences_a_shop = 50;

std::uint64_t chosen_seed() {
    if (const auto* given = std::getenv("MARKET_TEST_SEED")) return std::stoull(given);
    return std::random_device{}();
}

/// More of them for a campaign: MARKET_TEST_SEQUENCES.
int chosen_count(int otherwise) {
    const auto* given = std::getenv("MARKET_TEST_SEQUENCES");
    return given ? std::stoi(given) : otherwise;
}

/// What `market check` says of the record; empty when it is clean.
std::string broken(life_shop& shop) {
    std::string out;
    for (const auto& equation : proof::check_record(shop.record()).value())
        for (const auto& row : equation.broken)
            out += equation.name + ": " + row.table + " " + row.key + ": " + row.detail + "\n";
    return out;
}

void play_sequences(const std::string& kind, int sequences) {
    const auto seed = chosen_seed();
    std::cout << "order model on " << kind << ": MARKET_TEST_SEED=" << seed << "\n";
    for (int first = 0; first < sequences; first += sequences_a_shop) {
        life_shop shop{kind, model_pool::low_at};
        for (int i = first; i < std::min(sequences, first + sequences_a_shop); ++i) {
            model_play one{shop, seed + static_cast<std::uint64_t>(i)};
            const auto differs = one.run(steps_each);
            INFO("seed " << seed << ", sequence " << i << "\n" << differs);
            REQUIRE(differs.empty());
            REQUIRE(broken(shop) == "");
        }
        // Nothing is left behind: no debt, no credit.
        CHECK(market::testing::eventually([&] { return shop.debts() == 0; }));
        CHECK(market::testing::eventually(
            [&] { return shop.count(db::sql{} << "SELECT COUNT(*) FROM gate_credits") == 0; }));
    }
}

}  // namespace

TEST_CASE("random lives of orders and goods are as a plain model says", "[order][model]") {
    // What is proved here is no matter of disks: in memory there are more lives a second.
    if (std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
    play_sequences("sqlite", chosen_count(1'200));
}

TEST_CASE("random lives on database servers are as a plain model says", "[order][model]") {
    for (const auto& kind : db::test::database_servers()) play_sequences(kind, chosen_count(100));
}
