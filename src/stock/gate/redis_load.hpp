#pragma once
/// The contents of a gate as arguments of the scripts that load it. No I/O.
#include <market/stock/gate.hpp>

#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace market::stock {

class redis_load {
public:
    /// `contents` add up, and `sums` is a view of them. Each load stages under keys of its own, so
    /// that two loads at one time do not mix.
    redis_load(const std::string& gate_key, const gate_contents& contents, const gate_view& sums);

    struct part {
        std::string key;
        std::vector<std::string> arguments;
    };
    std::vector<part> parts() const;         ///< for stage(), in any order
    std::vector<std::string> keys() const;   ///< for open()
    std::vector<std::string> terms() const;  ///< for open()

private:
    using fields = std::vector<std::pair<std::string, std::string>>;
    std::string gate_key_;
    std::string epoch_;
    std::array<std::string, 3> staged_keys_;
    std::array<fields, 3> hashes_;  ///< taken, holds, done
    std::vector<std::string> terms_;
};

}  // namespace market::stock
