#include "stock/ledger_fixture.hpp"

#include <iostream>

namespace market::stock::testing {

const std::vector<std::string>& database_kinds() {
    static const auto kinds = [] {
        std::vector<std::string> out{"sqlite"};
        for (const std::string kind : {"mysql", "mariadb"}) {
            const auto* variable =
                kind == "mysql" ? "MARKET_TEST_MYSQL_URL" : "MARKET_TEST_MARIADB_URL";
            if (db::test::server_from_environment(variable))
                out.push_back(kind);
            else
                std::cout << kind << ": skipped, because " << variable << " is not set\n";
        }
        return out;
    }();
    return kinds;
}

}  // namespace market::stock::testing
