#include "loopback_certificate.hpp"

#include "error_codes.hpp"

#include <arpa/inet.h>
#include <errmsg.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>

namespace market::db {
namespace {

// MySQL's client/server protocol: capabilities of both sides.
constexpr unsigned client_protocol_41 = 0x0200;
constexpr unsigned client_ssl = 0x0800;
constexpr unsigned client_secure_connection = 0x8000;

constexpr std::size_t greeting_bytes_max = 1024;

[[noreturn]] void unavailable(int code, const std::string& why) {
    throw driver_error(cause::unavailable, code, why);
}

[[noreturn]] void refuse(const std::string& why) {
    throw driver_error(cause::refused, CR_SSL_CONNECTION_ERROR, "TLS: " + why);
}

/// A connection whose every wait ends after `patience`.
class plain_connection {
public:
    plain_connection(const std::string& host, std::uint16_t port,
                     std::chrono::milliseconds patience) {
        sockaddr_storage to{};
        socklen_t size = sizeof(sockaddr_in);
        if (auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
            ::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
        } else {
            auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
            ::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr);
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            size = sizeof *v6;
        }
        socket_ = ::socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket_ < 0) unavailable(CR_SOCKET_CREATE_ERROR, std::strerror(errno));
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
        const timeval limit{.tv_sec = seconds.count(),
                            .tv_usec = (patience - seconds).count() * 1000};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), size) != 0) {
            const std::string why = std::strerror(errno);
            ::close(socket_);
            unavailable(CR_CONN_HOST_ERROR, why);
        }
    }
    ~plain_connection() { ::close(socket_); }
    plain_connection(const plain_connection&) = delete;
    plain_connection& operator=(const plain_connection&) = delete;

    int descriptor() const { return socket_; }

    std::string read(std::size_t size) {
        std::string bytes(size, '\0');
        if (::recv(socket_, bytes.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size))
            unavailable(CR_SERVER_LOST, "the server sent no greeting");
        return bytes;
    }
    void write(std::string_view bytes) {
        if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(bytes.size()))
            unavailable(CR_SERVER_LOST, "the server closed the connection in its greeting");
    }

private:
    int socket_ = -1;
};

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

/// Reads the greeting. Throws the error that a server may send in its place.
void expect_tls(plain_connection& server) {
    const auto head = server.read(4);
    const std::size_t size = byte_at(head, 0) | byte_at(head, 1) << 8 | byte_at(head, 2) << 16;
    if (size > greeting_bytes_max) unavailable(CR_SERVER_HANDSHAKE_ERR, "this is no greeting");
    const auto greeting = server.read(size);
    if (byte_at(greeting, 0) == 0xFF && size > 3) {  // too many connections, say
        const auto code = byte_at(greeting, 1) | byte_at(greeting, 2) << 8;
        throw driver_error(cause_of_mysql(code), static_cast<int>(code), greeting.substr(3));
    }
    // The version as text; then its thread, a part of its salt, a zero and its capabilities.
    const auto version_end = greeting.find('\0');
    if (version_end == std::string::npos)
        unavailable(CR_SERVER_HANDSHAKE_ERR, "this is no greeting");
    const auto at = version_end + 1 + 4 + 8 + 1;
    if (((byte_at(greeting, at) | byte_at(greeting, at + 1) << 8) & client_ssl) == 0)
        refuse("it is required, but the server does not support it");
}

/// The first packet of a client that goes on in TLS.
std::string tls_request() {
    constexpr auto capabilities = client_protocol_41 | client_ssl | client_secure_connection;
    constexpr std::size_t size = 32;
    std::string out{static_cast<char>(size), 0, 0, 1};
    out += {static_cast<char>(capabilities & 0xFF), static_cast<char>(capabilities >> 8), 0, 0};
    out.append("\0\0\0\1\x2d", 5);  // packets up to 16 MiB, utf8mb4
    out.resize(4 + size);
    return out;
}

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* held) const {
        Free(held);
    }
};

[[noreturn]] void handshake_failed(SSL* tls, int outcome) {
    if (const auto verdict = SSL_get_verify_result(tls); verdict != X509_V_OK)
        refuse(std::string{"the server's certificate: "} + X509_verify_cert_error_string(verdict) +
               " (checked with ssl-ca of the URL)");
    const auto number = ERR_peek_error();
    if (SSL_get_error(tls, outcome) != SSL_ERROR_SSL ||
        ERR_GET_REASON(number) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        unavailable(CR_SERVER_LOST, "the server broke off the TLS handshake");
    const char* reason = ERR_reason_error_string(number);
    refuse(reason ? reason : "the handshake failed");
}

std::string fingerprint_of(SSL* tls) {
    const std::unique_ptr<X509, freed_by<X509_free>> certificate{SSL_get1_peer_certificate(tls)};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!certificate || X509_digest(certificate.get(), EVP_sha1(), digest.data(), &size) != 1)
        refuse("the server has no certificate");
    std::string text;
    for (const auto byte : std::span{digest}.first(size)) {
        text.push_back("0123456789ABCDEF"[byte >> 4]);
        text.push_back("0123456789ABCDEF"[byte & 15]);
    }
    return text;
}

}  // namespace

bool is_loopback_literal(const std::string& host) { return host == "127.0.0.1" || host == "::1"; }

std::string checked_fingerprint(const std::string& host, const mysql_address& address,
                                std::chrono::milliseconds patience) {
    plain_connection server{host, address.port, patience};
    expect_tls(server);
    server.write(tls_request());

    ERR_clear_error();
    const std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>> context{
        SSL_CTX_new(TLS_client_method())};
    if (!context) throw std::bad_alloc{};
    if (SSL_CTX_load_verify_file(context.get(), address.tls.authority.c_str()) != 1)
        refuse("no certificate can be read from ssl-ca of the URL");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const std::unique_ptr<SSL, freed_by<SSL_free>> tls{SSL_new(context.get())};
    if (!tls || SSL_set_fd(tls.get(), server.descriptor()) != 1 ||
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), host.c_str()) != 1)
        throw std::bad_alloc{};
    if (const int outcome = SSL_connect(tls.get()); outcome != 1)
        handshake_failed(tls.get(), outcome);
    // No SSL_shutdown: a write to a server that has gone would raise SIGPIPE.
    return fingerprint_of(tls.get());
}

}  // namespace market::db
