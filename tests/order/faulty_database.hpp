#pragma once
/// A real database whose commits can be made to lose their answer.
#include <market/db/database.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

namespace market::order::testing {

enum class commit_fault {
    answer_lost,   ///< it committed, and the caller is told `unknown`
    request_lost,  ///< it rolled back, and the caller is told `unknown`
};

class faulty_database final : public db::database {
public:
    explicit faulty_database(db::database& real) : real_(real) {}

    /// The next write transactions end like this, one each.
    void fail_commits(std::deque<commit_fault> faults) {
        std::lock_guard lock{mutex_};
        faults_ = std::move(faults);
    }
    /// The next write transactions cannot begin.
    void fail_begins(int count, db::cause why) {
        begin_cause_ = why;
        begins_to_fail_ = count;
    }
    /// After the next commit fault, that many write transactions cannot begin.
    void fail_begins_after_commit(int count, db::cause why) {
        begin_cause_ = why;
        begins_to_fail_after_ = count;
    }
    /// Runs before the next write transaction begins, on the thread that begins it.
    void before_next_write(std::function<void()> what) {
        std::lock_guard lock{mutex_};
        interruption_ = std::move(what);
    }
    /// The next `count` reads of a table cannot be done.
    void fail_selects(std::string table, int count) {
        std::lock_guard lock{mutex_};
        unreadable_ = std::move(table);
        selects_to_fail_ = count;
    }
    std::size_t faults_left() {
        std::lock_guard lock{mutex_};
        return faults_.size();
    }

    db::dialect dialect() const override { return real_.dialect(); }

    std::unique_ptr<db::transaction> begin(db::access mode) override {
        if (mode == db::access::write && begins_to_fail_ > 0) {
            --begins_to_fail_;
            throw db::error{begin_cause_, "made to fail"};
        }
        if (mode == db::access::write) interrupt();
        return std::make_unique<unsure>(real_.begin(mode), *this, mode);
    }

private:
    /// Opens the door to the protected `select` of another transaction.
    struct door : db::transaction {
        using db::transaction::row;
        using db::transaction::select;
        using db::transaction::select_by;
    };

    class unsure final : public db::transaction {
    public:
        unsure(std::unique_ptr<db::transaction> real, faulty_database& owner, db::access mode)
            : real_(std::move(real)), owner_(owner), mode_(mode) {}
        db::dialect dialect() const override { return real_->dialect(); }
        std::int64_t execute(const db::sql& statement) override {
            return real_->execute(statement);
        }
        void insert(const db::new_rows& rows) override { real_->insert(rows); }
        db::commit_outcome commit() noexcept override {
            const auto fault = mode_ == db::access::write ? owner_.next_fault() : std::nullopt;
            if (!fault) return real_->commit();
            if (*fault == commit_fault::answer_lost) real_->commit();
            real_.reset();
            return db::commit_outcome::unknown;
        }

    private:
        std::vector<row> select(const db::sql& statement,
                                std::span<const db::detail::column_kind> kinds,
                                std::span<const bool> nullable) override {
            owner_.fail_if_unreadable(statement.text());
            return ((*real_).*(&door::select))(statement, kinds, nullable);
        }
        std::vector<row> select_by(db::raw text, std::span<const key> keys,
                                   std::span<const db::detail::column_kind> kinds,
                                   std::span<const bool> nullable) override {
            owner_.fail_if_unreadable(std::string{text.text()});
            return ((*real_).*(&door::select_by))(text, keys, kinds, nullable);
        }
        std::unique_ptr<db::transaction> real_;
        faulty_database& owner_;
        db::access mode_;
    };

    void interrupt() {
        std::function<void()> what;
        {
            std::lock_guard lock{mutex_};
            what = std::move(interruption_);
            interruption_ = nullptr;
        }
        if (what) what();
    }

    void fail_if_unreadable(const std::string& text) {
        std::lock_guard lock{mutex_};
        if (selects_to_fail_ == 0 || text.find("FROM " + unreadable_) == std::string::npos) return;
        --selects_to_fail_;
        throw db::error{db::cause::connection_lost, "made to fail"};
    }

    std::optional<commit_fault> next_fault() {
        std::lock_guard lock{mutex_};
        if (faults_.empty()) return std::nullopt;
        const auto out = faults_.front();
        faults_.pop_front();
        if (begins_to_fail_after_ > 0) begins_to_fail_ = begins_to_fail_after_.exchange(0);
        return out;
    }

    std::optional<failure> run(db::access mode,
                               const std::function<bool(db::transaction&)>& attempt) override {
        try {
            auto tx = real_.begin(mode);
            if (attempt(*tx) && tx->commit() != db::commit_outcome::committed)
                return failure{errc::outcome_unknown, "not committed"};
        } catch (const db::error& failed) {
            return failure{errc::database_unavailable, failed.what()};
        }
        return std::nullopt;
    }

    db::database& real_;
    std::mutex mutex_;
    std::function<void()> interruption_;
    std::string unreadable_;
    int selects_to_fail_ = 0;
    std::deque<commit_fault> faults_;
    std::atomic<int> begins_to_fail_{0}, begins_to_fail_after_{0};
    std::atomic<db::cause> begin_cause_ = db::cause::unavailable;
};

}  // namespace market::order::testing
