#include "server/server_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace market::app {

result<server_lock> server_lock::take(const std::string& database_path) {
    // By its real name: two spellings, or a link, of one database are one lock.
    std::error_code unresolved;
    const auto real = std::filesystem::weakly_canonical(database_path, unresolved);
    const auto path = (unresolved ? database_path : real.string()) + ".server-lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return failure{errc::internal, "database " + database_path + ": " + std::strerror(errno)};
    }
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return server_lock{file};
    const auto cause = errno;
    ::close(file);
    if (cause == EWOULDBLOCK) {
        return failure{errc::internal, "another market server runs on " + database_path +
                                           "; SQLite serves one server at a time"};
    }
    return failure{errc::internal, "cannot lock " + path + ": " + std::strerror(cause)};
}

server_lock::~server_lock() {
    if (file_ >= 0) ::close(file_);
}

}  // namespace market::app
