#include "server/shop.hpp"

#include "config/auth_secret.hpp"
#include "server/record.hpp"

#include <market/base/log.hpp>
#include <market/outbox/publisher.hpp>
#include <market/stock/ledger.hpp>

#include <sys/un.h>

#include <thread>

namespace market::app {
namespace {

constexpr std::size_t database_threads = 8;
constexpr std::size_t database_queue_max = 1024;
constexpr std::chrono::seconds server_patience{20};
constexpr std::chrono::seconds relay_flush_max{5};

std::size_t io_threads(const configuration& config) {
    const auto wanted = static_cast<std::size_t>(config.integer("http.io_threads"));
    return wanted != 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

std::uint16_t http_port(const configuration& config) {
    return static_cast<std::uint16_t>(config.integer("http.port"));
}

std::optional<std::chrono::seconds> payment_hold(const configuration& config) {
    if (config.text("payments.mode") == "off") return std::nullopt;
    return std::chrono::seconds{config.integer("payments.hold_seconds")};
}

std::optional<std::chrono::seconds> auto_delivery(const configuration& config) {
    const std::chrono::seconds stay{config.integer("orders.auto_delivery_seconds")};
    return stay.count() > 0 ? std::optional{stay} : std::nullopt;
}

std::vector<http::network> trusted_proxies(const configuration& config) {
    std::vector<http::network> out;
    for (const auto& word : words_of(config.text("http.trusted_proxies")))
        out.push_back(http::network::read(word).value());  // checked when it was loaded
    return out;
}

user::settings user_settings(const configuration& config, const std::string& secret) {
    return {.secret = secret,
            .previous_secrets = words_of(config.text("auth.previous_secrets")),
            .mail_url = config.text("mail.url"),
            .mail_from = config.text("mail.from"),
            .mail_starttls_required = config.text("mail.starttls") == "required",
            .mail_ca_file = config.text("mail.ca_file"),
            .limits = {.login_account = config.integer("throttle.login_account"),
                       .login_client = config.integer("throttle.login_client"),
                       .codes_address = config.integer("throttle.codes_address"),
                       .codes_client = config.integer("throttle.codes_client"),
                       .email_check_client = config.integer("throttle.email_check_client"),
                       .refresh_session = config.integer("throttle.refresh_session")}};
}

}  // namespace

result<std::string> access_secret(const configuration& config) {
    const auto& configured = config.text("auth.secret");
    if (!configured.empty()) return configured;
    if (auto made = make_data_dir(config); !made) return made.error();
    return keep_secret(config.in_data_dir("auth.secret"));
}

std::string control_socket_path(const configuration& config) {
    return config.in_data_dir("control.sock");
}

result<std::unique_ptr<shop>> shop::open(const configuration& config) {
    if (const auto path = control_socket_path(config);
        path.size() >= sizeof(sockaddr_un::sun_path)) {
        return failure{errc::internal, "data_dir is too long: the path of a socket, " + path +
                                           ", has at most 107 bytes"};
    }
    // Check the port first, so that a second start by mistake leaves nothing behind.
    if (auto free = http::probe_port(config.text("http.address"), http_port(config)); !free)
        return free.error();
    if (auto made = make_data_dir(config); !made) return made.error();
    auto secret = access_secret(config);
    if (!secret) return secret.error();
    std::optional<server_lock> lock;
    if (const auto path = sqlite_path(config)) {
        auto taken = server_lock::take(*path);
        if (!taken) return taken.error();
        lock.emplace(std::move(*taken));
    }
    auto record = open_record(config, when_missing::make, server_patience);
    if (!record) return record.error();
    const auto applied = migrate_record(config, **record);
    if (!applied) return applied.error();
    if (!applied->empty()) {
        log::info("migrations.applied", {{"count", static_cast<std::int64_t>(applied->size())}});
    }
    auto gate = open_gate(config, server_patience);
    if (!gate) return gate.error();
    std::unique_ptr<shop> made{new shop{config, std::move(*record), std::move(*gate),
                                        std::move(lock), std::move(*secret)}};
    if (auto alone = made->keep_other_gates_out(); !alone)
        return unusable_record(config, alone.error().detail);
    if (auto built = made->build(); !built) return built.error();
    return made;
}

shop::shop(const configuration& config, std::unique_ptr<db::database> record, opened_gate gate,
           std::optional<server_lock> lock, std::string secret)
    : config_(config),
      secret_(std::move(secret)),
      lock_(std::move(lock)),
      record_(std::move(record)),
      database_threads_(database_threads, database_queue_max),
      database_(*record_, database_threads_),
      gate_server_(std::move(gate.server)),
      gate_(std::move(gate.gate)),
      readiness_(*record_, gate_server_.get()) {}

shop::~shop() {
    if (running_) stop(std::chrono::steady_clock::now());
}

/// For a shared database only: on SQLite the lock of the file already does this.
result<void> shop::keep_other_gates_out() {
    if (sqlite_path(config_)) return {};
    if (gate_server_) return gate_lease_keeper::expect_nobody(*record_);
    auto lease = gate_lease_keeper::take(*record_);
    if (!lease) return lease.error();
    gate_lease_ = std::move(*lease);
    return {};
}

result<void> shop::build() {
    auto publisher = outbox::make_publisher(config_.text("events.url"));
    if (!publisher) return failure{errc::internal, "events.url: " + publisher.error().detail};
    relay_ = outbox::make_relay(*record_, std::move(*publisher));

    const std::chrono::milliseconds request_deadline{config_.integer("http.request_deadline_ms")};
    auto notify = [this] {
        relay_->notify();
        catalog_->note_units_moved();
    };
    orders_ = order::make_order_module(
        database_, system_clock(), *gate_, notify,
        {.currency = config_.text("shop.currency"),
         .request_deadline = request_deadline,
         .batch_orders_max = static_cast<std::size_t>(config_.integer("writer.batch_orders_max")),
         .loader =
             gate_server_ ? make_random_id<stock::ledger::loader_id>() : stock::ledger::loader_id{},
         .return_window = std::chrono::days{config_.integer("orders.return_days")},
         .payment_hold = payment_hold(config_),
         .auto_delivery = auto_delivery(config_)});
    const auto low_at = config_.integer("stock.low_at");
    if (auto outcome = set_low_at(low_at); !outcome) return outcome.error();
    catalog_ = catalog::make_catalog_service(
        database_, system_clock(), *gate_, orders_->rebuilder(),
        {.currency = config_.text("shop.currency"), .low_at = low_at});
    throttle_ = gate_server_ ? user::make_redis_throttle(*gate_server_, system_clock())
                             : user::make_memory_throttle(system_clock());
    auto users = user::make_user_module(database_, system_clock(), *throttle_,
                                        user_settings(config_, secret_));
    if (!users) return failure{errc::internal, users.error().detail};
    users_ = std::move(*users);

    server_ = http::make_server({.users = users_->service(),
                                 .catalog = *catalog_,
                                 .orders = orders_->service(),
                                 .rebuilder = orders_->rebuilder(),
                                 .gate = *gate_},
                                {.address = config_.text("http.address"),
                                 .port = http_port(config_),
                                 .io_threads = io_threads(config_),
                                 .request_deadline = request_deadline,
                                 .currency = config_.text("shop.currency"),
                                 .control_socket = control_socket_path(config_),
                                 .webhook_secret = config_.text("payments.webhook_secret"),
                                 .cors_origins = words_of(config_.text("http.cors_origins")),
                                 .trusted_proxies = trusted_proxies(config_)},
                                readiness_checks());
    return {};
}

/// Changes existing pools too.
result<void> shop::set_low_at(std::int64_t units) {
    auto work = [units](db::transaction& tx) -> result<void> {
        stock::ledger::set_low_at(tx, units);
        return {};
    };
    return record_->write(work);
}

std::vector<http::readiness_check> shop::readiness_checks() {
    auto migrations = [this] { return readiness_.migrations_problem(); };
    auto database = [this] { return readiness_.database_problem(); };
    auto gate = [this] { return readiness_.gate_problem(); };
    auto events = [this]() -> std::optional<std::string> {
        if (relay_->healthy()) return std::nullopt;
        return "the last try to publish failed";
    };
    return {{"migrations", migrations},
            {"database", database},
            {"gate", gate},
            {"events", events, false}};
}

result<void> shop::start() {
    readiness_.start();
    if (auto started = users_->start(); !started) {
        readiness_.stop();
        return failure{errc::internal, "the accounts: " + started.error().detail};
    }
    relay_->start();
    orders_->start();
    running_ = true;
    return server_->start();
}

bool shop::stop(deadline until) {
    running_ = false;
    const bool all_answered = server_->stop(until);
    orders_->stop();
    database_.wait_until_idle();
    users_->stop();
    relay_->stop(relay_flush_max);
    readiness_.stop();
    return all_answered;
}

std::string shop::listening_on() const {
    const auto& address = config_.text("http.address");
    const bool v6 = address.find(':') != std::string::npos;
    return "http://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(server_->port());
}

std::string shop::url() const {
    const auto& address = config_.text("http.address");
    if (address != "0.0.0.0" && address != "::") return listening_on();
    return "http://localhost:" + std::to_string(server_->port());
}

}  // namespace market::app
