#include "pages/page_key.hpp"

namespace market::catalog {

namespace {

/// Each part is written with its length, so that no two lists of parts look alike.
class key_text {
public:
    explicit key_text(std::string kind) : text_(std::move(kind)) {}
    key_text& operator<<(std::string_view part) {
        text_ += '/' + std::to_string(part.size()) + ':';
        text_ += part;
        return *this;
    }
    key_text& operator<<(std::int64_t number) { return *this << std::to_string(number); }
    template <class Tag>
    key_text& operator<<(const id<Tag>& part) {
        return *this << to_string(part);
    }
    template <class T>
    key_text& operator<<(const std::optional<T>& part) {
        if (part) return *this << *part;
        text_ += "/-";
        return *this;
    }
    std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

}  // namespace

std::string page_key_of(const product_search& wanted) {
    key_text out{"products"};
    out << wanted.query << wanted.category << static_cast<std::int64_t>(wanted.sort)
        << std::int64_t{wanted.limit};
    if (wanted.after)
        out << wanted.after->id << wanted.after->price.minor_units << wanted.after->name;
    return std::move(out).text();
}

std::string page_key_of(const page_request& request, const sale_filter& filter) {
    std::optional<std::int64_t> status;
    if (filter.status) status = static_cast<std::int64_t>(*filter.status);
    key_text out{"sales"};
    out << status << filter.product << std::int64_t{request.limit} << request.cursor;
    return std::move(out).text();
}

}  // namespace market::catalog
