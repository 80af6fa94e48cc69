// The last line of defence: what the schema itself refuses, whoever writes it.
#include "support/backend.hpp"
#include "support/catch.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace market::db::test {
namespace {

/// A row that is well, and changes of it that break this one constraint.
struct guarded {
    std::string_view constraint;
    raw table;
    raw row;  ///< columns and values
    std::vector<raw> refused;
    std::vector<raw> allowed{};
};

constexpr raw a_payment =
    "(order_id, id, state, amount, method, at, awaited, expires_at)"
    " VALUES (x'01', x'02', 'pending', 5, 'card', 0, 1, 0)";
constexpr raw a_movement =
    "(id, at, pool_id, product_id, kind, delta, reason, actor)"
    " VALUES (x'01', 0, x'02', x'03', 'received', 1, '', '')";
constexpr raw a_line =
    "(order_id, line_no, product_id, sale_id, product_name, quantity, unit_price, admission_seq)"
    " VALUES (x'01', 1, x'02', x'03', '', 1, 5, 1)";
constexpr raw a_user =
    "(id, email, email_folded, password_hash, name, role, created_at)"
    " VALUES (x'01', 'e', 'e', '', '', 'user', 0)";

const std::vector<guarded>& constraints() {
    static const std::vector<guarded> all{
        {"users_role", "users", a_user, {"role = 'owner'"}, {"role = 'admin'"}},
        {"users_address",
         "users",
         a_user,
         {"address_state = ''", "address_city = ''", "address_zipcode = ''", "address_street = ''",
          "address_state = '', address_city = '', address_zipcode = ''"},
         {"address_state = '', address_city = '', address_zipcode = '', address_street = ''"}},
        {"email_codes_tries",
         "email_codes",
         "(purpose, email_folded, code_mac, tries, expires_at) VALUES ('', '', x'01', 0, 0)",
         {"tries = -1", "tries = 6"},
         {"tries = 5"}},
        {"sessions_generation",
         "sessions",
         "(id, user_id, generation, rotated_at, expires_at, access_until)"
         " VALUES (x'01', x'02', 1, 0, 0, 0)",
         {"generation = 0"},
         {"generation = 2"}},
        {"pools_never_oversold",
         "pools",
         "(id, product_id, total, low_at) VALUES (x'01', x'02', 5, 0)",
         {"sold = -1", "sold = 6"},
         {"sold = 5"}},
        {"stock_movements_kind",
         "stock_movements",
         a_movement,
         {"kind = 'lost'"},
         {"kind = 'adjusted'", "kind = 'allocated'", "kind = 'returned'"}},
        {"stock_movements_delta", "stock_movements", a_movement, {"delta = 0"}, {"delta = -1"}},
        {"sale_buyers_limit",
         "sale_buyers",
         "(sale_id, user_id, quantity, quantity_max) VALUES (x'01', x'02', 1, 2)",
         {"quantity = -1", "quantity = 3"},
         {"quantity = 0", "quantity = 2"}},
        {"products_price",
         "products",
         "(id, name, description, category, price, search_text, created_at)"
         " VALUES (x'01', '', '', '', 5, '', 0)",
         {"price = -1"},
         {"price = 0"}},
        {"sales_ranges",
         "sales",
         "(id, product_id, title, price, quantity, per_user_limit, starts_at, ends_at, created_at)"
         " VALUES (x'01', x'02', '', 5, 2, 2, 0, 2, 0)",
         {"price = -1", "quantity = 0", "per_user_limit = 0", "ends_at = 0"},
         {"price = 0", "quantity = 1", "per_user_limit = 1", "ends_at = 1"}},
        {"purchase_keys_void",
         "purchase_keys",
         "(rid, user_id, fingerprint, order_id, reply, at)"
         " VALUES (x'01', x'02', x'03', x'04', '', 0)",
         {"reply = NULL", "order_id = NULL", "sale_id = x'05'", "order_id = NULL, reply = NULL"},
         {"order_id = NULL, reply = NULL, sale_id = x'05'"}},
        {"orders_state",
         "orders",
         "(id, user_id, state, total, line_count, ship_state, ship_city, ship_zipcode, ship_street,"
         " placed_at, events) VALUES (x'01', x'02', 'confirmed', 5, 1, '', '', '', '', 0, 1)",
         {"state = 'lost'"},
         {"state = 'pending_payment'", "state = 'preparing'", "state = 'shipped'",
          "state = 'delivered'", "state = 'return_requested'", "state = 'returned'",
          "state = 'cancelled'", "state = 'expired'"}},
        {"order_lines_quantity", "order_lines", a_line, {"quantity = 0"}, {"quantity = 2"}},
        {"order_lines_admission",
         "order_lines",
         a_line,
         {"sale_id = NULL", "admission_seq = NULL"},
         {"sale_id = NULL, admission_seq = NULL"}},
        {"deliveries_state",
         "deliveries",
         "(order_id, state, pending_at) VALUES (x'01', 'pending', 0)",
         {"state = 'lost'"},
         {"state = 'preparing'", "state = 'shipped'", "state = 'delivered'",
          "state = 'cancelled'"}},
        {"payments_state",
         "payments",
         a_payment,
         {"state = 'lost', awaited = 0"},
         {"state = 'captured', awaited = 0", "state = 'declined'"}},
        {"payments_awaited",
         "payments",
         a_payment,
         {"state = 'captured'", "state = 'refunded', refund_reason = ''"}},
        {"payments_refund",
         "payments",
         a_payment,
         {"refund_reason = ''", "state = 'refunded', awaited = 0"},
         {"state = 'refunded', awaited = 0, refund_reason = ''"}},
        {"payments_owed",
         "payments",
         a_payment,
         {"owed = 'capture'", "owed = 'refund'", "state = 'captured', awaited = 0, owed = 'bribe'"},
         {"state = 'captured', awaited = 0, owed = 'capture'",
          "state = 'refunded', awaited = 0, refund_reason = '', owed = 'refund'"}},
        {"order_returns_accepted",
         "order_returns",
         "(order_id, reason, requested_at) VALUES (x'01', '', 0)",
         {"accepted_at = 1", "accepted_by = x'02'"},
         {"accepted_at = 1, accepted_by = x'02'"}},
    };
    return all;
}

/// Why the row of `of` cannot be there, or not be changed so; empty when it can. Nothing stays.
std::optional<cause> refusal(database& record, const guarded& of, std::optional<raw> change = {}) {
    try {
        const auto tx = record.begin(access::write);
        tx->execute(sql{} << "INSERT INTO " << of.table << " " << of.row);
        if (change) tx->execute(sql{} << "UPDATE " << of.table << " SET " << *change);
        return std::nullopt;
    } catch (const error& refused) {
        return refused.why();
    }
}

}  // namespace

TEST_CASE("the schema refuses rows that cannot be, and no others", "[schema]") {
    const auto home = fresh_database::on(GENERATE(from_range(database_kinds())));
    const auto record = home->open_migrated();
    for (const auto& each : constraints()) {
        INFO(each.constraint);
        CHECK(refusal(*record, each) == std::nullopt);
        for (const auto to : each.refused) {
            INFO(to.text());
            CHECK(refusal(*record, each, to) == cause::check_violation);
        }
        for (const auto to : each.allowed) {
            INFO(to.text());
            CHECK(refusal(*record, each, to) == std::nullopt);
        }
    }
}

TEST_CASE("each constraint of the schema was tried", "[schema]") {
    const auto home = fresh_database::on("sqlite");
    const auto record = home->open_migrated();
    std::set<std::string_view> tried;
    for (const auto& each : constraints()) tried.insert(each.constraint);
    auto tables = record->read([](transaction& tx) {
        return result<std::vector<std::tuple<std::string>>>{tx.query<std::string>(
            sql{} << "SELECT sql FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'")};
    });
    std::set<std::string> there;
    for (const auto& [text] : tables.value()) {
        constexpr std::string_view before = "CONSTRAINT ";
        for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
            at += before.size();
            there.insert(text.substr(at, text.find(' ', at) - at));
        }
    }
    CHECK(std::set<std::string>(tried.begin(), tried.end()) == there);
}

}  // namespace market::db::test
