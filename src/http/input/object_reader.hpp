#pragma once
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

/// Reads a JSON object member by member. A faulty member is added to the errors, and the read
/// returns a default. So a caller reads every member, calls finish(), and then asks the errors
/// once. The value and the errors must outlive the reader.
class object_reader {
public:
    /// `at` is the JSON pointer of `value`. A value that is not an object is one fault, `type` at
    /// `at`; its members are then no faults.
    object_reader(const boost::json::value& value, std::string at, input_errors& errors);

    bool has(std::string_view member) const;
    /// Is the member present and null? Then it counts as read.
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
    /// The elements, 1 to `max` of them; empty on a fault.
    std::span<const boost::json::value> array(std::string_view member, std::size_t max);

    template <class Id>
    Id id(std::string_view member) {
        return parse_id<Id>(text(member, id_rule)).value_or(Id{});
    }

    /// Leaves the member unread without calling it unknown.
    void ignore(std::string_view member) { read_.push_back(member); }
    /// Adds a fault for every member that was not read.
    void finish();
    /// Adds a fault of a member.
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
    std::vector<std::string_view> read_;
};

}  // namespace market::http
