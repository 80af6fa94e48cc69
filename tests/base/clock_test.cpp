#include "support/catch.hpp"

#include <market/base/clock.hpp>

namespace market {

TEST_CASE("a time is shown in UTC with milliseconds", "[base]") {
    CHECK(format_rfc3339(from_micros(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(format_rfc3339(from_micros(1'795'424'400'123'999)) == "2026-11-23T09:00:00.123Z");
    CHECK(format_rfc3339(*parse_rfc3339("9999-12-31T23:59:59.999Z")) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("a time is read with any offset and cut to milliseconds", "[base]") {
    const auto nine = from_micros(1'795'424'400'000'000);
    CHECK(parse_rfc3339("2026-11-23T09:00:00Z") == nine);
    CHECK(parse_rfc3339("2026-11-23t09:00:00z") == nine);
    CHECK(parse_rfc3339("2026-11-23T18:00:00+09:00") == nine);
    CHECK(parse_rfc3339("2026-11-23T03:30:00.000-05:30") == nine);
    CHECK(parse_rfc3339("2026-11-23T09:00:00.1Z") == nine + std::chrono::milliseconds{100});
    CHECK(parse_rfc3339("2026-11-23T09:00:00.123999999Z") == nine + std::chrono::milliseconds{123});
    CHECK(parse_rfc3339("2024-02-29T00:00:00-00:00").has_value());
}

TEST_CASE("what is not a time of RFC 3339 is none", "[base]") {
    const auto text =
        GENERATE(as<std::string>{}, "", "now", "2026-11-23", "2026-11-23T09:00:00",
                 "2026-11-23 09:00:00Z", "2026-11-23T09:00Z", "2026-13-01T00:00:00Z",
                 "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-10T00:00:00Z",
                 "2026-01-00T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T09:60:00Z",
                 "2026-11-23T09:00:60Z", "2026-11-23T09:00:00.Z", "2026-11-23T09:00:00.1234567890Z",
                 "2026-11-23T09:00:00,5Z", "2026-11-23T09:00:00+24:00", "2026-11-23T09:00:00+09:60",
                 "2026-11-23T09:00:00+0900", "2026-11-23T09:00:00+9", "2026-11-23T09:00:00Zx",
                 " 2026-11-23T09:00:00Z", "+026-11-23T09:00:00Z", "1969-12-31T23:59:59Z",
                 "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "12026-11-23T09:00:00Z");
    CAPTURE(text);
    CHECK(!parse_rfc3339(text));
}

TEST_CASE("the system's clock shows what it stores", "[base]") {
    const auto now = system_clock().now();
    CHECK(parse_rfc3339(format_rfc3339(now)) == now);
}

}  // namespace market
