#include "catalog_version.hpp"

namespace market::catalog {

void raise_version(db::transaction& tx) {
    tx.execute(db::sql{} << "UPDATE catalog_version SET version = version + 1 WHERE id = 1");
}

std::int64_t read_version(db::transaction& tx) {
    const auto found =
        tx.query_one<std::int64_t>(db::sql{} << "SELECT version FROM catalog_version WHERE id = 1");
    if (!found) throw db::error{db::cause::other, "the catalog has no version"};
    return std::get<0>(*found);
}

}  // namespace market::catalog
