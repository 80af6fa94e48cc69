#include "mail/mailer.hpp"

#include <market/base/text.hpp>

#include <curl/curl.h>
#include <boost/url.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

namespace market::user {
namespace {

constexpr std::chrono::seconds connect_max{10};
static_assert(connect_max < delivery_max);

failure invalid_url(std::string detail) { return {errc::validation_failed, std::move(detail)}; }

/// A password sent to this machine itself crosses no network.
bool is_this_machine(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

struct text_source {
    std::string_view left;
};

std::size_t read_text(char* into, std::size_t size, std::size_t count, void* context) {
    auto& left = static_cast<text_source*>(context)->left;
    const auto bytes = std::min(left.size(), size * count);
    std::memcpy(into, left.data(), bytes);
    left.remove_prefix(bytes);
    return bytes;
}

/// Called about once a second; other than 0 ends the transfer.
int is_abandoned(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<std::atomic<bool>*>(context)->load() ? 1 : 0;
}

/// The handle keeps its connection from one mail to the next.
class smtp_mailer final : public mailer {
public:
    smtp_mailer(smtp_address to, sender from, const mailer_options& options,
                const wall_clock& clock)
        : from_(std::move(from)), clock_(clock) {
        static std::once_flag once;
        std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
        handle_.reset(::curl_easy_init());
        if (!handle_) return;
        const bool is_secret = !to.password.empty() && !is_this_machine(to.host);
        const std::string url = "smtp://" + bracketed(to.host) + ':' + std::to_string(to.port);
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "smtp");
        set(CURLOPT_PROXY, "");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(connect_max.count()));
        set(CURLOPT_TIMEOUT, static_cast<long>(delivery_max.count()));
        set(CURLOPT_USE_SSL,
            static_cast<long>(options.starttls_required || is_secret ? CURLUSESSL_ALL
                                                                     : CURLUSESSL_TRY));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
        if (!to.user.empty()) {
            set(CURLOPT_USERNAME, to.user.c_str());
            set(CURLOPT_PASSWORD, to.password.c_str());
        }
        set(CURLOPT_MAIL_FROM, ('<' + from_.address + '>').c_str());
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, &read_text);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &is_abandoned);
        set(CURLOPT_XFERINFODATA, &abandoned_);
    }

    result<void> send(const mail& message) override {
        if (!handle_) return failure{errc::internal, "the mail library has no memory"};
        const auto text = format_mail(from_, message, clock_.now());
        if (!text) return text.error();
        text_source source{*text};
        const std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> to{
            ::curl_slist_append(nullptr, ('<' + message.to + '>').c_str()), ::curl_slist_free_all};
        set(CURLOPT_MAIL_RCPT, to.get());
        set(CURLOPT_READDATA, &source);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(text->size()));
        const auto outcome = ::curl_easy_perform(handle_.get());
        if (outcome == CURLE_OK) return {};
        // The host's text may hold the address, so only the number of its reply is kept.
        long code = 0;
        ::curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
        return failure{errc::internal, std::string{::curl_easy_strerror(outcome)} +
                                           " (last reply " + std::to_string(code) + ")"};
    }

    void abandon() override { abandoned_ = true; }

private:
    template <class Value>
    void set(CURLoption option, Value value) {
        ::curl_easy_setopt(handle_.get(), option, value);
    }

    struct cleanup {
        void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
    };
    std::atomic<bool> abandoned_{false};
    std::unique_ptr<CURL, cleanup> handle_;
    sender from_;
    const wall_clock& clock_;
};

}  // namespace

result<smtp_address> parse_smtp_url(const std::string& url) {
    constexpr std::string_view form = "smtp://[user:password@]host[:port]";
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "smtp" || !parsed->has_authority()) {
        return invalid_url("is neither file:DIR nor " + std::string{form});
    }
    smtp_address out;
    out.host = parsed->host_address();
    out.user = parsed->user();
    out.password = parsed->password();
    if (out.host.empty()) return invalid_url("names no host: " + std::string{form});
    if (parsed->has_port()) {
        const auto port = parse_port(parsed->port());
        if (!port) return invalid_url("has a port that is not 1-65535");
        out.port = *port;
    }
    if (out.user.empty() != out.password.empty())
        return invalid_url("has a user without a password, or the other way round");
    if (!parsed->encoded_path().empty() && parsed->encoded_path() != "/")
        return invalid_url("has something behind the host");
    if (parsed->has_query() || parsed->has_fragment())
        return invalid_url("has something behind the host");
    for (const auto& part : {out.host, out.user, out.password}) {
        if (has_control_character(part)) return invalid_url("holds a control character");
    }
    return out;
}

std::unique_ptr<mailer> make_smtp_mailer(smtp_address to, sender from,
                                         const mailer_options& options, const wall_clock& clock) {
    return std::make_unique<smtp_mailer>(std::move(to), std::move(from), options, clock);
}

}  // namespace market::user
