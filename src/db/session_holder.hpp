#pragma once
// Keeps idle sessions, bounds their number, throws broken ones away.
#include "session.hpp"
#include "turnstile.hpp"

#include <market/db/database.hpp>

#include <functional>

namespace market::db {

using session_maker = std::function<std::unique_ptr<session>()>;

/// Thread-safe.
class session_holder {
public:
    session_holder(session_maker make, const options& settings);

    /// A session and the place it takes; gives both back at destruction.
    class lease {
    public:
        lease(session_holder& holder, place held, std::unique_ptr<session> open);
        lease(lease&&) noexcept = default;
        lease& operator=(lease&&) = delete;
        ~lease();
        session& operator*() const { return *session_; }
        session* operator->() const { return session_.get(); }

    private:
        session_holder* holder_;
        place place_;
        std::unique_ptr<session> session_;
    };

    /// A session on which a transaction was begun. An idle session that proves dead is replaced:
    /// nothing was done on it yet. Throws error: unavailable, refused.
    lease begin(access mode);

private:
    std::unique_ptr<session> take_idle();
    void keep(std::unique_ptr<session> open) noexcept;

    session_maker make_;
    std::chrono::milliseconds wait_max_;
    turnstile turnstile_;
    std::mutex guard_;
    std::vector<std::unique_ptr<session>> idle_;
};

}  // namespace market::db
