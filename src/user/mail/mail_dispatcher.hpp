#pragma once
/// The thread that hands waiting mails on, with pauses that grow after failures. Several servers
/// share one list; each mail is leased to one of them, and goes out again only when its server died
/// between sending it and taking it off the list.
#include "mail/mail_queries.hpp"
#include "mail/mailer.hpp"
#include "secrets/signing_keys.hpp"

#include <market/db/database.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace market::user {

class mail_dispatcher {
public:
    mail_dispatcher(db::database& database, const signing_keys& keys, const email_codes& signup,
                    const email_codes& reset, std::unique_ptr<mailer> post,
                    std::chrono::milliseconds retry_first);
    ~mail_dispatcher() { stop(); }
    mail_dispatcher(const mail_dispatcher&) = delete;
    mail_dispatcher& operator=(const mail_dispatcher&) = delete;

    void start();
    /// A mail under way that does not end soon stays on the list, as the others do.
    void stop();
    /// Something was put on the list. Thread-safe.
    void notify();

private:
    void run();
    /// False: nothing was due, or the list could not be read.
    bool round();
    /// Empty: it is done with; else it is due again after `pause`.
    void note(const waiting_mail& one, std::optional<std::chrono::milliseconds> pause);
    std::optional<std::chrono::milliseconds> attempt(const waiting_mail& one);
    mail compose(const waiting_mail& one, const signing_keys::key& key) const;
    std::chrono::milliseconds pause_after(std::int64_t attempts) const;
    bool is_stopped();

    db::database& database_;
    const signing_keys& keys_;
    const email_codes& signup_codes_;
    const email_codes& reset_codes_;
    std::unique_ptr<mailer> mailer_;
    const std::chrono::milliseconds retry_first_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool notified_ = false;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace market::user
