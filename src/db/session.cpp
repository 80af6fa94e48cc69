#include "session.hpp"

namespace market::db {

void throw_null(std::size_t at) {
    throw error(cause::data_error, "column " + std::to_string(at + 1) + " of the result is NULL");
}

void throw_not_integer(std::size_t at) {
    throw error(cause::data_error,
                "column " + std::to_string(at + 1) + " of the result is not a 64-bit integer");
}

void throw_wrong_columns(std::size_t expected, std::size_t found) {
    throw error(cause::other, "the result has " + std::to_string(found) + " columns, " +
                                  std::to_string(expected) + " were asked for");
}

std::array<std::byte, 16> detail::id_bytes(const cell& value) {
    std::array<std::byte, 16> out;
    const auto* bytes = std::get_if<std::string>(&value);
    if (!bytes || bytes->size() != out.size()) {
        throw error(cause::data_error, "an id of the result does not have 16 bytes");
    }
    std::memcpy(out.data(), bytes->data(), out.size());
    return out;
}

}  // namespace market::db
