#include <market/base/clock.hpp>

#include <cstdio>

namespace market {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::milliseconds;

class machine_clock final : public wall_clock {
public:
    instant now() const override {
        return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    }
};

/// Reads a text from the left. After a mismatch it stays failed.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (rest_.size() < count) failed_ = true;
        for (std::size_t i = 0; i < count && !failed_; ++i) value = value * 10 + digit(rest_[i]);
        if (!failed_) rest_.remove_prefix(count);
        return value;
    }
    /// The next character if it is one of `allowed`, else 0.
    char one_of(std::string_view allowed) {
        if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
            failed_ = true;
            return 0;
        }
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }
    bool next_is(char wanted) const { return !rest_.empty() && rest_.front() == wanted; }
    bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    bool at_end() const { return rest_.empty(); }
    bool failed() const { return failed_; }
    void fail() { failed_ = true; }

private:
    int digit(char c) {
        if (c < '0' || c > '9') failed_ = true;
        return c - '0';
    }

    std::string_view rest_;
    bool failed_ = false;
};

milliseconds read_fraction(reader& in) {
    if (!in.next_is('.')) return {};
    in.one_of(".");
    int count = 0;
    int millis = 0;
    for (; in.next_is_digit() && count < 9; ++count) {
        const int digit = in.digits(1);
        if (count < 3) millis = millis * 10 + digit;
    }
    if (count == 0) in.fail();
    for (; count < 3; ++count) millis *= 10;
    return milliseconds{millis};
}

std::chrono::minutes read_offset(reader& in) {
    const char sign = in.one_of("Zz+-");
    if (sign != '+' && sign != '-') return {};
    const int hours = in.digits(2);
    in.one_of(":");
    const int minutes = in.digits(2);
    if (hours > 23 || minutes > 59) in.fail();
    const auto offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    return sign == '+' ? offset : -offset;
}

}  // namespace

const wall_clock& system_clock() {
    static const machine_clock clock;
    return clock;
}

std::string format_rfc3339(instant at) {
    const auto millis = std::chrono::floor<milliseconds>(at);
    const auto day = std::chrono::floor<days>(millis);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss<milliseconds> time{millis - day};
    std::string out = "0000-00-00T00:00:00.000Z";
    const auto put = [&out](std::size_t from, std::size_t digits, std::int64_t value) {
        for (auto end = from + digits; end > from; value /= 10)
            out[--end] = static_cast<char>('0' + value % 10);
    };
    put(0, 4, static_cast<int>(date.year()));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, time.hours().count());
    put(14, 2, time.minutes().count());
    put(17, 2, time.seconds().count());
    put(20, 3, time.subseconds().count());
    return out;
}

std::optional<instant> parse_rfc3339(std::string_view text) {
    reader in{text};
    const std::chrono::year year{in.digits(4)};
    in.one_of("-");
    const std::chrono::month month{static_cast<unsigned>(in.digits(2))};
    in.one_of("-");
    const std::chrono::day day{static_cast<unsigned>(in.digits(2))};
    in.one_of("Tt");
    const int hours = in.digits(2);
    in.one_of(":");
    const int minutes = in.digits(2);
    in.one_of(":");
    const int seconds = in.digits(2);
    const auto fraction = read_fraction(in);
    const auto offset = read_offset(in);
    const std::chrono::year_month_day date{year, month, day};
    if (in.failed() || !in.at_end() || !date.ok()) return std::nullopt;
    // No leap second: the clock that it would be compared with has none either.
    if (hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;

    const instant at = std::chrono::sys_days{date} + std::chrono::hours{hours} +
                       std::chrono::minutes{minutes} + std::chrono::seconds{seconds} + fraction -
                       offset;
    constexpr instant first = std::chrono::sys_days{std::chrono::year{1970} / 1 / 1};
    constexpr instant end = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};
    if (at < first || at >= end) return std::nullopt;
    return at;
}

}  // namespace market
