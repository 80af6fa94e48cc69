#include "test_shop.hpp"

#include <boost/asio/this_coro.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace market::test {
namespace {

user::account an_account(const std::string& email) {
    user::account out;
    out.email = email;
    out.name = "A Buyer";
    return out;
}

}  // namespace

void barrier_gate::close() {
    const std::lock_guard lock(guard_);
    closed_ = true;
}

void barrier_gate::open() {
    const std::lock_guard lock(guard_);
    closed_ = false;
    changed_.notify_all();
}

void barrier_gate::pass() {
    std::unique_lock lock(guard_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !closed_; });
    --waiting_;
}

bool barrier_gate::wait_for_someone() {
    std::unique_lock lock(guard_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return waiting_ > 0; });
}

result<user::principal> fake_users::authenticate(std::string_view access_token) const {
    user::principal who;
    if (access_token != "user" && access_token != "admin")
        return failure{errc::unauthenticated, "no valid token"};
    who.role = access_token == "admin" ? user::role::admin : user::role::user;
    return who;
}

asio::awaitable<result<bool>> fake_users::email_available(std::string, std::string from) {
    ++calls;
    client = std::move(from);
    co_return true;
}

asio::awaitable<result<void>> fake_users::send_code(user::code_purpose, std::string, std::string) {
    ++calls;
    co_return result<void>();
}

asio::awaitable<result<void>> fake_users::verify_code(user::code_purpose, std::string,
                                                      std::string) {
    co_return failure{errc::code_invalid, "the code is not valid"};
}

asio::awaitable<result<user::account>> fake_users::sign_up(user::signup request, std::string) {
    ++calls;
    co_return an_account(request.email);
}

asio::awaitable<result<user::token_pair>> fake_users::log_in(std::string, std::string,
                                                             std::string) {
    co_return user::token_pair{"access", std::chrono::seconds(900), "refresh"};
}

asio::awaitable<result<user::token_pair>> fake_users::refresh(std::string, std::string) {
    co_return failure{errc::refresh_invalid, "the token is not valid"};
}

asio::awaitable<result<void>> fake_users::log_out(user::principal, std::string) {
    ++calls;
    co_return result<void>();
}

asio::awaitable<result<void>> fake_users::log_out_all(user::principal, std::string) {
    ++calls;
    co_return result<void>();
}

asio::awaitable<result<void>> fake_users::reset_password(std::string, std::string, std::string,
                                                         std::string) {
    ++calls;
    co_return result<void>();
}

asio::awaitable<result<void>> fake_users::change_password(user::principal, std::string current,
                                                          std::string, std::string) {
    ++calls;
    if (current != "the right one") co_return failure{errc::password_wrong, "it is wrong"};
    co_return result<void>();
}

asio::awaitable<result<user::account>> fake_users::read(user_id) {
    co_return an_account("me@shop.example");
}

asio::awaitable<result<user::account>> fake_users::change_profile(user_id,
                                                                  user::profile_change wanted) {
    ++calls;
    change = std::move(wanted);
    co_return an_account("me@shop.example");
}

asio::awaitable<result<user::account>> fake_users::set_up(std::string token, std::string email,
                                                          std::string, std::string, std::string) {
    if (token != "right") co_return failure{errc::not_found, "the link is not valid"};
    co_return an_account(email);
}

asio::awaitable<result<user::security_event_id>> fake_users::begin_admin_action(user::principal,
                                                                                std::string action,
                                                                                std::string) {
    if (trail_refusal) co_return *trail_refusal;
    when_begun();
    trail.push_back(std::move(action));
    co_return user::security_event_id{};
}

asio::awaitable<void> fake_users::end_admin_action(user::security_event_id,
                                                   std::optional<errc> refused_with) {
    trail.push_back(refused_with ? std::string{to_string(*refused_with)} : "done");
    co_return;
}

asio::awaitable<result<catalog::product>> fake_catalog::create_product(catalog::new_product,
                                                                       user_id) {
    ++calls;
    co_return catalog::product{};
}

asio::awaitable<result<catalog::rendered_ptr<catalog::product>>> fake_catalog::read_product(
    product_id) {
    co_return failure{errc::product_not_found, "no such product"};
}

asio::awaitable<result<catalog::rendered_ptr<page<catalog::product>>>> fake_catalog::list_products(
    catalog::product_search wanted) {
    searched = wanted;
    page<catalog::product> out;
    out.items.resize(static_cast<std::size_t>(wanted.limit));
    out.next_cursor = "next";
    co_return catalog::render(std::move(out), "KRW");
}

asio::awaitable<result<catalog::product>> fake_catalog::change_product(
    product_id, catalog::product_change wanted, catalog::version_condition on) {
    ++calls;
    product_changed = std::move(wanted);
    upon = std::move(on);
    catalog::product out;
    out.version = 7;
    co_return out;
}

asio::awaitable<result<void>> fake_catalog::retire_product(product_id) {
    ++calls;
    co_return result<void>();
}

asio::awaitable<result<stock::movement>> fake_catalog::adjust_stock(product_id, std::int64_t delta,
                                                                    std::string reason, user_id) {
    ++calls;
    adjusted = std::to_string(delta) + " " + reason;
    co_return stock::movement{};
}

asio::awaitable<result<catalog::product_stock>> fake_catalog::read_stock(product_id) {
    co_return catalog::product_stock{};
}

asio::awaitable<result<page<stock::movement>>> fake_catalog::list_movements(product_id,
                                                                            page_request) {
    co_return page<stock::movement>{};
}

asio::awaitable<result<catalog::sale>> fake_catalog::create_sale(catalog::new_sale, user_id) {
    ++calls;
    co_return catalog::sale{};
}

asio::awaitable<result<catalog::rendered_ptr<catalog::sale>>> fake_catalog::read_sale(sale_id) {
    co_return catalog::render(catalog::sale{}, "KRW");
}

asio::awaitable<result<catalog::rendered_ptr<page<catalog::sale>>>> fake_catalog::list_sales(
    page_request, catalog::sale_filter) {
    co_return catalog::render(page<catalog::sale>{}, "KRW");
}

asio::awaitable<result<catalog::sale>> fake_catalog::change_sale(sale_id,
                                                                 catalog::sale_change wanted,
                                                                 user_id,
                                                                 catalog::version_condition on) {
    ++calls;
    sale_changed = std::move(wanted);
    upon = std::move(on);
    co_return failure{errc::precondition_failed, "it was changed"};
}

asio::awaitable<result<catalog::sale>> fake_catalog::pause_sale(sale_id, bool paused) {
    ++calls;
    if (!paused) co_return failure{errc::sale_state, "it has ended"};
    co_return catalog::sale{};
}

asio::awaitable<result<catalog::sale_stock>> fake_catalog::read_sale_stock(sale_id) {
    co_return catalog::sale_stock{};
}

asio::awaitable<result<catalog::sale>> fake_catalog::close_sale(sale_id, user_id) {
    ++calls;
    co_return catalog::sale{};
}

asio::awaitable<result<order::purchase_reply>> fake_orders::place(order::purchase_request request) {
    ++calls;
    {
        const std::lock_guard lock(guard_);
        placed_ = std::move(request);
    }
    auto work = [this]() -> result<void> {
        gate.pass();
        return {};
    };
    auto passed = co_await waiting_.run(std::move(work));
    if (!passed) co_return passed.error();
    if (throws) throw std::runtime_error("secret words of a driver");
    if (refusal) co_return *refusal;
    co_return order::purchase_reply{order_id{}, R"({"as":"given"})", replays};
}

order::purchase_request fake_orders::placed() const {
    const std::lock_guard lock(guard_);
    return placed_;
}

asio::awaitable<result<order::order>> fake_orders::read(user::principal, order_id) {
    co_return failure{errc::order_not_found, "no such order"};
}

asio::awaitable<result<page<order::order>>> fake_orders::list(user::principal, page_request,
                                                              order::order_filter) {
    co_return page<order::order>{};
}

asio::awaitable<result<order::order>> fake_orders::cancel(user::principal, order_id, std::string) {
    ++calls;
    co_return failure{errc::order_state, "it was shipped"};
}

result<order::order> fake_orders::answer_life(std::string asked) {
    ++calls;
    const std::lock_guard lock(guard_);
    asked_ = std::move(asked);
    if (refusal) return *refusal;
    return order::order{};
}

std::string fake_orders::asked() const {
    const std::lock_guard lock(guard_);
    return asked_;
}

asio::awaitable<result<order::order>> fake_orders::set_delivery(user::principal, order_id,
                                                                order::delivery_change wanted,
                                                                std::string) {
    constexpr std::array names{"preparing", "shipped", "delivered"};
    co_return answer_life(std::string("deliver ") + names.at(static_cast<std::size_t>(wanted.to)) +
                          " " + wanted.carrier.value_or("-") + " " + wanted.tracking.value_or("-"));
}

asio::awaitable<result<order::order>> fake_orders::request_return(user::principal, order_id,
                                                                  std::string reason, std::string) {
    co_return answer_life("return " + reason);
}

asio::awaitable<result<order::order>> fake_orders::accept_return(user::principal, order_id,
                                                                 std::string) {
    co_return answer_life("accept");
}

asio::awaitable<result<order::order>> fake_orders::pay(user::principal, order_id, std::string token,
                                                       std::string) {
    co_return answer_life("pay " + token);
}

asio::awaitable<result<order::payment_receipt>> fake_orders::take_notice(order::payment_notice told,
                                                                         std::string) {
    auto done = answer_life("notice " + told.id + " " + std::string(order::to_string(told.kind)));
    if (!done) co_return done.error();
    co_return order::payment_receipt{told.id, told.order, order::payment_state::captured};
}

asio::awaitable<result<void>> fake_rebuilder::rebuild(sale_id, stock::rebuild_reason why) {
    if (why == stock::rebuild_reason::drift) ++drifts;
    if (refusal) co_return *refusal;
    co_return result<void>();
}

test_shop::test_shop(http::settings chosen, std::vector<http::readiness_check> checks)
    : gate(stock::make_memory_gate(system_clock())) {
    chosen.port = 0;
    server = http::make_server({users, catalog, orders, rebuilder, *gate}, std::move(chosen),
                               std::move(checks));
    if (auto started = server->start(); !started) throw std::runtime_error(started.error().detail);
}

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("connect");
}

raw_client::raw_client(const std::string& unix_path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, unix_path.c_str(), sizeof to.sun_path - 1);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("connect");
}

raw_client::~raw_client() { ::close(socket_); }

void raw_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the server closed: what it said is still to be read
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool raw_client::receive() {
    char bytes[16 * 1024];
    const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    waiting_.append(bytes, static_cast<std::size_t>(count));
    return true;
}

raw_reply raw_client::read(bool has_body) {
    raw_reply out;
    std::size_t end = 0;
    while ((end = waiting_.find("\r\n\r\n")) == std::string::npos) {
        if (!receive()) return out;
    }
    end += 4;
    out.status = std::stoi(waiting_.substr(9, 3));
    for (std::size_t at = waiting_.find("\r\n") + 2; at + 2 < end;) {
        const auto line = waiting_.substr(at, waiting_.find("\r\n", at) - at);
        auto name = line.substr(0, line.find(':'));
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        out.headers[name] = line.substr(line.find(':') + 2);
        at += line.size() + 2;
    }
    const auto length =
        out.headers.count("content-length") != 0 ? std::stoul(out.headers["content-length"]) : 0;
    const auto total = end + (has_body ? length : 0);
    while (waiting_.size() < total) {
        if (!receive()) return raw_reply{};
    }
    out.text = waiting_.substr(0, total);
    out.body = out.text.substr(end);
    waiting_.erase(0, total);
    return out;
}

bool raw_client::is_closed() {
    if (!waiting_.empty()) return false;
    char byte = 0;
    return ::recv(socket_, &byte, 1, 0) == 0;
}

raw_reply ask(std::uint16_t port, const std::string& head, const std::string& body) {
    raw_client client(port);
    const auto end = head.find("\r\n") == std::string::npos ? head.size() : head.find("\r\n");
    std::string request = head.substr(0, end) + " HTTP/1.1\r\nHost: shop\r\n";
    if (end < head.size()) request += head.substr(end + 2) + "\r\n";
    if (!body.empty()) {
        request +=
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n";
    }
    client.send(request + "\r\n" + body);
    return client.read(!head.starts_with("HEAD "));
}

}  // namespace market::test
