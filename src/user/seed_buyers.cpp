#include "accounts/account_queries.hpp"
#include "secrets/password.hpp"
#include "sessions/access_token.hpp"
#include "sessions/session_queries.hpp"

#include <market/base/crypto.hpp>
#include <market/user/user_module.hpp>

#include <algorithm>
#include <array>

namespace market::user {
namespace {

constexpr std::chrono::seconds seeded_token_life = std::chrono::hours{24};
/// Rows of one transaction: a server that runs at the same time gets the write lock in between.
constexpr std::size_t batch_rows_max = 500;

template <std::size_t Bytes>
std::string random_hex() {
    std::array<std::byte, Bytes> random;
    fill_random(random);
    return to_hex(random);
}

/// `run` is random, so that a second run repeats no address of the first.
account make_buyer(std::size_t number, const std::string& run, instant now) {
    std::string digits = std::to_string(number);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    return {make_id<user_id>(),
            "buyer" + digits + '-' + run + "@example.invalid",
            "Buyer " + digits,
            "010-0000-0000",
            address{"Seoul", "Jung-gu", "04524", "110 Sejong-daero"},
            role::user,
            now};
}

result<std::vector<session_id>> insert_buyers(db::database& database,
                                              const std::vector<account>& buyers,
                                              const std::string& password_hash, instant now) {
    return database.write([&](db::transaction& tx) -> result<std::vector<session_id>> {
        if (const auto inserted = insert_accounts(tx, buyers, password_hash); !inserted) {
            return inserted.error();
        }
        return open_sessions(tx, buyers, now, seeded_token_life);
    });
}

}  // namespace

result<std::vector<seeded_buyer>> seed_buyers(db::database& database, const wall_clock& clock,
                                              const std::string& secret, std::size_t count) {
    const auto password_hash = hash_password(random_hex<16>());
    if (!password_hash) return password_hash.error();
    const signing_keys keys{secret};
    const std::string run = random_hex<4>();
    std::vector<seeded_buyer> out;
    out.reserve(count);
    while (out.size() < count) {
        const auto now = clock.now();
        std::vector<account> buyers;
        const auto end = std::min(count, out.size() + batch_rows_max);
        for (auto number = out.size(); number < end; ++number)
            buyers.push_back(make_buyer(number + 1, run, now));
        const auto sessions = insert_buyers(database, buyers, *password_hash, now);
        if (!sessions) return sessions.error();
        for (std::size_t i = 0; i < buyers.size(); ++i) {
            const principal who{buyers[i].id, role::user, (*sessions)[i]};
            out.push_back({who.id, sign_access_token(keys.current(), who, now, seeded_token_life)});
        }
    }
    return out;
}

}  // namespace market::user
