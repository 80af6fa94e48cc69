#pragma once
/// Reads a JSON object member by member and collects whatever is wrong with it.
#include "input/input_errors.hpp"
#include "input/text_rules.hpp"

#include <market/base/address.hpp>
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::http {

/// Each read names a member; a fault goes to the findings and a default comes back, so a caller
/// reads everything, calls finish(), and asks the findings once. Value and findings must outlive
/// it.
class object_reader {
public:
    /// `at` is the pointer of `value`; not an object: `type` there, and nothing more is said.
    object_reader(const boost::json::value& value, std::string at, input_errors& errors);

    bool has(std::string_view member) const;
    /// Is it there, and null? Then it counts as read.
    bool is_null(std::string_view member);

    std::string text(std::string_view member, const text_rule& rule);
    std::optional<std::string> optional_text(std::string_view member, const text_rule& rule);
    std::int64_t integer(std::string_view member, std::int64_t min, std::int64_t max);
    /// The position of the text in `allowed`; 0 on a fault.
    std::size_t choice(std::string_view member, std::span<const std::string_view> allowed);
    instant time(std::string_view member);
    money price(std::string_view member, std::string_view currency);
    market::address address(std::string_view member);
    std::optional<market::address> optional_address(std::string_view member);
    /// The elements, with a count of 1 to `max`; empty on a fault.
    std::span<const boost::json::value> array(std::string_view member, std::size_t max);

    template <class Id>
    Id id(std::string_view member) {
        return parse_id<Id>(text(member, id_rule)).value_or(Id{});
    }

    /// The member is neither read nor unknown.
    void ignore(std::string_view member) { asked_.push_back(member); }
    /// Reports every member that was not asked for.
    void finish();
    /// A fault at a member.
    void fault(std::string_view member, const char* code, std::string detail);
    const std::string& at() const { return at_; }

private:
    const boost::json::value* member(std::string_view name);
    const boost::json::value* required(std::string_view name);
    std::string checked_text(std::string_view name, const boost::json::value& value,
                             const text_rule& rule);

    const boost::json::object* object_;
    std::string at_;
    input_errors& errors_;
    std::vector<std::string_view> asked_;
};

}  // namespace market::http
