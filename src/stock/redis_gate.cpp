#include "gated_sale.hpp"
#include "redis_answers.hpp"
#include "redis_load.hpp"
#include "redis_scripts.hpp"
#include "sold_out_board.hpp"

#include <market/base/limits.hpp>
#include <market/base/log.hpp>
#include <market/redis/client.hpp>

#include <algorithm>
#include <exception>
#include <map>

namespace market::stock {
namespace {

namespace scripts = redis_scripts;
namespace answers = redis_answers;

/// More in one script would keep the others waiting.
constexpr std::size_t refs_at_once = 500;
constexpr std::size_t sales_at_once = 100;

failure no_sense() {
    return {errc::gate_unavailable, "the gate in Redis gave an answer that makes no sense"};
}

/// What `read` makes of the reply: a T or a result<T>.
template <class T, class Read>
result<T> understood(const result<redis::reply>& said, Read read) {
    if (!said) return said.error();
    try {
        return read(*said);
    } catch (const answers::nonsense&) {
        return no_sense();
    }
}

std::string text_of(const std::array<std::byte, 16>& bytes) {
    return std::string{answers::chars_of(bytes)};
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

sold_out_word word_in(const redis::reply& said) {
    return {answers::at(said, 2).text, answers::number(said, 3), answers::number(said, 4),
            answers::moment(said, 5), answers::moment(said, 6)};
}

result<admit_answer> admission_in(const redis::reply& said) {
    using answers::number;
    switch (static_cast<scripts::admission>(number(said, 0))) {
        case scripts::admission::stale: return admit_answer{stale{}};
        case scripts::admission::admitted:
            return admit_answer{admitted{number(said, 1), number(said, 2)}};
        case scripts::admission::known: return admit_answer{known{number(said, 1) == 1}};
        case scripts::admission::sold_out: return admit_answer{sold_out{number(said, 1)}};
        case scripts::admission::limit:
            return admit_answer{limit_reached{number(said, 1), number(said, 2)}};
        case scripts::admission::not_open: return admit_answer{not_open{answers::moment(said, 1)}};
        case scripts::admission::paused: return admit_answer{paused{}};
        case scripts::admission::ended: return admit_answer{ended{}};
        case scripts::admission::other_wish:
            return failure{errc::internal, "an attempt came back to the gate as another wish"};
    }
    return no_sense();
}

result<credit_answer> credit_in(const redis::reply& said) {
    switch (static_cast<scripts::restitution>(said.integer)) {
        case scripts::restitution::deferred: return credit_answer::deferred;
        case scripts::restitution::applied: return credit_answer::applied;
        case scripts::restitution::obsolete: return credit_answer::obsolete;
        case scripts::restitution::drift:
            return failure{errc::internal, "more units came back to the gate than it gave"};
    }
    return no_sense();
}

result<void> without_value(const result<redis::reply>& said) {
    if (!said) return said.error();
    return {};
}

/// Keeps nothing but the board: what is true stands in Redis.
class redis_gate final : public stock_gate {
public:
    redis_gate(redis::client& server, deadline (*steady)()) : server_(server), steady_(steady) {}

    asio::awaitable<result<admit_answer>> admit(admission_request wanted) override {
        if (wanted.units < 1 || wanted.units > line_quantity_max)
            co_return failure{errc::internal, "a wish of units out of range came to the gate"};
        const auto asked = steady_();
        if (auto refused = board_.refusal(wanted, asked)) co_return admit_answer{*refused};

        std::vector<std::string> arguments{text_of(wanted.buyer.bytes),
                                           std::to_string(wanted.units), text_of(wanted.key.bytes),
                                           text_of(wanted.attempt.bytes)};
        auto said = co_await ask(scripts::admit(), wanted.sale, std::move(arguments));
        auto answer = understood<admit_answer>(said, admission_in);
        if (answer && std::holds_alternative<sold_out>(*answer) &&
            std::get<sold_out>(*answer).remaining == 0)
            co_await write_down(wanted.sale, std::move(*said), asked);
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
        auto said = co_await ask(scripts::confirm(), admission.sale, std::move(arguments));
        co_return without_value(said);
    }

    asio::awaitable<result<void>> cancel(hold_ref admission) override {
        auto arguments = arguments_of(admission);
        auto said = co_await ask(scripts::cancel(), admission.sale, std::move(arguments));
        co_return without_value(said);
    }

    asio::awaitable<result<credit_answer>> give_back(credit returned) override {
        std::vector<std::string> arguments{
            text_of(returned.id.bytes), text_of(returned.buyer.bytes),
            std::to_string(returned.units), std::to_string(returned.epoch)};
        auto said = co_await ask(scripts::give_back(), returned.sale, std::move(arguments));
        co_return understood<credit_answer>(said, credit_in);
    }

    asio::awaitable<result<std::vector<gate_view>>> look(std::vector<sale_id> sales) override {
        std::vector<gate_view> out;
        out.reserve(sales.size());
        for (std::size_t from = 0; from < sales.size(); from += sales_at_once) {
            std::vector<std::string> keys;
            const auto to = std::min(sales.size(), from + sales_at_once);
            for (auto i = from; i < to; ++i) keys.push_back(gate_key(sales[i]));
            const auto asked = keys.size();
            auto said = co_await server_.evaluate(scripts::look(), std::move(keys), {});
            auto read = [&](const redis::reply& views) {
                for (std::size_t i = 0; i < asked; ++i)
                    out.push_back(answers::view(answers::at(views, i)));
                return true;
            };
            auto seen = understood<bool>(said, read);
            if (!seen) co_return seen.error();
        }
        co_return out;
    }

    asio::awaitable<result<std::vector<hold>>> holds(sale_id sale, instant until) override {
        auto said = co_await ask(scripts::holds(), sale, {});
        auto out = understood<std::vector<hold>>(said, answers::holds);
        if (out) std::erase_if(*out, [until](const hold& one) { return one.taken_at > until; });
        co_return out;
    }

    asio::awaitable<result<gate_contents>> dump(sale_id sale) override {
        auto said = co_await ask(scripts::dump(), sale, {});
        co_return understood<gate_contents>(said, answers::contents);
    }

    asio::awaitable<result<gate_view>> freeze(sale_id sale) override {
        auto said = co_await ask(scripts::freeze(), sale, {});
        auto read = [](const redis::reply& views) { return answers::view(answers::at(views, 0)); };
        co_return understood<gate_view>(said, read);
    }

    asio::awaitable<result<bool>> load_and_open(sale_id sale, gate_contents contents) override {
        auto checked = gated_sale::from(contents);
        if (!checked) co_return checked.error();
        const redis_load load{gate_key(sale), contents, checked->view({})};
        for (auto& part : load.parts()) {
            std::vector<std::string> keys{part.key};
            auto said = co_await server_.evaluate(scripts::stage(), std::move(keys),
                                                  std::move(part.arguments));
            if (!said) co_return said.error();
            if (said->integer != 1) co_return lost();
        }
        auto said = co_await server_.evaluate(scripts::open(), load.keys(), load.terms());
        if (!said) co_return said.error();
        switch (static_cast<scripts::opening>(said->integer)) {
            case scripts::opening::refused: co_return false;
            case scripts::opening::opened: co_return true;
            case scripts::opening::lost: break;
        }
        co_return lost();
    }

    asio::awaitable<result<void>> remove(sale_id sale) override {
        auto said = co_await ask(scripts::remove(), sale, {});
        co_return without_value(said);
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

    asio::awaitable<void> write_down(sale_id sale, redis::reply refusal, deadline asked) {
        const auto word = word_in(refusal);
        if (word.version < 0 || !board_.put_word(sale, word, asked)) co_return;
        std::vector<std::string> arguments{word.tag};
        auto said = co_await ask(scripts::everybody(), sale, std::move(arguments));
        using list = std::vector<sold_out_board::name>;
        auto names = understood<list>(said, [](const redis::reply& lists) {
            list out;
            for (const auto& hash : lists.items)
                for (const auto& one : hash.items)
                    if (one.text != "tag") out.push_back(answers::bytes_of(one.text));
            return out;
        });
        if (names && !said->items.empty())
            board_.put_list(sale, word.tag, word.version, std::move(*names));
    }

    redis::client& server_;
    deadline (*steady_)();
    sold_out_board board_;
};

}  // namespace

std::unique_ptr<stock_gate> make_redis_gate(redis::client& server, deadline (*steady)()) {
    return std::make_unique<redis_gate>(server, steady);
}

}  // namespace market::stock
