#include "sold_out_board.hpp"
#include "support/catch.hpp"

namespace market::stock {
namespace {

using namespace std::chrono_literals;

/// A sale at a limit of 2, sold out at version 7 to one buyer, as one process knows it.
struct board_play {
    sold_out_board board;
    sale_id sale = make_id<sale_id>();
    user_id holder = make_id<user_id>();
    purchase_key done = make_random_id<purchase_key>();
    deadline start{1h};

    sold_out_word word(std::int64_t version = 7) const {
        return {"run:1", version, 2, from_micros(2'000'000'000), from_micros(1'000'000'000)};
    }
    bool put_word(deadline asked, std::int64_t version = 7) {
        return board.put_word(sale, word(version), asked);
    }
    void put_list(std::int64_t version = 7, std::string tag = "run:1") {
        board.put_list(sale, tag, version, {holder.bytes, done.bytes});
    }
    admission_request wish_of(user_id buyer, std::int64_t units = 1) const {
        return {sale, buyer, units, make_random_id<purchase_key>(), make_random_id<attempt_id>()};
    }
    bool refuses(deadline now) { return refuses(wish_of(make_id<user_id>()), now); }
    bool refuses(const admission_request& wanted, deadline now) {
        return board.refusal(wanted, now).has_value();
    }
};

}  // namespace

TEST_CASE("a stranger is refused while word and list are of one version", "[gate][board]") {
    board_play play;
    CHECK_FALSE(play.refuses(play.start));
    CHECK(play.put_word(play.start));
    CHECK_FALSE(play.refuses(play.start));  // no list yet
    play.put_list();
    CHECK(play.refuses(play.start));
    CHECK(play.board.refusal(play.wish_of(make_id<user_id>(), 2), play.start)->remaining == 0);

    play.put_word(play.start + 10ms, 8);
    CHECK_FALSE(play.refuses(play.start + 10ms));
    play.put_list();  // read before, came late
    CHECK_FALSE(play.refuses(play.start + 10ms));
    play.put_list(8, "run:2");
    CHECK_FALSE(play.refuses(play.start + 10ms));
    play.put_list(8);
    CHECK(play.refuses(play.start + 10ms));
}

TEST_CASE("whoever had a hold or an order, and every wish that is done, goes the full way",
          "[gate][board]") {
    board_play play;
    play.put_word(play.start);
    play.put_list();
    CHECK_FALSE(play.refuses(play.wish_of(play.holder), play.start));
    auto again = play.wish_of(make_id<user_id>());
    again.key = play.done;
    CHECK_FALSE(play.refuses(again, play.start));
}

TEST_CASE("a wish above the limit, or of another sale, goes the full way", "[gate][board]") {
    board_play play;
    play.put_word(play.start);
    play.put_list();
    CHECK(play.refuses(play.wish_of(make_id<user_id>(), 2), play.start));
    CHECK_FALSE(play.refuses(play.wish_of(make_id<user_id>(), 3), play.start));
    auto elsewhere = play.wish_of(make_id<user_id>());
    elsewhere.sale = make_id<sale_id>();
    CHECK_FALSE(play.refuses(elsewhere, play.start));
}

TEST_CASE("a word lasts less than 100 ms and is renewed by somebody from 50 ms on",
          "[gate][board]") {
    board_play play;
    play.put_word(play.start);
    play.put_list();
    CHECK(play.refuses(play.start + 49ms));
    CHECK_FALSE(play.refuses(play.start + 50ms));  // sent to ask
    CHECK(play.refuses(play.start + 51ms));
    CHECK(play.refuses(play.start + 69ms));
    CHECK_FALSE(play.refuses(play.start + 70ms));  // the next
    CHECK(play.refuses(play.start + 71ms));
    CHECK_FALSE(play.refuses(play.start + 100ms));
    CHECK_FALSE(play.put_word(play.start + 100ms));
    CHECK(play.refuses(play.start + 100ms));
    CHECK_FALSE(play.put_word(play.start + 90ms, 6));  // an older word, come late
    CHECK(play.refuses(play.start + 101ms));
}

TEST_CASE("a sale that may have ended by the gate's clock is asked for", "[gate][board]") {
    board_play play;
    auto word = play.word();
    word.ends_at = word.now + 30ms;
    play.board.put_word(play.sale, word, play.start);
    play.put_list();
    CHECK(play.refuses(play.start + 29ms));
    CHECK_FALSE(play.refuses(play.start + 30ms));
}

TEST_CASE("a list is wanted once a second, for a version that has none", "[gate][board]") {
    board_play play;
    CHECK(play.put_word(play.start));
    CHECK_FALSE(play.put_word(play.start + 10ms));
    CHECK_FALSE(play.put_word(play.start + 20ms, 8));
    CHECK(play.put_word(play.start + 1s, 9));
    play.put_list(9);
    CHECK_FALSE(play.put_word(play.start + 5s, 9));
}

TEST_CASE("a board remembers so many sales and forgets what nobody asks for", "[gate][board]") {
    board_play play;
    for (int i = 0; i < 100; ++i)
        CHECK(play.board.put_word(make_id<sale_id>(), play.word(), play.start));
    CHECK_FALSE(play.put_word(play.start + 1ms));
    CHECK(play.put_word(play.start + 1s));
}

}  // namespace market::stock
