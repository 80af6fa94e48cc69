#pragma once
#include "input/input_errors.hpp"
#include "input/text_rules.hpp"

#include <market/base/page.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::http {

/// Reads query parameters as object_reader reads members.
class query_reader {
public:
    /// `query` is percent-encoded, without the `?`. `errors` must outlive the reader.
    query_reader(std::string_view query, input_errors& errors);

    std::optional<std::string> text(std::string_view name, const text_rule& rule);
    /// The position of the value in `allowed`.
    std::optional<std::size_t> choice(std::string_view name,
                                      std::span<const std::string_view> allowed);
    /// The parameter `limit`: how many items a page holds.
    int limit();
    /// The parameters `limit` and `cursor`.
    page_request page();

    template <class Id>
    std::optional<Id> id(std::string_view name) {
        const auto value = text(name, id_rule);
        return value ? parse_id<Id>(*value) : std::nullopt;
    }

    /// Adds a fault for every parameter that was not read.
    void finish();
    /// Adds a fault of a parameter.
    void fault(std::string_view name, const char* code, std::string detail);

private:
    struct parameter {
        std::string name;
        std::string value;
        bool is_read = false;
    };
    const std::string* find(std::string_view name);

    std::vector<parameter> parameters_;
    input_errors& errors_;
};

/// `path?query` with the cursor replaced, for `Link: rel="next"`.
std::string next_page_target(std::string_view path, std::string_view query,
                             std::string_view cursor);

}  // namespace market::http
