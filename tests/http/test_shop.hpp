#pragma once
/// A real server on a free port in front of services that say what a test wants.
#include <market/base/worker_pool.hpp>
#include <market/http/server.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::test {

/// Closed until opened; those who came wait.
class barrier_gate {
public:
    void close();
    void open();
    void pass();
    /// Until someone waits. False: no one within 10 s.
    bool wait_for_someone();

private:
    std::mutex guard_;
    std::condition_variable changed_;
    bool closed_ = false;
    int waiting_ = 0;
};

class fake_users final : public user::user_service {
public:
    result<user::principal> authenticate(std::string_view access_token) const override;
    asio::awaitable<result<bool>> email_available(std::string email, std::string client) override;
    asio::awaitable<result<void>> send_code(user::code_purpose purpose, std::string email,
                                            std::string client) override;
    asio::awaitable<result<void>> verify_code(user::code_purpose purpose, std::string email,
                                              std::string code) override;
    asio::awaitable<result<user::account>> sign_up(user::signup request,
                                                   std::string client) override;
    asio::awaitable<result<user::token_pair>> log_in(std::string email, std::string password,
                                                     std::string client) override;
    asio::awaitable<result<user::token_pair>> refresh(std::string refresh_token,
                                                      std::string client) override;
    asio::awaitable<result<void>> log_out(user::principal who, std::string client) override;
    asio::awaitable<result<void>> log_out_all(user::principal who, std::string client) override;
    asio::awaitable<result<void>> reset_password(std::string email, std::string code,
                                                 std::string new_password,
                                                 std::string client) override;
    asio::awaitable<result<void>> change_password(user::principal who, std::string current,
                                                  std::string new_password,
                                                  std::string client) override;
    asio::awaitable<result<user::account>> read(user_id id) override;
    asio::awaitable<result<user::account>> change_profile(user_id id,
                                                          user::profile_change change) override;
    asio::awaitable<result<user::account>> set_up(std::string token, std::string email,
                                                  std::string password, std::string name,
                                                  std::string client) override;
    asio::awaitable<result<user::security_event_id>> begin_admin_action(
        user::principal who, std::string action, std::string client) override;
    asio::awaitable<void> end_admin_action(user::security_event_id action,
                                           std::optional<errc> refused_with) override;

    /// Of the last call that took one, and the last change of a profile. Read them after the reply.
    std::string client;
    user::profile_change change;
    std::vector<std::string> trail;            ///< likewise: of admins, begins and ends
    std::optional<failure> trail_refusal;      ///< set before the request
    std::function<void()> when_begun = [] {};  ///< likewise
    std::atomic<int> calls{0};
};

class fake_catalog final : public catalog::catalog_service {
public:
    asio::awaitable<result<catalog::product>> create_product(catalog::new_product wanted,
                                                             user_id actor) override;
    asio::awaitable<result<catalog::rendered_ptr<catalog::product>>> read_product(
        product_id id) override;
    asio::awaitable<result<catalog::rendered_ptr<page<catalog::product>>>> list_products(
        catalog::product_search wanted) override;
    asio::awaitable<result<catalog::product>> change_product(
        product_id id, catalog::product_change wanted, catalog::version_condition upon) override;
    asio::awaitable<result<void>> retire_product(product_id id) override;
    asio::awaitable<result<stock::movement>> adjust_stock(product_id id, std::int64_t delta,
                                                          std::string reason,
                                                          user_id actor) override;
    asio::awaitable<result<catalog::product_stock>> read_stock(product_id id) override;
    asio::awaitable<result<page<stock::movement>>> list_movements(product_id id,
                                                                  page_request request) override;
    asio::awaitable<result<catalog::sale>> create_sale(catalog::new_sale wanted,
                                                       user_id actor) override;
    asio::awaitable<result<catalog::rendered_ptr<catalog::sale>>> read_sale(sale_id id) override;
    asio::awaitable<result<catalog::rendered_ptr<page<catalog::sale>>>> list_sales(
        page_request request, catalog::sale_filter filter) override;
    asio::awaitable<result<catalog::sale>> change_sale(sale_id id, catalog::sale_change wanted,
                                                       user_id actor,
                                                       catalog::version_condition upon) override;
    asio::awaitable<result<catalog::sale>> pause_sale(sale_id id, bool paused) override;
    asio::awaitable<result<catalog::sale_stock>> read_sale_stock(sale_id id) override;
    asio::awaitable<result<catalog::sale>> close_sale(sale_id id, user_id actor) override;
    void note_units_moved() noexcept override {}
    std::atomic<int> calls{0};
    /// What the last call was given. Read it after the reply.
    catalog::product_search searched;
    catalog::product_change product_changed;
    catalog::sale_change sale_changed;
    catalog::version_condition upon;
    std::string adjusted;  ///< delta and reason
};

class fake_orders final : public order::order_service {
public:
    asio::awaitable<result<order::purchase_reply>> place(order::purchase_request request) override;
    asio::awaitable<result<order::order>> read(user::principal who, order_id id) override;
    asio::awaitable<result<page<order::order>>> list(user::principal who, page_request request,
                                                     order::order_filter filter) override;
    asio::awaitable<result<order::order>> cancel(user::principal who, order_id id,
                                                 std::string traceparent) override;
    asio::awaitable<result<order::order>> set_delivery(user::principal who, order_id id,
                                                       order::delivery_change wanted,
                                                       std::string traceparent) override;
    asio::awaitable<result<order::order>> request_return(user::principal who, order_id id,
                                                         std::string reason,
                                                         std::string traceparent) override;
    asio::awaitable<result<order::order>> accept_return(user::principal who, order_id id,
                                                        std::string traceparent) override;
    asio::awaitable<result<order::order>> pay(user::principal who, order_id id, std::string token,
                                              std::string traceparent) override;
    asio::awaitable<result<order::payment_receipt>> take_notice(order::payment_notice told,
                                                                std::string traceparent) override;

    /// The last call of an order's life, in words. Read it after the reply.
    std::string asked() const;
    /// The last purchase asked for. Read it after the reply.
    order::purchase_request placed() const;

    std::atomic<int> calls{0};
    std::optional<failure> refusal;  ///< set before the request
    bool replays = false;            ///< likewise
    bool throws = false;             ///< likewise
    barrier_gate gate;

private:
    mutable std::mutex guard_;
    order::purchase_request placed_;
    std::string asked_;
    result<order::order> answer_life(std::string asked);
    worker_pool waiting_{8, 64};
};

class fake_rebuilder final : public stock::gate_rebuilder {
public:
    asio::awaitable<result<void>> rebuild(sale_id sale, stock::rebuild_reason why) override;
    std::atomic<int> drifts{0};
    std::optional<failure> refusal;  ///< set before the request
};

struct test_shop {
    explicit test_shop(http::settings chosen = {}, std::vector<http::readiness_check> checks = {});

    fake_users users;
    fake_catalog catalog;
    fake_orders orders;
    fake_rebuilder rebuilder;
    std::unique_ptr<stock::stock_gate> gate;
    std::unique_ptr<http::server> server;
};

struct raw_reply {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    std::string text;  ///< all of it
};

/// A socket that sends what it is told, byte for byte.
class raw_client {
public:
    explicit raw_client(std::uint16_t port);
    explicit raw_client(const std::string& unix_path);
    ~raw_client();
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;

    void send(std::string_view bytes);
    /// The next reply; status 0 when the connection ends, or nothing comes for 10 s. `has_body` is
    /// false for the answer to HEAD.
    raw_reply read(bool has_body = true);
    /// Did the server close, with nothing more to read?
    bool is_closed();

private:
    bool receive();
    int socket_;
    std::string waiting_;
};

/// One request on a connection of its own.
raw_reply ask(std::uint16_t port, const std::string& head, const std::string& body = "");

}  // namespace market::test
