#pragma once
/// Accounts on an empty SQLite shop, with a clock that the test moves and mail in a folder.
#include <market/base/crypto.hpp>
#include <market/user/user_module.hpp>
#include <market/user/user_record.hpp>

#include <boost/asio/use_future.hpp>

#include <fstream>
#include <iterator>

#include "support/sqlite_shop.hpp"

namespace market::user::testing {

using namespace std::chrono_literals;

class test_clock : public wall_clock {
public:
    instant now() const override { return from_micros(micros_.fetch_add(step_)); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }
    /// Goes on by itself with each look at it.
    void advance_each_time(std::chrono::microseconds by) { step_ = by.count(); }

private:
    std::atomic<std::int64_t> step_{0};
    mutable std::atomic<std::int64_t> micros_{
        to_micros(parse_rfc3339("2026-11-23T09:00:00.000Z").value())};
};

/// Runs all at once and gives their answers, in the order given.
template <class T>
std::vector<T> run_all(std::vector<asio::awaitable<T>> works) {
    asio::io_context io;
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

    explicit user_shop(std::size_t hash_queue_max = 64) : service_(open(hash_queue_max)) {}

    user_service& users() { return *service_; }
    /// A further service on the same record, as of another instance.
    std::unique_ptr<user_service> open(std::size_t hash_queue_max) {
        settings chosen{.secret = secret,
                        .mail_url = "file:" + mail_folder().string(),
                        .mail_from = "Markt & Söhne <shop@market.example>",
                        .hash_queue_max = hash_queue_max};
        return make_user_service(database(), blocking_, clock, std::move(chosen)).value();
    }

    std::filesystem::path mail_folder() const { return folder() / "post" / "mail"; }

    /// The mails sent, oldest first by name.
    std::vector<std::string> mails() const {
        std::vector<std::filesystem::path> paths;
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
    std::string code_for(const std::string& email) {
        run(users().send_signup_code(email)).value();
        const std::string mark = "Your sign-up code: ";
        const std::string mail = mails().back();
        return mail.substr(mail.find(mark) + mark.size(), 6);
    }

    signup wish(const std::string& email, const std::string& code) const {
        return {email, password, "김철수", "010-1234-5678", home, code};
    }
    account sign_up(const std::string& email) {
        return run(users().sign_up(wish(email, code_for(email)))).value();
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

    const std::string password = "correct horse";
    const address home{"서울", "중구", "04524", "세종대로 110"};
    test_clock clock;

private:
    worker_pool blocking_{4, 1'000};
    std::unique_ptr<user_service> service_;
};

/// Another code of the same form.
inline std::string other_code(const std::string& code) {
    std::string out = code;
    out.back() = out.back() == '0' ? '1' : '0';
    return out;
}

}  // namespace market::user::testing
