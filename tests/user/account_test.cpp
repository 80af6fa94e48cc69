#include "support/catch.hpp"
#include "support/failing_disk.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

const std::string email = "buyer@example.com";

class account_shop : public user_shop {
public:
    explicit account_shop(odds chosen = {})
        : user_shop(std::move(chosen)), id_(sign_up(email).id) {}
    user_id id() const { return id_; }
    token_pair log_in(const std::string& with) {
        return run(users().log_in(email, with, client)).value();
    }
    token_pair log_in() { return log_in(password); }
    std::optional<errc> try_log_in(const std::string& with) {
        return error_of(run(users().log_in(email, with, client)));
    }
    principal who(const token_pair& pair) {
        return users().authenticate(pair.access_token).value();
    }
    bool is_in(const token_pair& pair) {
        return users().authenticate(pair.access_token).has_value();
    }
    bool can_refresh(const token_pair& pair) {
        return run(users().refresh(pair.refresh_token, client)).has_value();
    }
    std::optional<errc> reset(const std::string& code, const std::string& to) {
        return error_of(run(users().reset_password(email, code, to, client)));
    }
    std::optional<errc> change(const token_pair& by, const std::string& from,
                               const std::string& to) {
        return error_of(run(users().change_password(who(by), from, to, client)));
    }

private:
    user_id id_;
};

}  // namespace

TEST_CASE("a log-out ends its own session at once", "[user][logout]") {
    account_shop shop;
    const auto mine = shop.log_in();
    const auto other = shop.log_in();
    CHECK(run(shop.users().log_out(shop.who(mine), shop.client)).has_value());
    CHECK_FALSE(shop.is_in(mine));
    CHECK_FALSE(shop.can_refresh(mine));
    CHECK(shop.is_in(other));
    CHECK(shop.can_refresh(other));
    CHECK(shop.events("logged_out") == 1);
}

TEST_CASE("a log-out of all ends every session of the user and no other's", "[user][logout]") {
    account_shop shop;
    shop.sign_up("neighbour@example.com");
    const auto neighbour =
        run(shop.users().log_in("neighbour@example.com", shop.password, shop.client)).value();
    const auto first = shop.log_in();
    const auto second = shop.log_in();
    CHECK(run(shop.users().log_out_all(shop.who(first), shop.client)).has_value());
    for (const auto& pair : {first, second}) {
        CHECK_FALSE(shop.is_in(pair));
        CHECK_FALSE(shop.can_refresh(pair));
    }
    CHECK(shop.is_in(neighbour));
    CHECK(shop.can_refresh(neighbour));
    CHECK(shop.is_in(shop.log_in()));
}

TEST_CASE("what one server ends, another refuses without asking the record", "[user][logout]") {
    account_shop shop;
    const auto second = shop.open({});
    const auto by_logout = shop.log_in();
    const auto by_all = shop.log_in();
    const auto stays = shop.log_in();
    CHECK(second->service().authenticate(by_logout.access_token).has_value());
    run(shop.users().log_out(shop.who(by_logout), shop.client)).value();
    const auto refuses = [&](user_module& module, const token_pair& pair) {
        return !module.service().authenticate(pair.access_token).has_value();
    };
    CHECK(market::testing::eventually([&] { return refuses(*second, by_logout); }, 1s));
    CHECK_FALSE(refuses(*second, stays));
    run(shop.users().log_out_all(shop.who(by_all), shop.client)).value();
    CHECK(market::testing::eventually([&] { return refuses(*second, by_all); }, 1s));
    CHECK(market::testing::eventually([&] { return refuses(*second, stays); }, 1s));

    const auto third = shop.open({});  // knows it all before it begins
    CHECK(refuses(*third, by_logout));
    CHECK(refuses(*third, stays));
    second->stop();
    third->stop();
}

TEST_CASE("the list of ended sessions is as short as their tokens' lives", "[user][logout]") {
    account_shop shop;
    const auto pair = shop.log_in();
    run(shop.users().log_out(shop.who(pair), shop.client)).value();
    const db::sql kept = db::sql{} << "SELECT keep_until FROM ended_sessions";
    const auto until = from_micros(shop.number(kept));
    CHECK(until >= shop.clock.now() + 15min);
    CHECK(until <= shop.clock.now() + 16min);
    // Right before the token's own end it is still refused; then it has run out by itself.
    shop.clock.advance(899s);
    CHECK_FALSE(shop.is_in(pair));

    const auto idle = shop.log_in();
    const auto run_out = shop.who(idle).session;
    shop.clock.advance(1h);
    const auto current = shop.who(shop.log_in());
    run(shop.users().log_out_all(current, shop.client)).value();
    const auto listed = [&](session_id session) {
        return shop.number(db::sql{} << "SELECT COUNT(*) FROM ended_sessions WHERE session_id = "
                                     << session);
    };
    CHECK(listed(current.session) == 1);
    CHECK(listed(run_out) == 0);
    CHECK_FALSE(shop.can_refresh(idle));
}

TEST_CASE("a refreshed token, and one of the grace, is refused as long as it could live",
          "[user][logout]") {
    const bool by_grace = GENERATE(false, true);
    CAPTURE(by_grace);
    account_shop shop;
    const auto first = shop.log_in();
    shop.clock.advance(10min);
    auto last = run(shop.users().refresh(first.refresh_token, shop.client)).value();
    if (by_grace) {
        shop.clock.advance(10s);
        last = run(shop.users().refresh(first.refresh_token, shop.client)).value();
    }
    run(shop.users().log_out(shop.who(last), shop.client)).value();
    // The token's own life, and a minute for clocks that differ.
    CHECK(from_micros(shop.number(db::sql{} << "SELECT keep_until FROM ended_sessions")) ==
          shop.clock.now() + 16min);
}

TEST_CASE("a session that nobody knows can be logged out of", "[user][logout]") {
    account_shop shop;
    const auto pair = shop.log_in();
    shop.execute(db::sql{} << "DELETE FROM sessions");
    const auto who = shop.who(pair);
    CHECK(run(shop.users().log_out(who, shop.client)).has_value());
    CHECK(run(shop.users().log_out(who, shop.client)).has_value());
    CHECK_FALSE(shop.is_in(pair));
    // Its token may be one of those that are seeded for a day.
    CHECK(from_micros(shop.number(db::sql{} << "SELECT keep_until FROM ended_sessions")) >=
          shop.clock.now() + 24h);
}

TEST_CASE("a refresh token that comes back late ends the access tokens too", "[user][refresh]") {
    account_shop shop;
    const auto second_server = shop.open({});
    const auto first = shop.log_in();
    const auto second = run(shop.users().refresh(first.refresh_token, shop.client)).value();
    shop.clock.advance(11s);
    CHECK_FALSE(shop.can_refresh(first));
    CHECK_FALSE(shop.is_in(second));
    CHECK(market::testing::eventually(
        [&] { return !second_server->service().authenticate(second.access_token); }, 1s));
    CHECK(shop.events("refresh_reused") == 1);
    second_server->stop();
}

TEST_CASE("a mailed code makes a new password and ends every session", "[user][reset]") {
    account_shop shop;
    const auto before = shop.log_in();
    const auto code = shop.code_for(email, code_purpose::password_reset);
    CHECK(shop.reset(code, "a new password") == std::nullopt);
    CHECK_FALSE(shop.is_in(before));
    CHECK_FALSE(shop.can_refresh(before));
    CHECK(shop.try_log_in(shop.password) == errc::login_failed);
    CHECK(shop.try_log_in("a new password") == std::nullopt);
    CHECK(shop.reset(code, "another password") == errc::code_invalid);
    CHECK(shop.events("password_reset") == 1);
}

TEST_CASE("a reset takes a reset's code, in five tries and ten minutes", "[user][reset]") {
    account_shop shop;
    const auto code = shop.code_for(email, code_purpose::password_reset);
    const auto verify = [&](code_purpose purpose, const std::string& given) {
        return error_of(run(shop.users().verify_code(purpose, email, given)));
    };
    CHECK(verify(code_purpose::password_reset, code) == std::nullopt);
    CHECK(verify(code_purpose::signup, code) == errc::code_invalid);
    for (int i = 0; i < 5; ++i)
        CHECK(shop.reset(other_code(code), "a new password") == errc::code_invalid);
    CHECK(shop.reset(code, "a new password") == errc::code_invalid);

    const auto late = shop.code_for(email, code_purpose::password_reset);
    shop.clock.advance(10min);
    CHECK(shop.reset(late, "a new password") == errc::code_invalid);
    CHECK(shop.try_log_in(shop.password) == std::nullopt);
}

TEST_CASE("who has no right code does not make the server hash for a reset", "[user][reset]") {
    account_shop shop;
    const auto code = shop.code_for(email, code_purpose::password_reset);
    const auto full = shop.open({.hash_queue_max = 0});
    const auto reset = [&](const std::string& with) {
        return error_of(
            run(full->service().reset_password(email, with, "a new password", shop.client)));
    };
    CHECK(reset(other_code(code)) == errc::code_invalid);
    CHECK(reset(code) == errc::overloaded);
    CHECK(shop.reset(code, "a new password") == std::nullopt);
    full->stop();
}

TEST_CASE("an unknown address gets the same answer and the same work, and no mail",
          "[user][reset]") {
    account_shop shop;
    const auto mails = shop.mails().size();
    const auto rows = [&] {
        return shop.number(db::sql{} << "SELECT COUNT(*) FROM email_codes WHERE purpose = "
                                     << "'password_reset'");
    };
    CHECK(
        run(shop.users().send_code(code_purpose::password_reset, "nobody@example.com", shop.client))
            .has_value());
    CHECK(rows() == 1);
    CHECK(shop.mails().size() == mails);
    CHECK(
        run(shop.users().send_code(code_purpose::password_reset, email, shop.client)).has_value());
    CHECK(rows() == 2);
    CHECK(shop.mails().size() == mails + 1);
}

TEST_CASE("a change of the password ends the other sessions only", "[user][password]") {
    account_shop shop;
    const auto mine = shop.log_in();
    const auto other = shop.log_in();
    CHECK(shop.change(mine, "not the password", "a new password") == errc::password_wrong);
    CHECK(shop.is_in(other));
    CHECK(shop.change(mine, shop.password, "a new password") == std::nullopt);
    CHECK(shop.is_in(mine));
    CHECK(shop.can_refresh(mine));
    CHECK_FALSE(shop.is_in(other));
    CHECK_FALSE(shop.can_refresh(other));
    CHECK(shop.try_log_in(shop.password) == errc::login_failed);
    CHECK(shop.try_log_in("a new password") == std::nullopt);
    CHECK(shop.events("password_changed") == 1);
    CHECK(shop.events("password_change_failed") == 1);
}

TEST_CASE("of two changes of one password at once one is done", "[user][password]") {
    account_shop shop;
    const auto mine = shop.log_in();
    const auto who = shop.who(mine);
    std::vector<asio::awaitable<result<void>>> works;
    for (const char* wanted : {"the first new one", "the second new one"})
        works.push_back(shop.users().change_password(who, shop.password, wanted, shop.client));
    int changes = 0;
    for (const auto& answer : run_all(std::move(works))) {
        if (answer)
            ++changes;
        else
            CHECK(answer.error().code == errc::password_wrong);
    }
    CHECK(changes == 1);
    const bool first_holds = !shop.try_log_in("the first new one");
    const bool second_holds = !shop.try_log_in("the second new one");
    CHECK(first_holds != second_holds);
}

TEST_CASE("a login under way when the password changes does not get in", "[user][login]") {
    user_shop shop({.ended_sessions_every = 1h});
    shop.sign_up(email);
    // The login's first look at the clock comes when the password was found right.
    shop.clock.before_next_look(
        [&] { shop.execute(db::sql{} << "UPDATE users SET password_hash = 'another'"); });
    CHECK(error_of(run(shop.users().log_in(email, shop.password, shop.client))) ==
          errc::login_failed);
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM sessions") == 0);
}

TEST_CASE("a profile changes in what is named and in nothing else", "[user][profile]") {
    account_shop shop;
    const auto before = run(shop.users().read(shop.id())).value();
    const auto change = [&](profile_change wanted) {
        return run(shop.users().change_profile(shop.id(), std::move(wanted))).value();
    };
    CHECK(to_json(change({})) == to_json(before));

    auto expected = before;
    expected.name = "이영희";
    CHECK(to_json(change({.name = "이영희"})) == to_json(expected));
    expected.phone = "02-123-4567";
    CHECK(to_json(change({.phone = "02-123-4567"})) == to_json(expected));
    expected.address = address{"부산", "해운대구", "48094", "우동 1"};
    CHECK(to_json(change({.address = expected.address})) == to_json(expected));
    CHECK(to_json(run(shop.users().read(shop.id())).value()) == to_json(expected));

    expected.phone.reset();
    expected.address.reset();
    CHECK(to_json(change({.phone = std::optional<std::string>{},
                          .address = std::optional<address>{}})) == to_json(expected));
    CHECK(error_of(run(shop.users().change_profile(make_id<user_id>(), {}))) ==
          errc::unauthenticated);
}

TEST_CASE("sessions whose end may or may not be committed are refused all the same",
          "[user][logout][faults]") {
    using db::test::failing_disk;
    const auto by = GENERATE(as<std::string>{}, "log-out", "log-out of all", "change", "reset",
                             "an old refresh token");
    CAPTURE(by);
    failing_disk disk;
    account_shop shop({.ended_sessions_every = 1h});
    const auto mine = shop.log_in();
    const auto other = shop.log_in();
    const auto late = shop.log_in();
    run(shop.users().refresh(late.refresh_token, shop.client)).value();
    shop.clock.advance(11s);
    const auto code = shop.code_for(email, code_purpose::password_reset);
    const auto me = shop.who(mine);
    // While somebody else has the file open, what a failed sync left behind does not count.
    const auto elsewhere = db::open(shop.url()).value();
    elsewhere->begin(db::access::read);
    const auto break_disk = [&] { disk.set(failing_disk::fault::no_sync); };

    std::optional<errc> refusal;
    if (by == "reset") {
        // Its first commit is that of a look at the code.
        shop.clock.before_next_look([&] { shop.clock.before_next_look(break_disk); });
        refusal = shop.reset(code, "a new password");
    } else {
        break_disk();
        if (by == "log-out") refusal = error_of(run(shop.users().log_out(me, shop.client)));
        if (by == "log-out of all")
            refusal = error_of(run(shop.users().log_out_all(me, shop.client)));
        if (by == "change") refusal = shop.change(mine, shop.password, "a new password");
        if (by == "an old refresh token")
            refusal = error_of(run(shop.users().refresh(late.refresh_token, shop.client)));
    }
    CHECK(refusal == errc::outcome_unknown);
    disk.set(failing_disk::fault::none);
    CHECK(shop.number(db::sql{} << "SELECT COUNT(*) FROM ended_sessions") == 0);
    CHECK(shop.is_in(mine) == (by == "change" || by == "an old refresh token"));
    CHECK(shop.is_in(other) == (by == "log-out" || by == "an old refresh token"));
    CHECK(shop.is_in(late) == (by == "log-out"));
}

TEST_CASE("sessions whose end was not committed go on", "[user][logout][faults]") {
    db::test::failing_disk disk;
    account_shop shop;
    const auto mine = shop.log_in();
    disk.set(db::test::failing_disk::fault::full);
    CHECK(error_of(run(shop.users().log_out(shop.who(mine), shop.client))) ==
          errc::database_unavailable);
    CHECK(error_of(run(shop.users().log_out_all(shop.who(mine), shop.client))) ==
          errc::database_unavailable);
    disk.set(db::test::failing_disk::fault::none);
    CHECK(shop.is_in(mine));
    CHECK(shop.can_refresh(mine));
}
