#include <market/base/kill_point.hpp>

#ifdef MARKET_KILL_POINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace market {
namespace {

struct order_to_die {
    std::string_view name;
    int at_pass = 0;
};

order_to_die read_order() {
    const char* text = std::getenv("MARKET_KILL_AT");
    if (!text) return {};
    const std::string_view order{text};
    const auto colon = order.find(':');
    if (colon == std::string_view::npos) return {order, 1};
    order_to_die out{order.substr(0, colon), 0};
    std::from_chars(text + colon + 1, text + order.size(), out.at_pass);
    return out;
}

}  // namespace

void kill_point(const char* name) {
    static const order_to_die order = read_order();
    static std::atomic<int> passes{0};
    if (order.name != name) return;
    if (passes.fetch_add(1) + 1 == order.at_pass) std::raise(SIGKILL);
}

}  // namespace market

#endif
