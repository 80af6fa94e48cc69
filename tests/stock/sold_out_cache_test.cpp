#include "gate/sold_out_cache.hpp"
#include "support/catch.hpp"

namespace market::stock {
namespace {

using namespace std::chrono_literals;

/// A sale at a limit of 2, sold out at version 7 to one buyer, as one process knows it.
struct sold_out_sale {
    sold_out_cache cache;
    sale_id id = make_id<sale_id>();
    user_id holder = make_id<user_id>();
    purchase_key done = make_random_id<purchase_key>();
    deadline start{1h};

    sold_out_answer answer(std::int64_t version = 7) const {
        return {"run:1", version, 2, from_micros(2'000'000'000), from_micros(1'000'000'000)};
    }
    bool put_answer(deadline asked, std::int64_t version = 7) {
        return cache.put_answer(id, answer(version), asked);
    }
    void put_known_ids(std::int64_t version = 7, std::string tag = "run:1") {
        cache.put_known_ids(id, tag, version, {holder.bytes, done.bytes});
    }
    admission_request request_of(user_id buyer, std::int64_t units = 1) const {
        return {id, buyer, units, make_random_id<purchase_key>(), make_random_id<attempt_id>()};
    }
    bool refuses(deadline now) { return refuses(request_of(make_id<user_id>()), now); }
    bool refuses(const admission_request& wanted, deadline now) {
        return cache.refusal(wanted, now).has_value();
    }
};

}  // namespace

TEST_CASE("a stranger is refused while answer and ids are of one version", "[gate][sold_out]") {
    sold_out_sale sale;
    CHECK_FALSE(sale.refuses(sale.start));
    CHECK(sale.put_answer(sale.start));
    CHECK_FALSE(sale.refuses(sale.start));  // no ids yet
    sale.put_known_ids();
    CHECK(sale.refuses(sale.start));
    CHECK(sale.cache.refusal(sale.request_of(make_id<user_id>(), 2), sale.start)->remaining == 0);

    sale.put_answer(sale.start + 10ms, 8);
    CHECK_FALSE(sale.refuses(sale.start + 10ms));
    sale.put_known_ids();  // read before, came late
    CHECK_FALSE(sale.refuses(sale.start + 10ms));
    sale.put_known_ids(8, "run:2");
    CHECK_FALSE(sale.refuses(sale.start + 10ms));
    sale.put_known_ids(8);
    CHECK(sale.refuses(sale.start + 10ms));
}

TEST_CASE("buyers who had a hold or an order, and keys that are done, ask the gate",
          "[gate][sold_out]") {
    sold_out_sale sale;
    sale.put_answer(sale.start);
    sale.put_known_ids();
    CHECK_FALSE(sale.refuses(sale.request_of(sale.holder), sale.start));
    auto again = sale.request_of(make_id<user_id>());
    again.key = sale.done;
    CHECK_FALSE(sale.refuses(again, sale.start));
}

TEST_CASE("a request above the limit, or for another sale, asks the gate", "[gate][sold_out]") {
    sold_out_sale sale;
    sale.put_answer(sale.start);
    sale.put_known_ids();
    CHECK(sale.refuses(sale.request_of(make_id<user_id>(), 2), sale.start));
    CHECK_FALSE(sale.refuses(sale.request_of(make_id<user_id>(), 3), sale.start));
    auto elsewhere = sale.request_of(make_id<user_id>());
    elsewhere.sale = make_id<sale_id>();
    CHECK_FALSE(sale.refuses(elsewhere, sale.start));
}

TEST_CASE("an answer lasts less than 100 ms, and from 50 ms on a request renews it",
          "[gate][sold_out]") {
    sold_out_sale sale;
    sale.put_answer(sale.start);
    sale.put_known_ids();
    CHECK(sale.refuses(sale.start + 49ms));
    CHECK_FALSE(sale.refuses(sale.start + 50ms));  // sent to ask
    CHECK(sale.refuses(sale.start + 51ms));
    CHECK(sale.refuses(sale.start + 69ms));
    CHECK_FALSE(sale.refuses(sale.start + 70ms));  // the next
    CHECK(sale.refuses(sale.start + 71ms));
    CHECK_FALSE(sale.refuses(sale.start + 100ms));
    CHECK_FALSE(sale.put_answer(sale.start + 100ms));
    CHECK(sale.refuses(sale.start + 100ms));
    CHECK_FALSE(sale.put_answer(sale.start + 90ms, 6));  // an older answer that came late
    CHECK(sale.refuses(sale.start + 101ms));
}

TEST_CASE("of a sale that may have ended by the gate's clock the gate is asked",
          "[gate][sold_out]") {
    sold_out_sale sale;
    auto answer = sale.answer();
    answer.ends_at = answer.now + 30ms;
    sale.cache.put_answer(sale.id, answer, sale.start);
    sale.put_known_ids();
    CHECK(sale.refuses(sale.start + 29ms));
    CHECK_FALSE(sale.refuses(sale.start + 30ms));
}

TEST_CASE("ids are wanted once a second, for a version that has none", "[gate][sold_out]") {
    sold_out_sale sale;
    CHECK(sale.put_answer(sale.start));
    CHECK_FALSE(sale.put_answer(sale.start + 10ms));
    CHECK_FALSE(sale.put_answer(sale.start + 20ms, 8));
    CHECK(sale.put_answer(sale.start + 1s, 9));
    sale.put_known_ids(9);
    CHECK_FALSE(sale.put_answer(sale.start + 5s, 9));
}

TEST_CASE("the cache is bounded and forgets sales that nobody asks for", "[gate][sold_out]") {
    sold_out_sale sale;
    for (int i = 0; i < 100; ++i)
        CHECK(sale.cache.put_answer(make_id<sale_id>(), sale.answer(), sale.start));
    CHECK_FALSE(sale.put_answer(sale.start + 1ms));
    CHECK(sale.put_answer(sale.start + 1s));
}

}  // namespace market::stock
