#pragma once
#include <market/base/error.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace market::http {

/// Collects everything that is wrong with a request's members, parameters and headers, so that one
/// reply names it all.
class input_errors {
public:
    void add(culprit::place where, std::string at, std::string code, std::string detail) {
        culprits_.push_back({where, std::move(at), std::move(code), std::move(detail)});
    }

    /// validation_failed; empty when nothing is wrong.
    std::optional<failure> refusal() const {
        if (culprits_.empty()) return std::nullopt;
        return failure{errc::validation_failed, "the input is not valid: see errors", culprits_};
    }

private:
    std::vector<culprit> culprits_;
};

}  // namespace market::http
