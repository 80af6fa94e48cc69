#pragma once
#include <market/base/error.hpp>
#include <market/base/worker_pool.hpp>
#include <market/catalog/catalog_service.hpp>
#include <market/http/network.hpp>
#include <market/order/order_service.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>
#include <market/user/user_service.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace market::http {

/// What the handlers call. All must outlive the server.
struct services {
    user::user_service& users;
    catalog::catalog_service& catalog;
    order::order_service& orders;
    stock::gate_rebuilder& rebuilder;
    stock::stock_gate& gate;  ///< for the control socket only
};

struct settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  ///< 0: any free port
    std::size_t io_threads = 2;
    std::chrono::milliseconds request_deadline{5'000};
    std::string currency = "KRW";
    std::string control_socket;  ///< path of a Unix socket; empty: none
    std::string webhook_secret;  ///< the payment provider's; empty: its calls are refused
    std::vector<std::string> cors_origins;  ///< "*": any; empty: CORS is off
    std::vector<network> trusted_proxies;   ///< their X-Forwarded-For is believed
};

/// One part of `/readyz`. `problem` runs on an I/O thread and must not block; it returns nothing
/// when all is well.
struct readiness_check {
    std::string name;  ///< migrations, database, gate, events
    std::function<std::optional<std::string>()> problem;
    bool fatal = true;  ///< false: shown only, the server stays ready
};

/// Checks that nobody else has the port: SO_REUSEPORT would let two servers share it in silence.
/// Errors: internal, with one sentence that names the address and the cause.
result<void> probe_port(const std::string& address, std::uint16_t port);

/// The HTTP server: N threads, each with its own io_context and SO_REUSEPORT acceptor.
class server {
public:
    virtual ~server() = default;
    /// Calls probe_port, binds the port and accepts. Errors: as probe_port.
    virtual result<void> start() = 0;
    /// The port that start() has bound.
    virtual std::uint16_t port() const = 0;
    /// Becomes unready, stops accepting, closes idle connections, and waits for requests in flight
    /// until `until`. Returns false when it had to close connections with a request in flight. The
    /// threads run on until the destructor, which waits for their handlers.
    virtual bool stop(deadline until) = 0;
};

std::unique_ptr<server> make_server(services services, settings settings,
                                    std::vector<readiness_check> checks);

}  // namespace market::http
