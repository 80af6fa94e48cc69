#pragma once
/// Blocks of IP addresses, and the client of a request.
#include <boost/asio/ip/address.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::http {

/// A block of addresses: `10.0.0.0/8`, `::1`, `2001:db8::/32`. Immutable.
class network {
public:
    /// An address, or an address with a prefix length. Empty when it is malformed: the bits after
    /// the prefix must be zero, and its length has no sign and no leading zero.
    static std::optional<network> read(std::string_view text);
    /// An IPv4-mapped IPv6 address counts as its IPv4 address.
    bool holds(const boost::asio::ip::address& address) const;

private:
    std::vector<unsigned char> bytes_;  ///< 4 or 16
    unsigned prefix_ = 0;
};

/// The client that throttles count: the peer or, when the peer is a trusted proxy, the right-most
/// address of X-Forwarded-For that is no trusted proxy. A malformed address is not believed; the
/// proxy that sent it is then the client. Of an IPv6 address only the first 64 bits count, since
/// one host has all the rest. "local" for a Unix socket, whose peer is empty.
std::string client_of(std::string_view peer, std::span<const std::string> forwarded_for,
                      std::span<const network> trusted);

}  // namespace market::http
