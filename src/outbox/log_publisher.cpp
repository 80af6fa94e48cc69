#include "log_publisher.hpp"

#include "cloud_event.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace market::outbox {

namespace {

constexpr std::size_t block_bytes = 64 * 1024;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() { ::close(number_); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

int open_checked(const std::filesystem::path& path, int flags) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
    if (number < 0) fail("open");
    return number;
}

void lock(int file) {
    while (::flock(file, LOCK_EX) != 0) {
        if (errno != EINTR) fail("lock");
    }
}

void sync(int file) {
    if (::fsync(file) != 0) fail("fsync");
}

void cut(int file, off_t length) {
    if (::ftruncate(file, length) != 0) fail("truncate");
}

/// Where the last whole line ends.
off_t end_of_lines(int file, off_t size) {
    std::array<char, 4096> block;
    while (size > 0) {
        const off_t from = std::max<off_t>(0, size - static_cast<off_t>(block.size()));
        const ssize_t got =
            ::pread(file, block.data(), static_cast<std::size_t>(size - from), from);
        if (got <= 0) fail("read");
        const std::string_view text{block.data(), static_cast<std::size_t>(got)};
        const auto line_end = text.rfind('\n');
        if (line_end != std::string_view::npos) return from + static_cast<off_t>(line_end) + 1;
        size = from;
    }
    return 0;
}

void write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            fail("write");
        }
    }
}

/// Writes a block at a time, so that many events need no more memory than a block.
void write_lines(int file, std::span<const event> events) {
    std::string block;
    for (const event& one : events) {
        add_cloud_event(block, one);
        if (block.size() < block_bytes) continue;
        write_all(file, block);
        block.clear();
    }
    write_all(file, block);
}

/// Appends all lines or, when that fails, none. After a crash some of them may stand there, the
/// last one torn: these events were not counted and come again.
void append_durably(const std::filesystem::path& path, std::span<const event> events) {
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
    std::filesystem::create_directories(folder);
    const descriptor file{open_checked(path, O_RDWR | O_APPEND | O_CREAT)};
    lock(file.get());
    struct stat state {};
    if (::fstat(file.get(), &state) != 0) fail("stat");
    // A crash in the middle of a write leaves a torn line, whose event was not counted.
    const off_t whole = end_of_lines(file.get(), state.st_size);
    if (whole != state.st_size) cut(file.get(), whole);
    try {
        write_lines(file.get(), events);
        sync(file.get());
    } catch (...) {
        cut(file.get(), whole);
        throw;
    }
    if (whole == 0) {  // perhaps a new file: its name has to be durable too
        const descriptor parent{open_checked(folder, O_RDONLY | O_DIRECTORY)};
        sync(parent.get());
    }
}

}  // namespace

result<publisher::outcome> log_publisher::publish(std::span<const event> events) {
    try {
        append_durably(path_, events);
    } catch (const std::system_error& error) {  // filesystem_error too
        return failure{errc::internal,
                       "cannot write events to " + path_.string() + ": " + error.what()};
    }
    return outcome{std::vector<delivery_outcome>(events.size(), delivery_outcome::delivered)};
}

}  // namespace market::outbox
