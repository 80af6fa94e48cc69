#pragma once
#include <market/base/error.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace market::http {

/// All that is wrong with a request's members, parameters and headers: told at once.
class findings {
public:
    void add(culprit::place where, std::string at, std::string code, std::string detail) {
        found_.push_back({where, std::move(at), std::move(code), std::move(detail)});
    }

    /// Empty: nothing is wrong.
    std::optional<failure> refusal() const {
        if (found_.empty()) return std::nullopt;
        return failure{errc::validation_failed, "the input is not valid: see errors", found_};
    }

private:
    std::vector<culprit> found_;
};

}  // namespace market::http
