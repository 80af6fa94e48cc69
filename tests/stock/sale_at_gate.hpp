#pragma once
/// The calls of the gate contract, short enough to read in a test.
#include "stock/gate_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace market::stock::testing {

using market::testing::eventually;
using namespace std::chrono_literals;

/// Units that came back can be admitted after this much gate time at the latest.
inline constexpr auto units_come_back_in = 150ms;

/// One sale at one gate. Its calls fail the test when the gate answers an error.
class sale_at_gate {
public:
    explicit sale_at_gate(const gate_kind& kind) : fixture_(kind.make()) {}

    gate_fixture& fixture() { return *fixture_; }
    stock_gate& gate() { return fixture_->gate(); }
    instant now() const { return fixture_->now(); }
    void advance(std::chrono::milliseconds by) { fixture_->advance(by); }

    /// A sale that opened a minute ago and ends in an hour.
    gate_contents sale_of(std::int64_t units, std::int64_t limit = 1'000,
                          std::int64_t epoch = 1) const {
        gate_contents out;
        out.epoch = epoch;
        out.starts_at = now() - 1min;
        out.ends_at = now() + 1h;
        out.per_user_limit = limit;
        out.total = units;
        return out;
    }

    result<bool> try_load(gate_contents contents) {
        return fixture().settle(gate().load_and_open(id, std::move(contents)));
    }
    bool load(gate_contents contents) { return try_load(std::move(contents)).value(); }

    admission_request request_of(user_id buyer, std::int64_t units = 1) const {
        return {id, buyer, units, make_random_id<purchase_key>(), make_random_id<attempt_id>()};
    }
    result<admit_answer> try_admit(const admission_request& wanted) {
        return fixture().settle(gate().admit(wanted));
    }
    admit_answer admit(const admission_request& wanted) { return try_admit(wanted).value(); }
    /// Fails the test when the request is refused.
    hold_ref hold(const admission_request& wanted) {
        auto answer = admit(wanted);
        REQUIRE(std::holds_alternative<admitted>(answer));
        auto in = std::get<admitted>(answer);
        return {id, in.epoch, wanted.key, in.seq};
    }

    void confirm(hold_ref admission) {
        REQUIRE(fixture().settle(gate().confirm_one(admission)).has_value());
    }
    void cancel(hold_ref admission) {
        REQUIRE(fixture().settle(gate().cancel(admission)).has_value());
        advance(units_come_back_in);
    }
    result<credit_answer> try_give_back(const credit& returned) {
        auto out = fixture().settle(gate().give_back(returned));
        advance(units_come_back_in);
        return out;
    }
    credit_answer give_back(const credit& returned) { return try_give_back(returned).value(); }
    credit credit_of(user_id buyer, std::int64_t units, std::int64_t epoch = 1) const {
        return {make_id<credit_id>(), id, buyer, units, epoch};
    }

    gate_view look() { return fixture().settle(gate().look({id})).value().at(0); }
    gate_view freeze() { return fixture().settle(gate().freeze(id)).value(); }
    void remove() { REQUIRE(fixture().settle(gate().remove(id)).has_value()); }
    std::vector<stock::hold> holds() { return holds_until(now()); }
    std::vector<stock::hold> holds_until(instant until) {
        return fixture().settle(gate().holds(id, until)).value();
    }
    gate_contents dump() {
        auto out = fixture().settle(gate().dump(id)).value();
        std::ranges::sort(out.done);
        std::ranges::sort(out.buyers, {}, &buyer_units::buyer);
        return out;
    }

    sale_id id = make_id<sale_id>();

private:
    std::unique_ptr<gate_fixture> fixture_;
};

template <class Answer>
bool is(const admit_answer& answer) {
    return std::holds_alternative<Answer>(answer);
}

/// Whether it failed, loudly. (error() of a success is a default failure, whose code is internal.)
template <class T>
bool fails(const result<T>& answer) {
    return answer.has_error() && answer.error().code == errc::internal;
}

inline user_id somebody() { return make_id<user_id>(); }

}  // namespace market::stock::testing
