#include "input/strict_json.hpp"

#include "input/json_pointer.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace market::http {
namespace {

namespace json = boost::json;
using boost::system::error_code;
using json::string_view;

/// Builds the value and finds repeated members.
class strict_handler {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

    strict_handler() { stack_.reset(); }

    json::value release() { return stack_.release(); }
    const std::string& repeated() const { return repeated_; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return enter(false); }
    bool on_object_end(std::size_t count, error_code&) {
        stack_.push_object(count);
        return leave();
    }
    bool on_array_begin(error_code&) { return enter(true); }
    bool on_array_end(std::size_t count, error_code&) {
        stack_.push_array(count);
        return leave();
    }
    bool on_key_part(string_view text, std::size_t, error_code&) {
        key_.append(text);
        stack_.push_chars(text);
        return true;
    }
    bool on_key(string_view text, std::size_t, error_code& failed) {
        key_.append(text);
        stack_.push_key(text);
        auto& object = open_.back();
        object.member = std::exchange(key_, {});
        if (object.members.insert(object.member).second) return true;
        repeated_ = pointer();
        failed = json::error::syntax;
        return false;
    }
    bool on_string_part(string_view text, std::size_t, error_code&) {
        stack_.push_chars(text);
        return true;
    }
    bool on_string(string_view text, std::size_t, error_code&) {
        step();
        stack_.push_string(text);
        return true;
    }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, string_view, error_code&) {
        step();
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, string_view, error_code&) {
        step();
        stack_.push_uint64(number);
        return true;
    }
    bool on_double(double number, string_view text, error_code&) {
        step();
        if (text.find_first_of(".eE") == string_view::npos) {
            stack_.push_uint64(std::numeric_limits<std::uint64_t>::max());
        } else {
            stack_.push_double(number);
        }
        return true;
    }
    bool on_bool(bool value, error_code&) {
        step();
        stack_.push_bool(value);
        return true;
    }
    bool on_null(error_code&) {
        step();
        stack_.push_null();
        return true;
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

private:
    /// An object or array that has not ended yet, and the position of the parser in it.
    struct container {
        bool is_array = false;
        std::size_t index = 0;
        std::string member{};
        std::set<std::string> members{};
    };

    bool enter(bool is_array) {
        open_.push_back(container{is_array});
        return true;
    }
    bool leave() {
        open_.pop_back();
        step();
        return true;
    }
    void step() {
        if (!open_.empty()) ++open_.back().index;
    }

    std::string pointer() const {
        std::string out;
        for (const auto& one : open_) {
            out = pointer_to(out, one.is_array ? std::to_string(one.index) : one.member);
        }
        return out;
    }

    json::value_stack stack_;
    std::vector<container> open_;
    std::string key_;
    std::string repeated_;
};

}  // namespace

result<json::value> parse_strict_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = json_depth_max;
    json::basic_parser<strict_handler> parser(options);
    error_code failed;
    const auto used = parser.write_some(false, text.data(), text.size(), failed);
    if (!failed && used == text.size()) return parser.handler().release();

    failure refused{errc::malformed_body, "the body is not well-formed JSON"};
    if (const auto& pointer = parser.handler().repeated(); !pointer.empty()) {
        refused.detail = "a member is repeated";
        refused.culprits.push_back(
            {culprit::place::pointer, pointer, "duplicate", "this member appears more than once"});
    } else if (failed == json::error::too_deep) {
        refused.detail = "the body is nested deeper than 32";
    }
    return refused;
}

}  // namespace market::http
