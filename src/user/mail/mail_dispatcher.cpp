#include "mail/mail_dispatcher.hpp"

#include <market/base/log.hpp>

#include <algorithm>

namespace market::user {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

/// Nobody notifies of the mails of other servers, or of a pause that is over.
constexpr std::chrono::milliseconds poll_every = 1s;
constexpr std::size_t batch_max = 16;
/// A lease outlives the slowest delivery that may still begin under it.
constexpr std::chrono::seconds lease = 30s;
constexpr std::chrono::seconds begin_within = 5s;
static_assert(begin_within + delivery_max < lease);
constexpr std::chrono::milliseconds retry_pause_max = 30s;

}  // namespace

mail_dispatcher::mail_dispatcher(db::database& database, const signing_keys& keys,
                                 const email_codes& signup_codes, const email_codes& reset_codes,
                                 std::unique_ptr<mailer> mailer,
                                 std::chrono::milliseconds retry_first)
    : database_(database),
      keys_(keys),
      signup_codes_(signup_codes),
      reset_codes_(reset_codes),
      mailer_(std::move(mailer)),
      retry_first_(retry_first) {}

void mail_dispatcher::start() {
    thread_ = std::thread{[this] { run(); }};
}

void mail_dispatcher::stop() {
    {
        const std::lock_guard held{mutex_};
        stopped_ = true;
    }
    wake_.notify_all();
    mailer_->abandon();
    if (thread_.joinable()) thread_.join();
}

void mail_dispatcher::notify() {
    {
        const std::lock_guard held{mutex_};
        notified_ = true;
    }
    wake_.notify_all();
}

bool mail_dispatcher::is_stopped() {
    const std::lock_guard held{mutex_};
    return stopped_;
}

void mail_dispatcher::run() {
    while (!is_stopped()) {
        if (send_due_mails()) continue;
        std::unique_lock held{mutex_};
        wake_.wait_for(held, poll_every, [this] { return notified_ || stopped_; });
        notified_ = false;
    }
}

bool mail_dispatcher::send_due_mails() {
    const auto began_at = steady::now();
    const auto mails =
        database_.write([](db::transaction& tx) -> result<std::vector<waiting_mail>> {
            return lease_mails(tx, batch_max, lease);
        });
    if (!mails || mails->empty()) return false;
    for (const auto& row : *mails) {
        if (is_stopped() || steady::now() - began_at > begin_within)
            settle(row, 0ms);  // another server may be faster
        else
            settle(row, attempt(row));
    }
    return true;
}

std::optional<std::chrono::milliseconds> mail_dispatcher::attempt(const waiting_mail& row) {
    if (row.kind == mail_kind::nothing) return std::nullopt;
    if (row.is_late) {
        log::warning("user.mail_given_up", {{"mail", to_string(row.id)}, {"tries", row.attempts}});
        return std::nullopt;
    }
    const auto* key = keys_.find(row.key_id);
    // While a secret is being replaced, another server has the key.
    if (key == nullptr) return retry_first_;
    const auto outcome = mailer_->send(compose(row, *key));
    if (outcome) return std::nullopt;
    log::warning(
        "user.mail_failed",
        {{"mail", to_string(row.id)}, {"tries", row.attempts}, {"cause", outcome.error().detail}});
    return pause_after(row.attempts);
}

void mail_dispatcher::settle(const waiting_mail& row,
                             std::optional<std::chrono::milliseconds> pause) {
    // When this fails, the mail goes out again after its lease.
    const auto outcome = database_.write([&](db::transaction& tx) -> result<void> {
        if (pause)
            put_off_mail(tx, row, *pause);
        else
            remove_mail(tx, row);
        return {};
    });
    if (!outcome) log::warning("user.mail_unnoted", {{"mail", to_string(row.id)}});
}

mail mail_dispatcher::compose(const waiting_mail& row, const signing_keys::key& key) const {
    if (row.kind == mail_kind::address_taken) {
        return mail{to_string(row.id), row.to, "You have an account already",
                    "Someone asked for a sign-up code for this address, which belongs to an "
                    "account.\nIf it was you, log in. If not, there is nothing to do.\n"};
    }
    const bool is_reset = row.kind == mail_kind::password_reset_code;
    const auto& codes = is_reset ? reset_codes_ : signup_codes_;
    const auto code = codes.code_of(key, row.to, row.nonce);
    const std::string name = is_reset ? "password reset code" : "sign-up code";
    return mail{to_string(row.id), row.to, "Your " + name + " is " + code,
                "Your " + name + ": " + code +
                    "\n\nIt is valid for 10 minutes and can be used once.\n"
                    "If you did not ask for it, there is nothing to do.\n"};
}

std::chrono::milliseconds mail_dispatcher::pause_after(std::int64_t attempts) const {
    constexpr std::int64_t doublings_max = 10;
    const auto doublings = std::clamp<std::int64_t>(attempts - 1, 0, doublings_max);
    return std::min(retry_first_ * (std::int64_t{1} << doublings), retry_pause_max);
}

}  // namespace market::user
