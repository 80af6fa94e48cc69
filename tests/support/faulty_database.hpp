#pragma once
/// A real database that can be made to fail, or to let others in, at chosen points.
#include <market/db/database.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace market::db::test {

enum class commit_fault {
    answer_lost,   ///< it committed, and the caller is told `unknown`
    request_lost,  ///< it rolled back, and the caller is told `unknown`
};

class faulty_database final : public database {
public:
    explicit faulty_database(database& real) : real_(real) {}

    /// The next write transactions end like this, one each.
    void fail_commits(std::deque<commit_fault> faults) {
        std::lock_guard lock{mutex_};
        faults_ = std::move(faults);
    }
    /// The next write transactions cannot begin.
    void fail_begins(int count, cause why) {
        begin_cause_ = why;
        begins_to_fail_ = count;
    }
    /// After the next commit fault, that many write transactions cannot begin.
    void fail_begins_after_commit(int count, cause why) {
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
    /// Runs after the next query with this text behind its FROM, on the thread that reads.
    void after_select(std::string from, std::function<void()> what) {
        std::lock_guard lock{mutex_};
        watched_ = std::move(from);
        after_select_ = std::move(what);
    }
    std::size_t faults_left() {
        std::lock_guard lock{mutex_};
        return faults_.size();
    }

    db::dialect dialect() const override { return real_.dialect(); }

    std::unique_ptr<transaction> begin(access mode) override {
        if (mode == access::write && begins_to_fail_ > 0) {
            --begins_to_fail_;
            throw error{begin_cause_, "made to fail"};
        }
        if (mode == access::write) interrupt();
        return std::make_unique<unsure>(real_.begin(mode), *this, mode);
    }

private:
    /// Opens the door to the protected `select` of another transaction.
    struct door : transaction {
        using transaction::row;
        using transaction::select;
        using transaction::select_by;
    };

    class unsure final : public transaction {
    public:
        unsure(std::unique_ptr<transaction> real, faulty_database& owner, access mode)
            : real_(std::move(real)), owner_(owner), mode_(mode) {}
        db::dialect dialect() const override { return real_->dialect(); }
        std::int64_t execute(const sql& statement) override { return real_->execute(statement); }
        void insert(const new_rows& rows) override { real_->insert(rows); }
        commit_outcome commit() noexcept override {
            const auto fault = mode_ == access::write ? owner_.next_fault() : std::nullopt;
            if (!fault) return real_->commit();
            if (*fault == commit_fault::answer_lost) real_->commit();
            real_.reset();
            return commit_outcome::unknown;
        }

    private:
        std::vector<row> select(const sql& statement, std::span<const detail::column_kind> kinds,
                                std::span<const bool> nullable) override {
            owner_.fail_if_unreadable(statement.text());
            auto out = ((*real_).*(&door::select))(statement, kinds, nullable);
            owner_.let_others_in(statement.text());
            return out;
        }
        std::vector<row> select_by(raw text, std::span<const key> keys,
                                   std::span<const detail::column_kind> kinds,
                                   std::span<const bool> nullable) override {
            owner_.fail_if_unreadable(std::string{text.text()});
            return ((*real_).*(&door::select_by))(text, keys, kinds, nullable);
        }
        std::unique_ptr<transaction> real_;
        faulty_database& owner_;
        access mode_;
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
        throw error{cause::connection_lost, "made to fail"};
    }

    void let_others_in(const std::string& text) {
        std::function<void()> what;
        {
            std::lock_guard lock{mutex_};
            if (!after_select_ || text.find("FROM " + watched_) == std::string::npos) return;
            what = std::exchange(after_select_, nullptr);
        }
        if (what) what();
    }

    std::optional<commit_fault> next_fault() {
        std::lock_guard lock{mutex_};
        if (faults_.empty()) return std::nullopt;
        const auto out = faults_.front();
        faults_.pop_front();
        if (begins_to_fail_after_ > 0) begins_to_fail_ = begins_to_fail_after_.exchange(0);
        return out;
    }

    std::optional<failure> run(access mode,
                               const std::function<bool(transaction&)>& attempt) override {
        try {
            unsure tx{real_.begin(mode), *this, access::read};  // its commit does not fail
            if (attempt(tx) && tx.commit() != commit_outcome::committed)
                return failure{errc::outcome_unknown, "not committed"};
        } catch (const error& failed) {
            return failure{errc::database_unavailable, failed.what()};
        }
        return std::nullopt;
    }

    database& real_;
    std::mutex mutex_;
    std::function<void()> interruption_;
    std::string unreadable_;
    int selects_to_fail_ = 0;
    std::string watched_;
    std::function<void()> after_select_;
    std::deque<commit_fault> faults_;
    std::atomic<int> begins_to_fail_{0}, begins_to_fail_after_{0};
    std::atomic<cause> begin_cause_ = cause::unavailable;
};

}  // namespace market::db::test
