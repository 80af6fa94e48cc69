#include "input/conditions.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace market::http {
namespace {

struct entity_tag {
    std::string_view opaque;  ///< with its quotes
    bool weak = false;
};
struct tag_list {
    bool any = false;  ///< `*`
    std::vector<entity_tag> tags{};
};

void skip(std::string_view& rest, std::string_view what) {
    rest.remove_prefix(std::min(rest.find_first_not_of(what), rest.size()));
}

/// Empty when malformed.
std::optional<entity_tag> cut_tag(std::string_view& rest) {
    entity_tag out;
    out.weak = rest.starts_with("W/");
    if (out.weak) rest.remove_prefix(2);
    if (!rest.starts_with('"')) return std::nullopt;
    const auto end = rest.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    out.opaque = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    return out;
}

/// Several header fields make one list.
std::optional<tag_list> read_tags(const std::vector<std::string>& fields) {
    tag_list out;
    for (std::string_view rest : fields) {
        if (rest == "*") {
            out.any = true;
            continue;
        }
        for (skip(rest, " \t,"); !rest.empty(); skip(rest, " \t,")) {
            const auto tag = cut_tag(rest);
            if (!tag) return std::nullopt;
            out.tags.push_back(*tag);
            skip(rest, " \t");
            if (!rest.empty() && rest.front() != ',') return std::nullopt;
        }
    }
    if (!out.any && out.tags.empty()) return std::nullopt;
    return out;
}

/// The version of `"<version>-<hash>"`.
std::optional<std::int64_t> version_in(const entity_tag& tag) {
    if (tag.weak) return std::nullopt;
    const auto* begin = tag.opaque.data() + 1;
    const auto* end = tag.opaque.data() + tag.opaque.size() - 1;
    std::int64_t version = 0;
    const auto [stop, failed] = std::from_chars(begin, end, version);
    if (failed != std::errc{} || stop == begin || (stop != end && *stop != '-'))
        return std::nullopt;
    return version;
}

}  // namespace

catalog::version_condition read_if_match(const request& request, input_errors& errors) {
    if (request.if_match.empty()) return std::nullopt;
    const auto list = read_tags(request.if_match);
    if (!list) {
        errors.add(culprit::place::header, "If-Match", "format", "must be * or a list of ETags");
        return std::nullopt;
    }
    if (list->any) return std::nullopt;
    std::vector<std::int64_t> versions;
    for (const auto& tag : list->tags)
        if (const auto version = version_in(tag)) versions.push_back(*version);
    return versions;
}

bool client_has(const request& request, std::string_view etag) {
    if (request.if_none_match.empty()) return false;
    const auto list = read_tags(request.if_none_match);
    if (!list) return false;
    return list->any || std::any_of(list->tags.begin(), list->tags.end(),
                                    [&](const auto& tag) { return tag.opaque == etag; });
}

}  // namespace market::http
