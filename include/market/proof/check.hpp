#pragma once
/// The proof: every equation of the shop, recomputed from the rows.
#include <market/base/error.hpp>
#include <market/db/database.hpp>
#include <market/proof/observed_gate.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace market::proof {

struct broken_row {
    std::string table;
    std::string key;  ///< ids as in the contract; parts separated by '/'
    std::string detail;
};

struct equation_result {
    std::string name;
    std::int64_t rows = 0;             ///< how many were looked at
    std::vector<broken_row> broken{};  ///< the first hundred
};

struct check_result {
    std::vector<equation_result> equations;
    std::string gate_note{};  ///< why the gate was not compared; empty when it was
    bool ok() const;
};

/// All equations of the record, in one snapshot. Changes nothing.
/// Errors: database_unavailable; internal (one sentence).
result<std::vector<equation_result>> check_record(db::database& record);

/// The result of comparing the gates.
struct gate_comparison {
    std::vector<equation_result> equations;
    std::string note;  ///< why nothing was compared; empty when it was
};
/// Compares each unclosed sale's gate with the record. A difference counts when it outlives
/// `patience`: units are on their way from one to the other while the shop is live.
/// With `repair` the gates of sales that differ are loaded anew and compared once more.
/// Errors: as above, and internal when a server is there and does not answer.
result<gate_comparison> check_gate(db::database& record, observed_gate& gate,
                                   std::chrono::milliseconds patience, bool repair);

/// The result of the contract (API.md 8).
std::string to_json(const check_result& value);
std::string to_table(const check_result& value);

}  // namespace market::proof
