#pragma once
/// Accounts on an empty SQLite shop, with a clock that the test moves and mail in a folder.
#include <market/base/crypto.hpp>
#include <market/user/user_module.hpp>
#include <market/user/user_record.hpp>

#include <boost/asio/use_future.hpp>

#include <fstream>
#include <iterator>

#include "support/eventually.hpp"
#include "support/sqlite_shop.hpp"

namespace market::user::testing {

using namespace std::chrono_literals;

class test_clock : public wall_clock {
public:
    instant now() const override {
        if (auto act = std::exchange(before_look_, nullptr)) act();
        return from_micros(micros_.fetch_add(step_));
    }
    /// Not while another thread may look.
    void before_next_look(std::function<void()> act) { before_look_ = std::move(act); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }
    /// Goes on by itself with each look at it.
    void advance_each_time(std::chrono::microseconds by) { step_ = by.count(); }

private:
    mutable std::function<void()> before_look_;
    std::atomic<std::int64_t> step_{0};
    mutable std::atomic<std::int64_t> micros_{
        to_micros(parse_rfc3339("2026-11-23T09:00:00.000Z").value())};
};

/// Runs all at once and gives their answers, in the order given.
template <class T>
std::vector<T> run_all(std::vector<asio::awaitable<T>> works) {
    // One for all: a pool's thread may still be leaving it when the answer is there.
    static asio::io_context io;
    io.restart();
    std::vector<std::future<T>> futures;
    for (auto& work : works) {
        futures.push_back(asio::co_spawn(io, std::move(work), asio::use_future));
    }
    io.run();
    std::vector<T> out;
    for (auto& future : futures) out.push_back(future.get());
    return out;
}

template <class T>
T run(asio::awaitable<T> work) {
    std::vector<asio::awaitable<T>> works;
    works.push_back(std::move(work));
    return std::move(run_all(std::move(works)).front());
}

/// The error's code; empty when there is none.
template <class T>
std::optional<errc> error_of(const result<T>& answer) {
    if (answer) return std::nullopt;
    return answer.error().code;
}

class user_shop : public market::testing::sqlite_shop {
public:
    static constexpr const char* secret = "0123456789abcdef0123456789abcdef";

    /// How far a test is from what a shop is opened with.
    struct odds {
        std::size_t hash_queue_max = 64;
        throttle_limits limits = unlimited;
        std::string secret = user_shop::secret;
        std::vector<std::string> previous_secrets{};
        std::chrono::milliseconds ended_sessions_every = 20ms;
    };
    static constexpr throttle_limits unlimited{0, 0, 0, 0, 0, 0};

    user_shop() : user_shop(odds{}) {}
    explicit user_shop(odds chosen) : module_(open(std::move(chosen))) {}
    ~user_shop() { module_->stop(); }

    user_service& users() { return module_->service(); }
    /// Its server is gone, its record stays.
    void close() { module_->stop(); }
    /// A further module on the same record, as of another instance; started.
    std::unique_ptr<user_module> open(odds chosen) {
        settings all{.secret = std::move(chosen.secret),
                     .previous_secrets = std::move(chosen.previous_secrets),
                     .mail_url = "file:" + mail_folder().string(),
                     .mail_from = "Markt & Söhne <shop@market.example>",
                     .limits = chosen.limits,
                     .hash_queue_max = chosen.hash_queue_max,
                     .ended_sessions_every = chosen.ended_sessions_every,
                     .mail_retry_first = 20ms};
        auto module =
            make_user_module({database(), blocking_}, clock, *counts_, std::move(all)).value();
        module->start().value();
        return module;
    }

    std::filesystem::path mail_folder() const { return folder() / "post" / "mail"; }

    /// The mails sent, oldest first by name, once none waits any more.
    std::vector<std::string> mails() {
        if (!market::testing::eventually([this] { return mails_waiting() == 0; }))
            throw std::runtime_error("a mail waits for too long");
        std::vector<std::filesystem::path> paths;
        if (!std::filesystem::exists(mail_folder())) return {};
        for (const auto& entry : std::filesystem::directory_iterator{mail_folder()}) {
            if (entry.path().extension() == ".eml") paths.push_back(entry.path());
        }
        std::sort(paths.begin(), paths.end());
        std::vector<std::string> out;
        for (const auto& path : paths) {
            std::ifstream file{path, std::ios::binary};
            out.emplace_back(std::istreambuf_iterator<char>{file},
                             std::istreambuf_iterator<char>{});
        }
        return out;
    }

    /// Asks for a code and takes it from the mail.
    std::string code_for(const std::string& email, code_purpose purpose = code_purpose::signup) {
        run(users().send_code(purpose, email, client)).value();
        const std::string mark = " code: ";
        const std::string mail = mails().back();
        return mail.substr(mail.find(mark) + mark.size(), 6);
    }
    std::int64_t mails_waiting() { return number(db::sql{} << "SELECT COUNT(*) FROM mails"); }
    std::int64_t events(std::string_view kind) {
        return number(db::sql{} << "SELECT COUNT(*) FROM security_events WHERE kind = " << kind);
    }

    signup signup_of(const std::string& email, const std::string& code) const {
        return {email, password, "김철수", "010-1234-5678", home, code};
    }
    account sign_up(const std::string& email) {
        return run(users().sign_up(signup_of(email, code_for(email)), client)).value();
    }

    void execute(const db::sql& statement) {
        database()
            .write([&](db::transaction& tx) -> result<void> {
                tx.execute(statement);
                return {};
            })
            .value();
    }
    std::int64_t number(const db::sql& query) {
        return database()
            .read([&](db::transaction& tx) -> result<std::int64_t> {
                return std::get<0>(tx.query_one<std::int64_t>(query).value());
            })
            .value();
    }
    std::int64_t count_users() { return number(db::sql{} << "SELECT COUNT(*) FROM users"); }

    const std::string client = "192.0.2.1";
    const std::string password = "correct horse";
    const address home{"서울", "중구", "04524", "세종대로 110"};
    test_clock clock;

private:
    worker_pool blocking_{4, 1'000};
    std::unique_ptr<throttle> counts_ = make_memory_throttle(clock);
    std::unique_ptr<user_module> module_;
};

/// Another code of the same form.
inline std::string other_code(const std::string& code) {
    std::string out = code;
    out.back() = out.back() == '0' ? '1' : '0';
    return out;
}

}  // namespace market::user::testing
