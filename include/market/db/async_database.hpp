#pragma once
/// A database as coroutines use it.
#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>

namespace market::db {

/// A database and the threads that wait for it. A coroutine that reads or writes resumes on its own
/// executor; its thread never waits. Thread-safe; a copy refers to the same two, which outlive it.
///
/// Name the lambda first, then await (GCC 12 destroys temporaries of a co_await expression twice):
///   auto find = [id](db::transaction& tx) { return find_order(tx, id); };
///   co_return co_await database_.read(std::move(find));
/// The lambda is moved away from the caller, so it captures by value, or what outlives the call.
class async_database {
public:
    async_database(database& record, worker_pool& pool) : database_(&record), pool_(&pool) {}

    /// database::read. Errors: also overloaded (too much waits; nothing was done).
    template <class Work>
    auto read(Work work, access mode = access::read) const
        -> asio::awaitable<std::invoke_result_t<Work&, transaction&>> {
        auto task = [record = database_, work = std::move(work), mode]() mutable {
            return record->read(std::ref(work), mode);
        };
        return pool_->run(std::move(task));
    }

    /// database::write: `work` may run several times. Errors: also overloaded, as above.
    template <class Work>
    auto write(Work work) const -> asio::awaitable<std::invoke_result_t<Work&, transaction&>> {
        auto task = [record = database_, work = std::move(work)]() mutable {
            return record->write(std::ref(work));
        };
        return pool_->run(std::move(task));
    }

    /// For what takes more than one transaction: `work`, which gets the database itself, on a
    /// thread that may wait. Errors: those of `work`, and overloaded.
    template <class Work>
    auto run(Work work) const -> asio::awaitable<std::invoke_result_t<Work&, database&>> {
        auto task = [record = database_, work = std::move(work)]() mutable {
            return work(*record);
        };
        return pool_->run(std::move(task));
    }

    /// The database itself, for a thread that may wait.
    database& blocking() const { return *database_; }

    /// Returns when no call waits or runs; see worker_pool.
    void wait_until_idle() const { pool_->wait_until_idle(); }

private:
    database* database_;
    worker_pool* pool_;
};

}  // namespace market::db
