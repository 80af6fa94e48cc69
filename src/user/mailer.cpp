#include "mailer.hpp"

#include <market/base/id.hpp>
#include <market/base/log.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace market::user {
namespace {

namespace fs = std::filesystem;

using mail_id = id<struct mail_tag>;

/// Sorts by time, also within a millisecond, and has no colon, which other systems refuse.
std::string make_name(instant at) {
    std::string out = format_rfc3339(at);
    std::erase(out, ':');
    return out + '-' + to_string(make_id<mail_id>());
}

/// Makes a new file that only its owner may read: a mail may hold a code.
std::error_code write_new_file(const fs::path& path, std::string_view content) {
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return {errno, std::system_category()};
    std::error_code failed;
    while (!content.empty() && !failed) {
        const auto written = ::write(file, content.data(), content.size());
        if (written >= 0) {
            content.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            failed = {errno, std::system_category()};
        }
    }
    if (::close(file) != 0 && !failed) failed = {errno, std::system_category()};
    return failed;
}

class file_mailer : public mailer {
public:
    file_mailer(fs::path folder, sender from, const wall_clock& clock)
        : folder_(std::move(folder)), from_(std::move(from)), clock_(clock) {}

    result<void> send(const mail& what) override {
        const auto now = clock_.now();
        const auto text = format_mail(from_, what, now);
        if (!text) return text.error();
        if (const auto failed = put(make_name(now), *text)) {
            log::error("user.mail_failed", {{"cause", failed.message()}});
            return failure{errc::internal, "the mail could not be sent"};
        }
        return {};
    }

private:
    std::error_code put(const std::string& name, std::string_view text) const {
        std::error_code failed;
        if (fs::create_directories(folder_, failed)) {
            fs::permissions(folder_, fs::perms::owner_all, failed);
        }
        if (failed) return failed;
        // The hidden name keeps a half-written mail out of `*.eml`.
        const auto hidden = folder_ / ('.' + name + ".tmp");
        failed = write_new_file(hidden, text);
        if (!failed) fs::rename(hidden, folder_ / (name + ".eml"), failed);
        if (failed) ::unlink(hidden.c_str());
        return failed;
    }

    fs::path folder_;
    sender from_;
    const wall_clock& clock_;
};

}  // namespace

result<std::unique_ptr<mailer>> make_mailer(const std::string& url, const std::string& from,
                                            const wall_clock& clock) {
    constexpr std::string_view scheme = "file:";
    if (!url.starts_with(scheme) || url.size() == scheme.size()) {
        return invalid(culprit::place::parameter, "mail.url", "format",
                       "mail.url must be file:DIR; no other kind is supported");
    }
    auto named = sender::read(from);
    if (!named) return named.error();
    return std::make_unique<file_mailer>(fs::path{url.substr(scheme.size())}, std::move(*named),
                                         clock);
}

}  // namespace market::user
