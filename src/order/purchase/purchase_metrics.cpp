#include "purchase/purchase_metrics.hpp"

#include <market/base/metrics.hpp>

namespace market::order {

namespace {

constexpr std::array purchase_refusals{errc::validation_failed,
                                       errc::product_not_found,
                                       errc::sale_not_found,
                                       errc::sale_not_open,
                                       errc::sale_paused,
                                       errc::sale_ended,
                                       errc::purchase_limit,
                                       errc::sold_out,
                                       errc::out_of_stock,
                                       errc::idempotency_key_reused,
                                       errc::idempotency_in_flight,
                                       errc::attempt_void,
                                       errc::overloaded,
                                       errc::gate_unavailable,
                                       errc::database_unavailable,
                                       errc::outcome_unknown,
                                       errc::internal};

metrics::counter& purchases(std::string_view outcome) {
    return metrics::make_counter("market_purchases_total", "Purchases answered, by their outcome.",
                                 {{"outcome", std::string{outcome}}});
}

metrics::counter& placed = purchases("placed");
metrics::counter& replayed = purchases("replayed");
metrics::counter& refused_otherwise = purchases("other");
const auto refused = [] {
    std::array<metrics::counter*, static_cast<std::size_t>(errc::internal) + 1> out;
    out.fill(&refused_otherwise);
    for (const auto code : purchase_refusals)
        out[static_cast<std::size_t>(code)] = &purchases(to_string(code));
    return out;
}();

metrics::counter& admissions(std::string_view answer) {
    return metrics::make_counter("market_gate_answers_total",
                                 "What the gate said to attempts on sales.",
                                 {{"answer", std::string{answer}}});
}

/// In the order of the answer's alternatives.
const std::array gate_answers{&admissions("admitted"), &admissions("known"),
                              &admissions("sold_out"), &admissions("purchase_limit"),
                              &admissions("not_open"), &admissions("paused"),
                              &admissions("ended"),    &admissions("stale")};
static_assert(gate_answers.size() == std::variant_size_v<stock::admit_answer>);

metrics::counter& committed =
    metrics::make_counter("market_orders_committed_total", "Orders that are durable.");
metrics::histogram& batch_orders =
    metrics::make_histogram("market_writer_batch_orders", "Orders committed in one transaction.",
                            {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096});
metrics::histogram& commit_seconds =
    metrics::make_histogram("market_writer_commit_seconds", "What the COMMIT of a batch took.",
                            {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5});
metrics::gauge& queued =
    metrics::make_gauge("market_writer_queue_orders", "Purchases that wait for the writer.");

}  // namespace

void count_purchase(const result<purchase_reply>& outcome) {
    if (outcome.has_error())
        refused.at(static_cast<std::size_t>(outcome.error().code))->add();
    else
        (outcome->replayed ? replayed : placed).add();
}

void count_admission(const stock::admit_answer& answer) { gate_answers[answer.index()]->add(); }

void count_commit(std::size_t orders, std::chrono::duration<double> took) {
    committed.add(orders);
    batch_orders.observe(static_cast<double>(orders));
    commit_seconds.observe(took.count());
}

void set_queue_length(std::size_t orders) { queued.set(static_cast<double>(orders)); }

}  // namespace market::order
