#include "config/auth_secret.hpp"

#include <market/base/crypto.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>

namespace market::app {
namespace {

failure cannot(const std::string& what, const std::string& path) {
    return failure{errc::internal, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

std::optional<std::string> read_secret(const std::string& path) {
    std::ifstream in{path};
    std::string secret;
    if (in) std::getline(in, secret);
    // The end of an empty file is no failure of reading.
    if (in.bad() || !(in || in.eof())) return std::nullopt;
    return secret;
}

bool write_durably(int file, std::string_view text) {
    return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           ::fsync(file) == 0;
}

}  // namespace

std::string make_secret() {
    std::array<std::byte, 32> bytes{};
    fill_random(bytes);
    return to_hex(bytes);
}

bool is_weak_secret(std::string_view secret) {
    constexpr std::size_t different_characters_min = 8;
    return secret.size() < 32 ||
           std::set<char>(secret.begin(), secret.end()).size() < different_characters_min;
}

result<std::string> keep_secret(const std::string& path) {
    if (::access(path.c_str(), F_OK) != 0) {
        // Written aside, then linked: the name never shows a half-written secret, and a link made
        // by another process meanwhile is never replaced.
        const auto aside = path + "." + make_secret().substr(0, 16);
        const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0) return cannot("make", aside);
        const bool written = write_durably(file, make_secret() + "\n");
        ::close(file);
        const bool linked =
            written && (::link(aside.c_str(), path.c_str()) == 0 || errno == EEXIST);
        const auto failed = cannot("make", path);
        ::unlink(aside.c_str());
        if (!linked) return failed;
    }
    auto secret = read_secret(path);
    if (!secret) return cannot("read", path);
    if (is_weak_secret(*secret)) {
        return failure{errc::internal,
                       path + (secret->empty() ? " is empty" : " holds no secret of 32 bytes") +
                           "; remove it to have one made"};
    }
    return *std::move(secret);
}

}  // namespace market::app
