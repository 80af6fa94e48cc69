#include "support/catch.hpp"

#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/page.hpp>

#include <set>
#include <thread>

namespace market {

TEST_CASE("new ids rise strictly, also from many threads", "[base]") {
    constexpr int threads = 4;
    constexpr int each = 20'000;
    std::vector<std::vector<order_id>> made(threads);
    std::vector<std::thread> crowd;
    for (auto& mine : made) {
        crowd.emplace_back([&mine] {
            for (int i = 0; i < each; ++i) mine.push_back(make_id<order_id>());
        });
    }
    for (auto& one : crowd) one.join();
    std::set<order_id> all;
    for (const auto& mine : made) {
        CHECK(std::adjacent_find(mine.begin(), mine.end(), std::greater_equal<>{}) == mine.end());
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == threads * each);
}

TEST_CASE("a new id is a UUIDv7 of the present", "[base]") {
    const auto before = to_micros(system_clock().now()) / 1000;
    const auto text = to_string(make_id<sale_id>());
    CHECK(text[14] == '7');
    CHECK(std::string{"89ab"}.find(text[19]) != std::string::npos);
    const auto millis = std::stoll(text.substr(0, 8) + text.substr(9, 4), nullptr, 16);
    CHECK(millis >= before);
    CHECK(millis <= before + 10'000);
}

TEST_CASE("an id is read in its canonical form only, in either case", "[base]") {
    const auto made = make_id<product_id>();
    auto text = to_string(made);
    CHECK(parse_id<product_id>(text) == made);
    for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(parse_id<product_id>(text) == made);
    for (const auto* wrong :
         {"", "0198c5d2", "0198c5d2-7a3b-7c4d-8e5f-0123456789a",
          "0198c5d2-7a3b-7c4d-8e5f-0123456789abc", "0198c5d27a3b7c4d8e5f0123456789abcdef",
          "{198c5d2-7a3b-7c4d-8e5f-0123456789ab", "0198c5d2-7a3b-7c4d-8e5f-0123456789ag",
          "0198c5d-27a3b-7c4d-8e5f-0123456789ab", "0198c5d2-7a3b-7c4d-8e5f-01234567 9ab"}) {
        CAPTURE(wrong);
        CHECK(!parse_id<product_id>(wrong));
    }
}

TEST_CASE("a cursor leads back to its id, and nothing else is a cursor", "[base]") {
    const auto last = make_id<order_id>();
    page_request request;
    CHECK(!cursor_position<order_id>(request).value());
    request.cursor = make_cursor(last.bytes);
    CHECK(cursor_position<order_id>(request).value() == last);
    for (const auto* wrong :
         {"", "x", "AAAA", "not a cursor at all...", "AAAAAAAAAAAAAAAAAAAAAB"}) {
        CAPTURE(wrong);
        const auto refused = read_cursor(wrong);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::validation_failed);
        CHECK(refused.error().culprits.at(0).where == culprit::place::parameter);
        CHECK(refused.error().culprits.at(0).at == "cursor");
        CHECK(refused.error().culprits.at(0).code == "format");
    }
}

TEST_CASE("a page is cut at its limit and names where the next begins", "[base]") {
    std::vector<order_id> rows{make_id<order_id>(), make_id<order_id>(), make_id<order_id>()};
    page_request request;
    request.limit = 2;
    const auto itself = [](const order_id& row) { return row; };
    const auto first = cut_page(rows, request, itself);
    CHECK(first.items.size() == 2);
    CHECK(first.next_cursor == make_cursor(rows[1].bytes));
    request.limit = 3;
    const auto last = cut_page(rows, request, itself);
    CHECK(last.items.size() == 3);
    CHECK(!last.next_cursor);
}

}  // namespace market
