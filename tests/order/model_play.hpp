#pragma once
/// One sequence of random actions on goods of its own, done to the shop and to the model.
#include "model_record.hpp"

#include <random>

namespace market::order::testing {

class model_play {
public:
    model_play(life_shop& shop, std::uint64_t seed);

    /// Empty: all was as the model says, step by step and after the close that ends each sequence;
    /// else what differed, after what was done.
    std::string run(int steps);

private:
    std::int64_t roll(std::int64_t least, std::int64_t most);
    bool toss() { return roll(0, 1) == 1; }
    void expect(const std::string& what, const std::string& got, const std::string& wanted);

    void act();
    void act_on_goods();
    void act_on(model_order& of);
    void buy();
    void pay(model_order& of, const std::string& token);
    void notice(model_order& of, bool captured);
    void cancel(model_order& of);
    void deliver(model_order& of);
    void request_return(model_order& of);
    void accept_return(model_order& of);
    void time_passes();
    void adjust();
    void pause();
    void resize();
    void rebuild();
    void lose_gate();
    void close();

    std::string compare();

    life_shop& shop_;
    std::mt19937_64 dice_;
    model expected_;
    product_id product_;
    sale_id sale_;
    std::optional<model_record> record_;
    bool was_forced_ = false;
    std::string said_, wrong_;
};

}  // namespace market::order::testing
