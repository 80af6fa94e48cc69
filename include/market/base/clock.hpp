#pragma once
/// Wall-clock time: UTC, microseconds inside, milliseconds on the wire.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace market {

using instant = std::chrono::sys_time<std::chrono::microseconds>;
/// A point until which a caller waits; monotonic.
using deadline = std::chrono::steady_clock::time_point;

/// Thread-safe. Tests hand in their own.
class wall_clock {
public:
    virtual ~wall_clock() = default;
    virtual instant now() const = 0;
};

/// The system's clock, cut to whole milliseconds so that what is stored is what is shown.
const wall_clock& system_clock();

/// `2026-11-23T09:00:00.000Z`
std::string format_rfc3339(instant at);
/// RFC 3339 with any offset and 0-9 fraction digits (cut to milliseconds), years 1970-9999;
/// anything else is empty.
std::optional<instant> parse_rfc3339(std::string_view text);

inline instant from_micros(std::int64_t micros) {
    return instant{std::chrono::microseconds{micros}};
}
inline std::int64_t to_micros(instant at) { return at.time_since_epoch().count(); }

}  // namespace market
