#include <market/proof/check.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace market::proof {
namespace {

constexpr std::size_t name_width = 38;

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

}  // namespace

bool check_result::ok() const {
    return std::ranges::all_of(equations,
                               [](const equation_result& one) { return one.broken.empty(); });
}

std::string to_json(const check_result& value) {
    boost::json::array equations;
    for (const auto& one : value.equations) {
        boost::json::array broken;
        for (const auto& row : one.broken) {
            broken.push_back(boost::json::object{
                {"table", row.table}, {"key", row.key}, {"detail", row.detail}});
        }
        equations.push_back(boost::json::object{
            {"name", one.name}, {"rows", one.rows}, {"broken", std::move(broken)}});
    }
    return boost::json::serialize(
        boost::json::object{{"ok", value.ok()}, {"equations", std::move(equations)}});
}

std::string to_table(const check_result& value) {
    std::string out;
    for (const auto& one : value.equations) {
        out += padded(one.name, name_width) + padded(std::to_string(one.rows) + " rows", 14) +
               (one.broken.empty() ? "ok" : "BROKEN") + "\n";
        for (const auto& row : one.broken)
            out += "  " + row.table + " " + row.key + ": " + row.detail + "\n";
    }
    if (!value.gate_note.empty()) out += value.gate_note + "\n";
    out += value.ok() ? "check ok\n" : "check BROKEN\n";
    return out;
}

}  // namespace market::proof
