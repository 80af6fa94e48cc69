#include <market/base/crypto.hpp>
#include <market/db/transaction.hpp>

#include <stdexcept>

namespace market::db {

// Doubling the quote is all that a literal needs: MySQL sessions run with NO_BACKSLASH_ESCAPES.
sql& sql::operator<<(std::string_view value) {
    if (value.find('\0') != std::string_view::npos) {
        throw std::invalid_argument("a text value holds a NUL character");
    }
    text_.push_back('\'');
    for (std::size_t from = 0;;) {
        const auto quote = value.find('\'', from);
        text_.append(value.substr(from, quote - from));
        if (quote == std::string_view::npos) break;
        text_.append("''");
        from = quote + 1;
    }
    text_.push_back('\'');
    return *this;
}

raw database_time(db::dialect of) {
    switch (of) {
        case db::dialect::sqlite:
            return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)";
        case db::dialect::mysql: break;
    }
    return "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";
}

raw for_update(db::dialect of) {
    switch (of) {
        case db::dialect::sqlite: return "";
        case db::dialect::mysql: break;
    }
    return " FOR UPDATE";
}

sql& sql::operator<<(std::span<const std::byte> value) {
    text_.append("x'").append(to_hex(value)).push_back('\'');
    return *this;
}

}  // namespace market::db
