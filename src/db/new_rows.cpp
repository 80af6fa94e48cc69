#include <market/db/new_rows.hpp>

#include <stdexcept>

namespace market::db {

void new_rows::expect_columns(std::size_t given) const {
    if (given != columns_) throw std::logic_error("a row of another number of columns");
}

new_rows::cell new_rows::to_cell(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        throw std::invalid_argument("a text value holds a NUL character");
    return text;
}

sql new_rows::in_one_statement(std::size_t& from, std::size_t bytes_max) const {
    sql out;
    out << "INSERT INTO " << into_ << " VALUES ";
    const auto begin = from;
    do {
        if (from > begin) out << ", ";
        out << "(";
        bool first = true;
        for (const auto& value : row(from)) {
            if (!first) out << ", ";
            first = false;
            std::visit([&](const auto& it) { out << it; }, value);
        }
        out << ")";
        ++from;
    } while (from < size() && out.size() < bytes_max);
    out << " " << otherwise_;
    return out;
}

std::string new_rows::for_one_row() const {
    std::string out{"INSERT INTO "};
    out.append(into_.text()).append(" VALUES (?");
    for (std::size_t at = 1; at < columns_; ++at) out += ", ?";
    out += ") ";
    out += otherwise_.text();
    return out;
}

}  // namespace market::db
