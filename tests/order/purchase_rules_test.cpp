/// What a purchase key and a fingerprint stand for. Both are stored: a request that is repeated
/// after an upgrade has to find its order.
#include "purchase/purchase_rules.hpp"
#include "support/catch.hpp"

#include <functional>
#include <vector>

using namespace market;
using namespace market::order;
using namespace std::chrono_literals;

namespace {

template <class Id>
Id id_of(char last) {
    return parse_id<Id>(std::string{"01890000-0000-7000-8000-00000000000"} + last).value();
}

purchase_request a_request() {
    return {.buyer = id_of<user_id>('3'),
            .lines = {{id_of<sale_id>('1'), 2}, {id_of<product_id>('2'), 1}},
            .address = address{"Seoul", "Jung-gu", "04524", "110 Sejong-daero"},
            .idempotency_key = "k",
            .traceparent = "",
            .until = {}};
}

struct change {
    const char* member;
    std::function<void(purchase_request&)> make;
};

const std::vector<change> of_the_body{
    {"the first thing is another sale", [](auto& to) { to.lines[0].thing = id_of<sale_id>('9'); }},
    {"the first thing is a product", [](auto& to) { to.lines[0].thing = id_of<product_id>('1'); }},
    {"the second thing is another product",
     [](auto& to) { to.lines[1].thing = id_of<product_id>('9'); }},
    {"the second thing is a sale", [](auto& to) { to.lines[1].thing = id_of<sale_id>('2'); }},
    {"the first quantity", [](auto& to) { to.lines[0].quantity = 3; }},
    {"the second quantity", [](auto& to) { to.lines[1].quantity = 3; }},
    {"the order of the lines", [](auto& to) { std::swap(to.lines[0], to.lines[1]); }},
    {"one line more",
     [](auto& to) {
         to.lines.push_back({id_of<product_id>('4'), 1});
     }},
    {"one line less", [](auto& to) { to.lines.pop_back(); }},
    {"state", [](auto& to) { to.address->state = "Busan"; }},
    {"city", [](auto& to) { to.address->city = "Mapo"; }},
    {"zipcode", [](auto& to) { to.address->zipcode = "04001"; }},
    {"street", [](auto& to) { to.address->street = "1 World Cup-ro"; }},
    {"where state ends and city begins",
     [](auto& to) {
         to.address->state = "Seou";
         to.address->city = "lJung-gu";
     }},
    {"no address", [](auto& to) { to.address.reset(); }},
};

const std::vector<change> of_the_rest{
    {"buyer", [](auto& to) { to.buyer = id_of<user_id>('9'); }},
    {"another key", [](auto& to) { to.idempotency_key = "other"; }},
    {"no key", [](auto& to) { to.idempotency_key.reset(); }},
    {"traceparent", [](auto& to) { to.traceparent = "00-1-2-01"; }},
    {"until", [](auto& to) { to.until += 1s; }},
    {"profile_may_lack_address", [](auto& to) { to.profile_may_lack_address = true; }},
};

/// A new member does not compile here: it belongs to one of the two lists above.
[[maybe_unused]] void all_members(const purchase_request& of) {
    [[maybe_unused]] const auto& [buyer, lines, to, key, traceparent, until, lacks] = of;
    [[maybe_unused]] const auto& [thing, quantity] = lines.front();
    [[maybe_unused]] const auto& [state, city, zipcode, street] = *to;
}

}  // namespace

TEST_CASE("each member of a purchase's body changes its fingerprint, nothing else does",
          "[order][rules]") {
    const auto fingerprint = fingerprint_of(a_request());
    const auto fingerprint_after = [](const change& of) {
        auto request = a_request();
        of.make(request);
        return fingerprint_of(request);
    };
    for (const auto& each : of_the_body) {
        INFO(each.member);
        CHECK(fingerprint_after(each) != fingerprint);
    }
    for (const auto& each : of_the_rest) {
        INFO(each.member);
        CHECK(fingerprint_after(each) == fingerprint);
    }
}

TEST_CASE("keys and fingerprints stay what they were, for those that are stored",
          "[order][rules]") {
    CHECK(to_hex(fingerprint_of(a_request())) ==
          "e1a1312d466f0387bbacf79ed533066963d852813feb1634f0fe00a8c47e6564");
    const auto buyer = id_of<user_id>('3'), other = id_of<user_id>('9');
    CHECK(to_hex(make_purchase_key(buyer, "k").bytes) == "3d48d9fe240acbb340e10e68b70cc4b0");
    CHECK(make_purchase_key(other, "k") != make_purchase_key(buyer, "k"));
    CHECK(make_purchase_key(buyer, "other") != make_purchase_key(buyer, "k"));
    CHECK(make_purchase_key(buyer, {}) != make_purchase_key(buyer, {}));
}
