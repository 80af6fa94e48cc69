#pragma once
#include <market/base/error.hpp>

#include <string>
#include <utility>

namespace market::app {

/// Lets one server use a SQLite file: a kernel lock on a file beside the database. It ends with the
/// process, however that dies. Other verbs do not take it.
class server_lock {
public:
    /// Errors: internal with one sentence when another server has it or it cannot be made.
    static result<server_lock> take(const std::string& database_path);

    server_lock(server_lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    server_lock& operator=(server_lock&&) = delete;
    ~server_lock();

private:
    explicit server_lock(int file) : file_(file) {}
    int file_;
};

}  // namespace market::app
