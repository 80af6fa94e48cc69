#pragma once
/// The thread that sends waiting mails, with pauses that grow after failures. Several servers share
/// one list. Each mail is leased to one of them, and is sent twice only when its server died
/// between sending it and deleting its row.
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
    /// All references outlive the dispatcher.
    mail_dispatcher(db::database& database, const signing_keys& keys,
                    const email_codes& signup_codes, const email_codes& reset_codes,
                    std::unique_ptr<mailer> mailer, std::chrono::milliseconds retry_first);
    ~mail_dispatcher() { stop(); }
    mail_dispatcher(const mail_dispatcher&) = delete;
    mail_dispatcher& operator=(const mail_dispatcher&) = delete;

    void start();
    /// Ends the thread. A mail whose delivery does not end soon stays on the list.
    void stop();
    /// There is a new mail on the list. Thread-safe.
    void notify();

private:
    void run();
    /// False: nothing was due, or the list could not be read.
    bool send_due_mails();
    /// Sends the mail. Returns after what pause to try again; empty when it needs no other try.
    std::optional<std::chrono::milliseconds> attempt(const waiting_mail& row);
    /// Deletes the mail's row, or makes it due again after `pause`.
    void settle(const waiting_mail& row, std::optional<std::chrono::milliseconds> pause);
    mail compose(const waiting_mail& row, const signing_keys::key& key) const;
    std::chrono::milliseconds pause_after(std::int64_t attempts) const;
    bool is_stopped();

    db::database& database_;
    const signing_keys& keys_;
    const email_codes& signup_codes_;
    const email_codes& reset_codes_;
    const std::unique_ptr<mailer> mailer_;
    const std::chrono::milliseconds retry_first_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool notified_ = false;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace market::user
