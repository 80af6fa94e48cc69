#include "gate/gated_sale.hpp"
#include "gate/redis_load.hpp"
#include "gate/redis_replies.hpp"
#include "gate/redis_scripts.hpp"
#include "gate/sold_out_cache.hpp"

#include <market/base/limits.hpp>
#include <market/base/log.hpp>
#include <market/redis/client.hpp>

#include <algorithm>
#include <exception>
#include <map>

namespace market::stock {
namespace {

namespace scripts = redis_scripts;
namespace replies = redis_replies;

/// A script with more would keep other calls waiting.
constexpr std::size_t refs_at_once = 500;
constexpr std::size_t sales_at_once = 100;

failure malformed_reply() {
    return {errc::gate_unavailable, "the gate in Redis gave an answer that makes no sense"};
}

/// Reads the reply with `read`, which returns a T or a result<T>.
template <class T, class Read>
result<T> parse(const result<redis::reply>& reply, Read read) {
    if (!reply) return reply.error();
    try {
        return read(*reply);
    } catch (const replies::malformed&) {
        return malformed_reply();
    }
}

std::string text_of(const std::array<std::byte, 16>& bytes) {
    return std::string{replies::chars_of(bytes)};
}

void append(std::vector<std::string>& arguments, const hold_ref& ref) {
    arguments.push_back(std::to_string(ref.epoch));
    arguments.push_back(text_of(ref.key.bytes));
    arguments.push_back(std::to_string(ref.seq));
}

std::vector<std::string> arguments_of(const hold_ref& ref) {
    std::vector<std::string> out;
    append(out, ref);
    return out;
}

sold_out_answer sold_out_answer_in(const redis::reply& reply) {
    return {replies::at(reply, 2).text, replies::number(reply, 3), replies::number(reply, 4),
            replies::moment(reply, 5), replies::moment(reply, 6)};
}

result<admit_answer> admission_in(const redis::reply& reply) {
    using replies::number;
    switch (static_cast<scripts::admission>(number(reply, 0))) {
        case scripts::admission::stale: return admit_answer{stale{}};
        case scripts::admission::admitted:
            return admit_answer{admitted{number(reply, 1), number(reply, 2)}};
        case scripts::admission::known: return admit_answer{known{number(reply, 1) == 1}};
        case scripts::admission::sold_out: return admit_answer{sold_out{number(reply, 1)}};
        case scripts::admission::purchase_limit:
            return admit_answer{purchase_limit{number(reply, 1), number(reply, 2)}};
        case scripts::admission::not_open: return admit_answer{not_open{replies::moment(reply, 1)}};
        case scripts::admission::paused: return admit_answer{paused{}};
        case scripts::admission::ended: return admit_answer{ended{}};
        case scripts::admission::other_request:
            return failure{errc::internal, "an attempt came back to the gate as another request"};
    }
    return malformed_reply();
}

result<credit_answer> credit_in(const redis::reply& reply) {
    switch (static_cast<scripts::credit_result>(reply.integer)) {
        case scripts::credit_result::deferred: return credit_answer::deferred;
        case scripts::credit_result::applied: return credit_answer::applied;
        case scripts::credit_result::obsolete: return credit_answer::obsolete;
        case scripts::credit_result::drift:
            return failure{errc::internal, "more units came back to the gate than it gave"};
    }
    return malformed_reply();
}

result<void> without_value(const result<redis::reply>& reply) {
    if (!reply) return reply.error();
    return {};
}

/// Keeps no state but the cache of sold-out answers: the gate is in Redis.
class redis_gate final : public stock_gate {
public:
    redis_gate(redis::client& server, deadline (*steady)()) : server_(server), steady_(steady) {}

    asio::awaitable<result<admit_answer>> admit(admission_request wanted) override {
        if (wanted.units < 1 || wanted.units > line_quantity_max)
            co_return failure{errc::internal,
                              "an admission request of units out of range came to the gate"};
        const auto asked_at = steady_();
        if (auto refused = sold_out_cache_.refusal(wanted, asked_at))
            co_return admit_answer{*refused};

        std::vector<std::string> arguments{text_of(wanted.buyer.bytes),
                                           std::to_string(wanted.units), text_of(wanted.key.bytes),
                                           text_of(wanted.attempt.bytes)};
        auto reply = co_await ask(scripts::admit(), wanted.sale, std::move(arguments));
        auto answer = parse<admit_answer>(reply, admission_in);
        if (answer && std::holds_alternative<sold_out>(*answer) &&
            std::get<sold_out>(*answer).remaining == 0)
            co_await remember_sold_out(wanted.sale, std::move(*reply), asked_at);
        co_return answer;
    }

    void confirm(std::vector<hold_ref> admissions) noexcept override {
        try {
            std::map<sale_id, std::vector<std::string>> by_sale;
            for (const auto& one : admissions) {
                auto& arguments = by_sale[one.sale];
                append(arguments, one);
                if (arguments.size() < 3 * refs_at_once) continue;
                server_.evaluate_soon(scripts::confirm(), {gate_key(one.sale)},
                                      std::exchange(arguments, {}));
            }
            for (auto& [sale, arguments] : by_sale)
                if (!arguments.empty())
                    server_.evaluate_soon(scripts::confirm(), {gate_key(sale)},
                                          std::move(arguments));
        } catch (const std::exception& error) {
            log::warning("gate.confirm_lost", {{"reason", std::string{error.what()}}});
        }
    }

    asio::awaitable<result<void>> confirm_one(hold_ref admission) override {
        auto arguments = arguments_of(admission);
        auto reply = co_await ask(scripts::confirm(), admission.sale, std::move(arguments));
        co_return without_value(reply);
    }

    asio::awaitable<result<void>> cancel(hold_ref admission) override {
        auto arguments = arguments_of(admission);
        auto reply = co_await ask(scripts::cancel(), admission.sale, std::move(arguments));
        co_return without_value(reply);
    }

    asio::awaitable<result<credit_answer>> give_back(credit returned) override {
        std::vector<std::string> arguments{
            text_of(returned.id.bytes), text_of(returned.buyer.bytes),
            std::to_string(returned.units), std::to_string(returned.epoch)};
        auto reply = co_await ask(scripts::give_back(), returned.sale, std::move(arguments));
        co_return parse<credit_answer>(reply, credit_in);
    }

    asio::awaitable<result<std::vector<gate_view>>> look(std::vector<sale_id> sales) override {
        std::vector<gate_view> out;
        out.reserve(sales.size());
        for (std::size_t from = 0; from < sales.size(); from += sales_at_once) {
            std::vector<std::string> keys;
            const auto to = std::min(sales.size(), from + sales_at_once);
            for (auto i = from; i < to; ++i) keys.push_back(gate_key(sales[i]));
            const auto asked = keys.size();
            auto reply = co_await server_.evaluate(scripts::look(), std::move(keys), {});
            auto read = [&](const redis::reply& views) {
                for (std::size_t i = 0; i < asked; ++i)
                    out.push_back(replies::view(replies::at(views, i)));
                return true;
            };
            auto seen = parse<bool>(reply, read);
            if (!seen) co_return seen.error();
        }
        co_return out;
    }

    asio::awaitable<result<std::vector<hold>>> holds(sale_id sale, instant until) override {
        auto reply = co_await ask(scripts::holds(), sale, {});
        auto out = parse<std::vector<hold>>(reply, replies::holds);
        if (out) std::erase_if(*out, [until](const hold& one) { return one.taken_at > until; });
        co_return out;
    }

    asio::awaitable<result<gate_contents>> dump(sale_id sale) override {
        auto reply = co_await ask(scripts::dump(), sale, {});
        co_return parse<gate_contents>(reply, replies::contents);
    }

    asio::awaitable<result<gate_view>> freeze(sale_id sale) override {
        auto reply = co_await ask(scripts::freeze(), sale, {});
        auto read = [](const redis::reply& views) { return replies::view(replies::at(views, 0)); };
        co_return parse<gate_view>(reply, read);
    }

    asio::awaitable<result<bool>> load_and_open(sale_id sale, gate_contents contents) override {
        auto checked = gated_sale::from(contents);
        if (!checked) co_return checked.error();
        const redis_load load{gate_key(sale), contents, checked->view({})};
        for (auto& part : load.parts()) {
            std::vector<std::string> keys{part.key};
            auto staged = co_await server_.evaluate(scripts::stage(), std::move(keys),
                                                    std::move(part.arguments));
            if (!staged) co_return staged.error();
            if (staged->integer != 1) co_return lost();
        }
        auto reply = co_await server_.evaluate(scripts::open(), load.keys(), load.terms());
        if (!reply) co_return reply.error();
        switch (static_cast<scripts::opening>(reply->integer)) {
            case scripts::opening::refused: co_return false;
            case scripts::opening::opened: co_return true;
            case scripts::opening::lost: break;
        }
        co_return lost();
    }

    asio::awaitable<result<void>> remove(sale_id sale) override {
        auto reply = co_await ask(scripts::remove(), sale, {});
        co_return without_value(reply);
    }

private:
    static std::string gate_key(const sale_id& sale) {
        return "market:{" + to_string(sale) + "}:gate";
    }

    static failure lost() {
        return {errc::gate_unavailable, "Redis was restarted or emptied while a gate was loaded"};
    }

    asio::awaitable<result<redis::reply>> ask(const redis::script& code, sale_id sale,
                                              std::vector<std::string> arguments) {
        std::vector<std::string> keys{gate_key(sale)};
        return server_.evaluate(code, std::move(keys), std::move(arguments));
    }

    asio::awaitable<void> remember_sold_out(sale_id sale, redis::reply refusal, deadline asked_at) {
        const auto answer = sold_out_answer_in(refusal);
        if (answer.version < 0 || !sold_out_cache_.put_answer(sale, answer, asked_at)) co_return;
        std::vector<std::string> arguments{answer.tag};
        auto reply = co_await ask(scripts::known_ids(), sale, std::move(arguments));
        using id_list = std::vector<sold_out_cache::id_bytes>;
        auto ids = parse<id_list>(reply, [](const redis::reply& hashes) {
            id_list out;
            for (const auto& hash : hashes.items)
                for (const auto& one : hash.items)
                    if (one.text != "tag") out.push_back(replies::bytes_of(one.text));
            return out;
        });
        if (ids && !reply->items.empty())
            sold_out_cache_.put_known_ids(sale, answer.tag, answer.version, std::move(*ids));
    }

    redis::client& server_;
    deadline (*steady_)();
    sold_out_cache sold_out_cache_;
};

}  // namespace

std::unique_ptr<stock_gate> make_redis_gate(redis::client& server, deadline (*steady)()) {
    return std::make_unique<redis_gate>(server, steady);
}

}  // namespace market::stock
