#include <market/proof/check.hpp>
#include "equations.hpp"

#include <market/base/id.hpp>

#include <optional>
#include <tuple>

namespace market::proof {
namespace {

using any_id = id<struct any_tag>;
using number = std::optional<std::int64_t>;
using found_row = std::tuple<std::optional<any_id>, std::optional<any_id>, number, number, number>;

constexpr std::size_t rows_named_max = 100;

std::string key_of(const found_row& row) {
    const auto& [first, second, part, is, should] = row;
    std::string key = first ? to_string(*first) : "";
    if (second) key += "/" + to_string(*second);
    if (part) key += (key.empty() ? "" : "/") + std::to_string(*part);
    return key.empty() ? "sum" : key;
}

void fill(std::string& text, std::string_view mark, number value) {
    if (const auto at = text.find(mark); value && at != std::string::npos) {
        text.replace(at, mark.size(), std::to_string(*value));
    }
}

equation_result solve(db::transaction& tx, const equation& claim) {
    equation_result out{.name = claim.name};
    const auto counted = tx.query_one<std::int64_t>(db::sql{} << claim.rows);
    out.rows = counted ? std::get<0>(*counted) : 0;
    const auto broken =
        tx.query<std::optional<any_id>, std::optional<any_id>, number, number, number>(
            db::sql{} << claim.broken << " LIMIT " << rows_named_max);
    for (const auto& row : broken) {
        std::string detail{claim.detail};
        fill(detail, "{is}", std::get<3>(row));
        fill(detail, "{should}", std::get<4>(row));
        out.broken.push_back({claim.table, key_of(row), std::move(detail)});
    }
    return out;
}

}  // namespace

result<std::vector<equation_result>> check_record(db::database& record) {
    auto work = [](db::transaction& tx) -> result<std::vector<equation_result>> {
        std::vector<equation_result> out;
        for (const auto& claim : equations_of_stock()) out.push_back(solve(tx, claim));
        for (const auto& claim : equations_of_orders()) out.push_back(solve(tx, claim));
        for (const auto& claim : equations_of_order_life()) out.push_back(solve(tx, claim));
        return out;
    };
    return record.read(work, db::access::snapshot);
}

}  // namespace market::proof
