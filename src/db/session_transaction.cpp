#include "session_transaction.hpp"

namespace market::db {
namespace {

class session_transaction final : public transaction {
public:
    session_transaction(db::dialect speaks, place turn, session_holder::lease held)
        : dialect_(speaks), turn_(std::move(turn)), held_(std::move(held)) {}
    ~session_transaction() override {
        if (held_) (*held_)->rollback();
    }

    db::dialect dialect() const override { return dialect_; }

    std::int64_t execute(const sql& statement) override {
        return guarded([&] { return (*held_)->execute(statement.text()); });
    }

    void insert(const new_rows& rows) override {
        guarded([&] {
            if (!rows.empty()) (*held_)->insert(rows);
        });
    }

    commit_outcome commit() noexcept override {
        if (!held_) return commit_outcome::rolled_back;
        auto outcome = commit_outcome::rolled_back;
        // A lock timeout of MySQL undoes one statement only: committing would keep the others.
        if (failed_)
            (*held_)->rollback();
        else
            outcome = (*held_)->commit();
        held_.reset();
        turn_.leave();
        return outcome;
    }

protected:
    std::vector<row> select(const sql& statement, std::span<const detail::column_kind> kinds,
                            std::span<const bool> nullable) override {
        return guarded([&] { return (*held_)->select(statement.text(), kinds, nullable); });
    }
    std::vector<row> select_by(raw text, std::span<const key> keys,
                               std::span<const detail::column_kind> kinds,
                               std::span<const bool> nullable) override {
        return guarded([&] { return (*held_)->select_by(text, keys, kinds, nullable); });
    }

private:
    template <class Work>
    auto guarded(Work work) -> decltype(work()) {
        if (failed_ || !held_) throw error(cause::other, "the transaction is over");
        try {
            return work();
        } catch (...) {
            failed_ = true;
            throw;
        }
    }

    db::dialect dialect_;
    place turn_;  // left after the session is given back
    std::optional<session_holder::lease> held_;
    bool failed_ = false;
};

}  // namespace

std::unique_ptr<transaction> make_transaction(dialect speaks, place turn,
                                              session_holder::lease held) {
    return std::make_unique<session_transaction>(speaks, std::move(turn), std::move(held));
}

}  // namespace market::db
