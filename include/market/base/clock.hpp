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

/// Thread-safe. Tests give their own.
class wall_clock {
public:
    virtual ~wall_clock() = default;
    virtual instant now() const = 0;
};

/// The system's clock, cut to whole milliseconds: a stored time is shown exactly as it is stored.
const wall_clock& system_clock();

/// `2026-11-23T09:00:00.000Z`
std::string format_rfc3339(instant at);
/// Takes RFC 3339 with any offset, 0-9 fraction digits (cut to milliseconds) and years 1970-9999.
/// Empty for anything else.
std::optional<instant> parse_rfc3339(std::string_view text);

inline instant from_micros(std::int64_t micros) {
    return instant{std::chrono::microseconds{micros}};
}
inline std::int64_t to_micros(instant at) { return at.time_since_epoch().count(); }

}  // namespace market
