#include "mail/mailer.hpp"

#include <market/base/id.hpp>
#include <market/user/rules.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

namespace market::user {
namespace {

namespace fs = std::filesystem;

using file_id = id<struct mail_file_tag>;

constexpr std::string_view file_scheme = "file:";

/// Sorts by time, also within a millisecond, and has no colon, which other systems refuse.
std::string make_name(instant at) {
    std::string out = format_rfc3339(at);
    std::erase(out, ':');
    return out + '-' + to_string(make_id<file_id>());
}

/// Makes a new file that only its owner may read: a mail may hold a code.
std::error_code write_new_file(const fs::path& path, std::string_view content) {
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return {errno, std::system_category()};
    std::error_code error;
    while (!content.empty() && !error) {
        const auto written = ::write(file, content.data(), content.size());
        if (written >= 0) {
            content.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            error = {errno, std::system_category()};
        }
    }
    if (::close(file) != 0 && !error) error = {errno, std::system_category()};
    return error;
}

class file_mailer : public mailer {
public:
    file_mailer(fs::path folder, sender from, const wall_clock& clock)
        : folder_(std::move(folder)), from_(std::move(from)), clock_(clock) {}

    result<void> send(const mail& message) override {
        const auto now = clock_.now();
        const auto text = format_mail(from_, message, now);
        if (!text) return text.error();
        if (const auto error = put(make_name(now), *text)) {
            return failure{errc::internal, "the folder: " + error.message()};
        }
        return {};
    }

    void abandon() override {}  // none takes long

private:
    std::error_code put(const std::string& name, std::string_view text) const {
        std::error_code error;
        if (fs::create_directories(folder_, error)) {
            fs::permissions(folder_, fs::perms::owner_all, error);
        }
        if (error) return error;
        // The hidden name keeps a half-written mail out of `*.eml`.
        const auto hidden = folder_ / ('.' + name + ".tmp");
        error = write_new_file(hidden, text);
        if (!error) fs::rename(hidden, folder_ / (name + ".eml"), error);
        if (error) ::unlink(hidden.c_str());
        return error;
    }

    fs::path folder_;
    sender from_;
    const wall_clock& clock_;
};

}  // namespace

std::optional<std::string> mail_url_objection(const std::string& url) {
    if (url.starts_with(file_scheme)) {
        if (url.size() > file_scheme.size()) return std::nullopt;
        return "names no folder: file:DIR";
    }
    const auto parsed = parse_smtp_url(url);
    if (!parsed) return parsed.error().detail;
    return std::nullopt;
}

result<std::unique_ptr<mailer>> make_mailer(const mailer_options& options,
                                            const wall_clock& clock) {
    if (const auto objection = mail_url_objection(options.url)) {
        return invalid(culprit::place::parameter, "mail.url", "format", "mail.url " + *objection);
    }
    auto from = sender::read(options.from);
    if (!from) return from.error();
    if (options.url.starts_with(file_scheme)) {
        return std::make_unique<file_mailer>(fs::path{options.url.substr(file_scheme.size())},
                                             std::move(*from), clock);
    }
    return make_smtp_mailer(parse_smtp_url(options.url).value(), std::move(*from), options, clock);
}

}  // namespace market::user
