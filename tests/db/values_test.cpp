#include "support/backend.hpp"

#include "support/catch.hpp"

#include <limits>
#include <set>

namespace market::db::test {
namespace {

std::string every_byte() {
    std::string out;
    for (int byte = 0; byte < 256; ++byte) out.push_back(static_cast<char>(byte));
    return out;
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

template <class T>
concept writable = requires(sql& text, T value) {
    text << value;
};
// A pointer must not slip through as a bool, nor a text of run time as SQL.
static_assert(writable<std::string> && writable<std::string_view> && writable<bool>);
static_assert(!writable<const char*> && !writable<char*> && !writable<const char* const&>);
static_assert(!writable<const void*>);

}  // namespace

TEST_CASE("a text comes back as it was written, whatever is in it", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    must_run(
        *shop,
        sql{} << (shop->dialect() == dialect::sqlite
                      ? raw{"CREATE TABLE texts (id INTEGER PRIMARY KEY, a TEXT, b TEXT) STRICT"}
                      : raw{"CREATE TABLE texts (id INTEGER PRIMARY KEY, a TEXT, b TEXT) "
                            "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"}));
    const std::vector<std::string> texts{"",
                                         "plain",
                                         "it's",
                                         "''",
                                         "'",
                                         "back\\slash",
                                         "ends with \\",
                                         "\\'",
                                         "a:b",
                                         ":name",
                                         "x' , ':y",
                                         "\\' , :z",
                                         "\"double :quoted\"",
                                         "-- no comment",
                                         "/* none */",
                                         "percent % _ ?",
                                         "semi;colon",
                                         "`tick`",
                                         "new\nline\r\n\ttab",
                                         "한국어 상품",
                                         "emoji \U0001F600\U0001F469\u200D\U0001F680",
                                         "$1 @x #y",
                                         "\x1a \x7f",
                                         std::string(100'000 / 2, '\'')};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto tx = shop->begin(access::write);
        // Two in one statement: a literal that is misread would spill into the next.
        const std::string neighbour = "neighbour :n '" + std::to_string(i) + "'";
        CHECK(tx->execute(sql{} << "INSERT INTO texts VALUES (" << i << ", " << texts[i] << ", "
                                << neighbour << ")") == 1);
        const auto row = tx->query_one<std::string, std::string>(
            sql{} << "SELECT a, b FROM texts WHERE id = " << i << " AND a = " << texts[i]);
        REQUIRE(row);
        CHECK(std::get<0>(*row) == texts[i]);
        CHECK(std::get<1>(*row) == neighbour);
        CHECK(tx->commit() == commit_outcome::committed);
    }
}

TEST_CASE("a text with a NUL is refused before it becomes SQL", "[db]") {
    CHECK_THROWS_AS(sql{} << std::string_view("a\0b", 3), std::invalid_argument);
}

TEST_CASE("binary values come back whole, with every byte", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const std::vector<std::string> bodies{"", std::string(3, '\0'), every_byte(), "a\\'b'':c",
                                          std::string(200'000, '\xFF') + '\0' + "end"};
    const auto tx = shop->begin(access::write);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        tx->execute(sql{} << "INSERT INTO things (id, body) VALUES (" << i << ", "
                          << bytes_of(bodies[i]) << ")");
    }
    const auto rows = tx->query<blob>(sql{} << "SELECT body FROM things ORDER BY id");
    REQUIRE(rows.size() == bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i) CHECK(std::get<0>(rows[i]).data == bodies[i]);
}

TEST_CASE("ids, money and times come back as they were", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto order = make_id<order_id>();
    const auto at = system_clock().now();
    const auto tx = shop->begin(access::write);
    tx->execute(sql{} << "INSERT INTO things (id, body, amount) VALUES (" << at << ", " << order
                      << ", " << money{price_max} << ")");
    const auto row = tx->query_one<instant, order_id, money>(
        sql{} << "SELECT id, body, amount FROM things WHERE body = " << order);
    REQUIRE(row);
    CHECK(*row == std::tuple{at, order, money{price_max}});
    CHECK_THROWS_AS(tx->query<order_id>(sql{} << "SELECT x'00'"), db::error);
}

TEST_CASE("64-bit integers, counts and sums are exact", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    const auto tx = shop->begin(access::write);
    tx->execute(sql{} << "INSERT INTO things (id, amount) VALUES (" << lowest << ", 5000000000), ("
                      << highest << ", 9007199254740993), (0, NULL)");
    const auto ids = tx->query<std::int64_t>(sql{} << "SELECT id FROM things ORDER BY id");
    REQUIRE(ids.size() == 3);
    CHECK(std::get<0>(ids[0]) == lowest);
    CHECK(std::get<0>(ids[2]) == highest);
    const auto sums = tx->query_one<std::int64_t, std::int64_t, std::int64_t, bool>(
        sql{} << "SELECT count(*), count(amount), SUM(amount), SUM(amount) > 1 FROM things");
    CHECK(sums ==
          std::tuple{std::int64_t{3}, std::int64_t{2}, std::int64_t{9007204254740993}, true});
    const auto none = tx->query_one<std::optional<std::int64_t>>(
        sql{} << "SELECT SUM(amount) FROM things WHERE id = 7");
    REQUIRE(none);
    CHECK(!std::get<0>(*none));
}

TEST_CASE("a NULL is empty where the type allows it and an error where not", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id, label, body, amount) VALUES (1, "
                          << std::nullopt << ", " << std::optional<order_id>{} << ", "
                          << std::optional{money{7}} << ")");
    const auto tx = shop->begin(access::read);
    const auto row =
        tx->query_one<std::optional<std::string>, std::optional<blob>, std::optional<money>>(
            sql{} << "SELECT label, body, amount FROM things");
    REQUIRE(row);
    CHECK(!std::get<0>(*row));
    CHECK(!std::get<1>(*row));
    CHECK(std::get<2>(*row) == money{7});
    CHECK_THROWS_MATCHES(tx->query<std::string>(sql{} << "SELECT label FROM things"), db::error,
                         Catch::Matchers::Predicate<db::error>(
                             [](const auto& e) { return e.why() == cause::data_error; }));
}

TEST_CASE("lists match their members, and the empty list matches nothing", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id) VALUES (1), (2), (3)");
    const auto count = [&](const std::vector<int>& wanted) {
        return shop->begin(access::read)
            ->query<int>((sql{} << "SELECT id FROM things WHERE id IN ").list(wanted))
            .size();
    };
    CHECK(count({1, 3, 9}) == 2);
    CHECK(count({}) == 0);
}

TEST_CASE("the rows of many keys are found, each key for itself", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    must_run(*shop,
             sql{} << (shop->dialect() == dialect::sqlite
                           ? raw{"CREATE TABLE pairs (owner BLOB NOT NULL, label TEXT) STRICT"}
                           : raw{"CREATE TABLE pairs (owner BINARY(16) NOT NULL, label TEXT) "
                                 "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"}));
    const std::array<user_id, 3> owners{make_id<user_id>(), make_id<user_id>(), make_id<user_id>()};
    new_rows rows{"pairs (owner, label)", 2};
    rows.add(owners[0], std::string_view{"a"});
    rows.add(owners[1], std::string_view{"b"});
    rows.add(owners[1], std::string_view{"c"});
    rows.add(owners[2], std::optional<std::string>{});
    const auto tx = shop->begin(access::write);
    tx->insert(rows);
    const raw text = "SELECT owner, label FROM pairs WHERE owner";
    const auto labels_of = [&](std::vector<user_id> keys) {
        std::multiset<std::pair<user_id, std::string>> out;
        for (auto& [owner, label] :
             tx->query_by<user_id, std::string>(text, std::span<const user_id>{keys}))
            out.emplace(owner, label);
        return out;
    };
    using found = std::multiset<std::pair<user_id, std::string>>;
    CHECK(labels_of({owners[0], owners[1]}) ==
          found{{owners[0], "a"}, {owners[1], "b"}, {owners[1], "c"}});
    CHECK(labels_of({make_id<user_id>(), owners[0]}) == found{{owners[0], "a"}});
    CHECK(labels_of({}).empty());
    CHECK_THROWS_AS(labels_of({owners[2]}), db::error);  // a NULL that was not asked for
}

TEST_CASE("a result of other columns than asked for is an error", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    CHECK_THROWS_AS(shop->begin(access::read)->query<int>(sql{} << "SELECT 1, 2"), db::error);
    CHECK_THROWS_AS(shop->begin(access::read)->query<int>(sql{} << "SELECT 'x'"), db::error);
    CHECK_THROWS_AS(shop->begin(access::read)->query<int>(sql{} << "SELECT 1.5"), db::error);
    const std::array keys{make_id<user_id>()};
    const auto by_keys = [&] {
        shop->begin(access::read)
            ->query_by<int>("SELECT 1, 2 WHERE ''", std::span<const user_id>{keys});
    };
    CHECK_THROWS_AS(by_keys(), db::error);
}

}  // namespace market::db::test
