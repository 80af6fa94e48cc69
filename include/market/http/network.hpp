#pragma once
/// Blocks of addresses, and which address a request came from.
#include <boost/asio/ip/address.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::http {

/// `10.0.0.0/8`, `::1`, `2001:db8::/32`.
class network {
public:
    /// Empty unless it is one address, or an address whose bits behind the prefix are zero, and a
    /// prefix without a sign or a leading zero.
    static std::optional<network> read(std::string_view text);
    /// An IPv4 address in IPv6's clothes is the IPv4 address.
    bool holds(const boost::asio::ip::address& address) const;

private:
    std::vector<unsigned char> bytes_;  ///< 4 or 16
    unsigned prefix_ = 0;
};

/// Who asks: the peer, or, when the peer is one of the trusted proxies, the right-most address of
/// X-Forwarded-For that is none of them. What a proxy did not write right is not believed: then it
/// is the proxy itself. Of an IPv6 address the first 64 bits, since one host has them all.
std::string client_of(std::string_view peer, std::span<const std::string> forwarded_for,
                      std::span<const network> trusted);

}  // namespace market::http
