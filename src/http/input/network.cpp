#include <market/http/network.hpp>

#include <algorithm>
#include <charconv>

namespace market::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t site_bytes = 8;

std::optional<ip::address> read_address(std::string_view text) {
    if (text.find('%') != std::string_view::npos) return std::nullopt;  // a scope
    boost::system::error_code failed;
    auto address = ip::make_address(text, failed);
    if (failed) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::vector<unsigned char> bytes_of(const ip::address& address) {
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return {bytes.begin(), bytes.end()};
    }
    const auto bytes = address.to_v6().to_bytes();
    return {bytes.begin(), bytes.end()};
}

bool bit(const std::vector<unsigned char>& bytes, unsigned at) {
    return (bytes[at / 8] >> (7 - at % 8) & 1) != 0;
}

/// The addresses of all headers, left to right. A malformed address is empty.
std::vector<std::optional<ip::address>> listed_addresses(std::span<const std::string> headers) {
    std::vector<std::optional<ip::address>> out;
    for (std::string_view rest : headers) {
        while (true) {
            const auto comma = rest.find(',');
            auto one = rest.substr(0, comma);
            while (!one.empty() && (one.front() == ' ' || one.front() == '\t'))
                one.remove_prefix(1);
            while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
            out.push_back(read_address(one));
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return out;
}

std::string to_client_name(const ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + site_bytes, bytes.end(), static_cast<unsigned char>(0));
    return ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace

std::optional<network> network::read(std::string_view text) {
    const auto slash = text.find('/');
    boost::system::error_code failed;
    if (text.find('%') != std::string_view::npos) return std::nullopt;
    const auto address = ip::make_address(text.substr(0, slash), failed);
    if (failed) return std::nullopt;
    network out;
    out.bytes_ = bytes_of(address);
    const auto bits = static_cast<unsigned>(out.bytes_.size() * 8);
    out.prefix_ = bits;
    if (slash != std::string_view::npos) {
        const auto digits = text.substr(slash + 1);
        const auto* end = digits.data() + digits.size();
        const auto [last, wrong] = std::from_chars(digits.data(), end, out.prefix_);
        const bool leads_with_zero = digits.size() > 1 && digits.front() == '0';
        if (wrong != std::errc{} || last != end || leads_with_zero || out.prefix_ > bits)
            return std::nullopt;
    }
    for (unsigned at = out.prefix_; at < bits; ++at) {
        if (bit(out.bytes_, at)) return std::nullopt;
    }
    return out;
}

bool network::holds(const ip::address& address) const {
    const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    const auto bytes = is_mapped ? bytes_of(ip::make_address_v4(ip::v4_mapped, address.to_v6()))
                                 : bytes_of(address);
    if (bytes.size() != bytes_.size()) return false;
    for (unsigned at = 0; at < prefix_; ++at) {
        if (bit(bytes, at) != bit(bytes_, at)) return false;
    }
    return true;
}

std::string client_of(std::string_view peer, std::span<const std::string> forwarded_for,
                      std::span<const network> trusted) {
    auto client = read_address(peer);
    if (!client) return "local";  // a Unix socket
    const auto is_trusted = [&](const ip::address& address) {
        return std::any_of(trusted.begin(), trusted.end(),
                           [&](const network& one) { return one.holds(address); });
    };
    if (!is_trusted(*client)) return to_client_name(*client);
    const auto hops = listed_addresses(forwarded_for);
    for (auto hop = hops.rbegin(); hop != hops.rend() && *hop; ++hop) {
        client = *hop;
        if (!is_trusted(*client)) break;
    }
    return to_client_name(*client);
}

}  // namespace market::http
