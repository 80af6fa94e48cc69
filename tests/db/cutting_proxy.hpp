#pragma once
/// Stands between a client and a MySQL server, and cuts the connection around a COMMIT.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace market::db::test {

class cutting_proxy {
public:
    enum class cut { never, before_commit, after_commit };

    /// Forwards to 127.0.0.1-style `host`:`port`.
    cutting_proxy(std::string host, std::uint16_t port);
    ~cutting_proxy();
    cutting_proxy(const cutting_proxy&) = delete;
    cutting_proxy& operator=(const cutting_proxy&) = delete;

    std::uint16_t port() const { return port_; }
    /// Holds for every COMMIT from now on.
    void set(cut when) { when_ = when; }

private:
    struct link {
        int client = -1;
        int server = -1;
        std::atomic<bool> swallow_reply{false};
        void close_both() const;
        ~link();
    };

    void accept_all();
    void pump_to_server(link& between);
    static void pump_to_client(link& between);

    std::string host_;
    std::uint16_t server_port_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<cut> when_{cut::never};
    std::vector<std::unique_ptr<link>> links_;
    std::vector<std::thread> threads_;
};

}  // namespace market::db::test
