#pragma once
/// A Redis of a test's own, on a Unix socket in a folder that goes with it.
#include <market/redis/client.hpp>

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace market::redis::test {

class private_redis {
public:
    /// Whether there is a redis-server here; says once when there is none.
    static bool can_be_had();

    /// Starts it, with these options besides.
    explicit private_redis(std::vector<std::string> more = {});
    ~private_redis();
    private_redis(const private_redis&) = delete;
    private_redis& operator=(const private_redis&) = delete;

    std::string url() const { return "unix:" + socket(); }
    std::string url_with(const std::string& login) const {
        return "redis+unix://" + login + "@" + socket();
    }
    std::unique_ptr<client> open(options chosen = {}) const;

    /// Anew, with what it finds in its folder. It ends with the thread that started it.
    void start();
    void kill();   ///< as a loss of power would
    void pause();  ///< it takes connections and answers nothing
    void resume();

private:
    std::string socket() const { return (folder_ / "socket").string(); }
    void signal(int which) const;

    std::filesystem::path folder_;
    std::vector<std::string> more_;
    pid_t process_ = -1;
};

}  // namespace market::redis::test
