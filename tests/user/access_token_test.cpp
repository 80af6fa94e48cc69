#include "support/catch.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;

namespace {

const std::string good_header = R"({"alg":"HS256","typ":"JWT"})";

struct forged {
    std::string iss = R"("market")";
    std::string aud = R"("market-api")";
    std::string sub = R"("01a20932-3a04-7534-8b70-7d4bb32f1242")";
    std::string role = R"("user")";
    std::string sid = R"("01a20932-3a07-7318-8428-b677139490c6")";
    std::string iat, exp, more;

    std::string claims() const {
        return R"({"iss":)" + iss + R"(,"aud":)" + aud + R"(,"sub":)" + sub + R"(,"role":)" + role +
               R"(,"sid":)" + sid + R"(,"iat":)" + iat + R"(,"exp":)" + exp + more + "}";
    }
};

std::string sign(const std::string& header, const std::string& claims, std::string_view secret) {
    const std::string text = to_base64url(header) + '.' + to_base64url(claims);
    return text + '.' + to_base64url(as_chars(hmac_sha256(secret, text)));
}

class token_shop : public user_shop {
public:
    forged claims(std::int64_t issued_ago = 0, std::int64_t expires_in = 900) const {
        const auto now = std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch();
        forged out;
        out.iat = std::to_string(now.count() - issued_ago);
        out.exp = std::to_string(now.count() + expires_in);
        return out;
    }
    std::string good() const { return sign(good_header, claims().claims(), secret); }
    bool accepts(const std::string& token) { return users().authenticate(token).has_value(); }
    bool accepts_header(const std::string& header) {
        return accepts(sign(header, claims().claims(), secret));
    }
    bool accepts(const forged& value) { return accepts(sign(good_header, value.claims(), secret)); }
};

}  // namespace

TEST_CASE("a token says who calls, for fifteen minutes", "[user][token]") {
    user_shop shop;
    const auto buyer = shop.sign_up("buyer@example.com");
    const auto pair =
        run(shop.users().log_in("buyer@example.com", shop.password, shop.client)).value();
    CHECK(pair.expires_in == 900s);

    const auto who = shop.users().authenticate(pair.access_token).value();
    CHECK(who.id == buyer.id);
    CHECK(who.role == role::user);
    CHECK_FALSE(who.is_admin());

    shop.clock.advance(899s);
    CHECK(shop.users().authenticate(pair.access_token).has_value());
    shop.clock.advance(1s);
    CHECK(error_of(shop.users().authenticate(pair.access_token)) == errc::unauthenticated);
}

TEST_CASE("a token has exactly the header and the claims of the contract", "[user][token]") {
    user_shop shop;
    const auto buyer = shop.sign_up("buyer@example.com");
    const auto token = run(shop.users().log_in("buyer@example.com", shop.password, shop.client))
                           .value()
                           .access_token;
    const auto header = token.substr(0, token.find('.'));
    const auto rest = token.substr(header.size() + 1);
    const auto said = boost::json::parse(from_base64url(header).value()).as_object();
    CHECK(said.size() == 3);
    CHECK(said.at("alg").as_string() == "HS256");
    CHECK(said.at("typ").as_string() == "JWT");
    CHECK(said.at("kid").as_string().size() == 12);
    auto claims =
        boost::json::parse(from_base64url(rest.substr(0, rest.find('.'))).value()).as_object();
    CHECK(parse_id<session_id>(claims["sid"].as_string().c_str()).has_value());
    claims.erase("sid");
    CHECK(claims == boost::json::object{{"iss", "market"},
                                        {"aud", "market-api"},
                                        {"sub", to_string(buyer.id)},
                                        {"role", "user"},
                                        {"iat", 1795424400},
                                        {"exp", 1795425300}});
}

TEST_CASE("a token of another algorithm, type or with a further header is refused",
          "[user][token]") {
    token_shop shop;
    REQUIRE(shop.accepts(shop.good()));
    CHECK(shop.accepts_header(R"({ "typ" : "JWT", "alg" : "HS256" })"));

    const std::string unsigned_text =
        to_base64url(R"({"alg":"none","typ":"JWT"})") + '.' + to_base64url(shop.claims().claims());
    CHECK_FALSE(shop.accepts(unsigned_text + '.'));
    CHECK_FALSE(shop.accepts(unsigned_text));
    for (const std::string header :
         {R"({"alg":"none","typ":"JWT"})",
          R"({"alg":"HS384","typ":"JWT"})",
          R"({"alg":"RS256","typ":"JWT"})",
          R"({"alg":"hs256","typ":"JWT"})",
          R"({"alg":"HS256","typ":"at+jwt"})",
          R"({"alg":"HS256","typ":"jwt"})",
          R"({"alg":"HS256"})",
          R"({"typ":"JWT"})",
          R"({})",
          R"([])",
          R"("HS256")",
          "",
          R"({"alg":"HS256","typ":"JWT","kid":"../../dev/null"})",
          R"({"alg":"HS256","typ":"JWT","crit":["b64"]})",
          R"({"alg":"HS256","typ":"JWT","jku":"https://evil.example/keys"})",
          R"({"alg":"none","alg":"HS256","typ":"JWT"})",
          R"({"alg":"HS256","typ":"JWT","typ":"JWT"})",
          R"({"alg":"HS256","typ":"JWT"}x)",
          R"({"alg":["HS256"],"typ":"JWT"})",
          R"({"alg":"HS256","typ":"JWT",})",
          R"({"alg":"HS256" "typ":"JWT"})"}) {
        CAPTURE(header);
        CHECK_FALSE(shop.accepts_header(header));
    }
}

TEST_CASE("a token signed with another key is refused", "[user][token]") {
    token_shop shop;
    const auto claims = shop.claims().claims();
    const std::string secret = user_shop::secret;
    CHECK_FALSE(shop.accepts(sign(good_header, claims, "")));
    CHECK_FALSE(shop.accepts(sign(good_header, claims, secret.substr(1))));
    CHECK_FALSE(shop.accepts(sign(good_header, claims, secret + "0")));
    CHECK_FALSE(shop.accepts(sign(R"({"alg":"HS256","typ":"JWT","kid":""})", claims, "")));
}

TEST_CASE("a token is taken for the market's interface and the market's word only",
          "[user][token]") {
    token_shop shop;
    const auto refuses = [&](auto change) {
        forged value = shop.claims();
        change(value);
        CAPTURE(value.claims());
        CHECK_FALSE(shop.accepts(value));
    };
    REQUIRE(shop.accepts(shop.claims()));
    for (const std::string wrong : {R"("other")", R"("")", "1", "null", R"(["market"])"}) {
        refuses([&](forged& value) { value.iss = wrong; });
    }
    for (const std::string wrong : {R"("market")", R"(["market-api"])", R"("market-api ")"}) {
        refuses([&](forged& value) { value.aud = wrong; });
    }
    for (const std::string wrong :
         {R"("1")", R"("")", "7", R"("01a2093-23a04-7534-8b70-7d4bb32f1242")"}) {
        refuses([&](forged& value) { value.sub = wrong; });
        refuses([&](forged& value) { value.sid = wrong; });
    }
    for (const std::string wrong : {R"("root")", R"("")", R"("Admin")", "1"}) {
        refuses([&](forged& value) { value.role = wrong; });
    }
    refuses([](forged& value) { value.more = R"(,"role":"admin")"; });
    refuses([](forged& value) { value.more = R"(,"x":{}})"; });
    refuses([](forged& value) { value.more = R"(,"x":1}{)"; });

    forged admin = shop.claims();
    admin.role = R"("admin")";
    CHECK(shop.users()
              .authenticate(sign(good_header, admin.claims(), user_shop::secret))
              .value()
              .is_admin());
    forged later = shop.claims();
    later.more = R"(,"jti":"a")";
    CHECK(shop.accepts(later));
}

TEST_CASE("a token lacking any claim is refused", "[user][token]") {
    token_shop shop;
    const auto whole = boost::json::parse(shop.claims().claims()).as_object();
    for (const auto& member : whole) {
        auto less = whole;
        less.erase(member.key());
        CAPTURE(std::string{member.key()});
        CHECK_FALSE(
            shop.accepts(sign(good_header, boost::json::serialize(less), user_shop::secret)));
    }
}

TEST_CASE("a token is refused outside of its time", "[user][token]") {
    token_shop shop;
    CHECK(shop.accepts(shop.claims(899, 1)));
    CHECK_FALSE(shop.accepts(shop.claims(900, 0)));
    CHECK_FALSE(shop.accepts(shop.claims(86'400, -1)));
    // Another instance's clock may be a little ahead.
    CHECK(shop.accepts(shop.claims(-30)));
    CHECK_FALSE(shop.accepts(shop.claims(-31)));

    const auto with_nbf = [&](std::int64_t in_seconds) {
        forged value = shop.claims();
        value.more = R"(,"nbf":)" + std::to_string(std::stoll(value.iat) + in_seconds);
        return value;
    };
    CHECK(shop.accepts(with_nbf(30)));
    CHECK_FALSE(shop.accepts(with_nbf(31)));
    for (const std::string wrong :
         {R"("0")", "1.5", "1e3", "01", "99999999999999999999", "true", "-"}) {
        CAPTURE(wrong);
        forged value = shop.claims();
        value.more = R"(,"nbf":)" + wrong;
        CHECK_FALSE(shop.accepts(value));
    }
    forged endless = shop.claims();
    endless.exp = "9223372036854775808";
    CHECK_FALSE(shop.accepts(endless));
    forged ancient = shop.claims();
    ancient.exp = "-9223372036854775808";
    CHECK_FALSE(shop.accepts(ancient));
}

TEST_CASE("a token with any bit flipped, cut short or padded is refused", "[user][token]") {
    token_shop shop;
    const std::string token = shop.good();
    for (std::size_t i = 0; i < token.size(); ++i) {
        CAPTURE(i);
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = token;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            CHECK_FALSE(shop.accepts(changed));
        }
        CHECK_FALSE(shop.accepts(token.substr(0, i)));
    }
    for (const std::string& wrong : {token + "=", token + ".", token + "." + token, " " + token,
                                     token + " ", token + '\0', "." + token, std::string{".."}}) {
        CHECK_FALSE(shop.accepts(wrong));
    }
}

TEST_CASE("a token's parts are base64url without padding, however well signed", "[user][token]") {
    token_shop shop;
    const auto signed_text = [](const std::string& header, const std::string& claims) {
        const std::string text = header + '.' + claims;
        return text + '.' + to_base64url(as_chars(hmac_sha256(user_shop::secret, text)));
    };
    forged padded = shop.claims();
    while (padded.claims().size() % 3 != 1) padded.more += ' ';
    const auto header = to_base64url(good_header);
    const auto claims = to_base64url(padded.claims());
    REQUIRE(shop.accepts(signed_text(header, claims)));
    CHECK_FALSE(shop.accepts(signed_text(header, claims + "==")));
    CHECK_FALSE(shop.accepts(signed_text(header + "=", claims)));
    CHECK_FALSE(shop.accepts(signed_text(header, claims + ".")));
}

TEST_CASE("a token of more than 4 KiB is refused", "[user][token]") {
    token_shop shop;
    forged value = shop.claims();
    const auto token_of = [&](std::size_t spaces) {
        forged large = value;
        large.more = std::string(spaces, ' ');
        return sign(good_header, large.claims(), user_shop::secret);
    };
    std::size_t spaces = 0;
    while (token_of(spaces + 1).size() <= 4096) ++spaces;
    CHECK(shop.accepts(token_of(spaces)));
    CHECK_FALSE(shop.accepts(token_of(spaces + 1)));
}

TEST_CASE("a key that was replaced still checks what it signed, and signs nothing",
          "[user][token]") {
    const std::string old_secret = user_shop::secret;
    const std::string new_secret = "fedcba9876543210fedcba9876543210";
    token_shop shop;
    shop.sign_up("buyer@example.com");
    const auto code = shop.code_for("second@example.com");
    const auto before =
        run(shop.users().log_in("buyer@example.com", shop.password, shop.client)).value();
    const auto rotated = shop.open({.secret = new_secret, .previous_secrets = {old_secret}});
    auto& users = rotated->service();
    CHECK(users.authenticate(before.access_token).has_value());
    const auto after = run(users.refresh(before.refresh_token, shop.client)).value();
    CHECK(users.authenticate(after.access_token).has_value());
    CHECK(run(users.verify_code(code_purpose::signup, "second@example.com", code)).has_value());
    // The old server knows the old key only.
    CHECK_FALSE(shop.users().authenticate(after.access_token).has_value());
    CHECK(error_of(run(shop.users().refresh(after.refresh_token, shop.client))) ==
          errc::refresh_invalid);

    const auto gone = shop.open({.secret = new_secret});
    CHECK_FALSE(gone->service().authenticate(before.access_token).has_value());
    CHECK(gone->service().authenticate(after.access_token).has_value());
    CHECK(error_of(run(gone->service().verify_code(code_purpose::signup, "second@example.com",
                                                   code))) == errc::code_invalid);
    rotated->stop();
    gone->stop();
}

TEST_CASE("a key's id finds its own key only", "[user][token]") {
    const std::string previous = "fedcba9876543210fedcba9876543210";
    token_shop shop;
    const auto both = shop.open({.previous_secrets = {previous}});
    const auto old = shop.open({.secret = previous});
    const auto kid_of = [&](user_service& users) {
        shop.sign_up(std::to_string(shop.count_users()) + "@example.com");
        const auto email = std::to_string(shop.count_users() - 1) + "@example.com";
        const auto token =
            run(users.log_in(email, shop.password, shop.client)).value().access_token;
        const auto header = from_base64url(token.substr(0, token.find('.'))).value();
        return std::string{boost::json::parse(header).at("kid").as_string()};
    };
    const auto header_with = [](const std::string& kid) {
        return R"({"alg":"HS256","typ":"JWT","kid":)" + kid + "}";
    };
    const auto current_kid = kid_of(both->service());
    const auto previous_kid = kid_of(old->service());
    REQUIRE(current_kid != previous_kid);
    const auto accepts = [&](const std::string& header, const std::string& secret) {
        return both->service()
            .authenticate(sign(header, shop.claims().claims(), secret))
            .has_value();
    };
    CHECK(accepts(header_with('"' + current_kid + '"'), user_shop::secret));
    CHECK(accepts(header_with('"' + previous_kid + '"'), previous));
    CHECK(accepts(good_header, user_shop::secret));
    CHECK_FALSE(accepts(good_header, previous));
    CHECK_FALSE(accepts(header_with('"' + current_kid + '"'), previous));
    CHECK_FALSE(accepts(header_with('"' + previous_kid + '"'), user_shop::secret));
    for (const std::string kid :
         {R"("")", R"("0")", "0", "1", "null", R"("../../dev/null")", R"("' OR 1=1 --")",
          R"("http://evil.example/key")", R"("auth.secret")"}) {
        CAPTURE(kid);
        for (const auto& secret : {std::string{user_shop::secret}, previous, std::string{}})
            CHECK_FALSE(accepts(header_with(kid), secret));
    }
    CHECK_FALSE(accepts(R"({"alg":"HS256","typ":"JWT","kid":")" + current_kid + R"(","kid":")" +
                            current_kid + R"("})",
                        user_shop::secret));
    CHECK_FALSE(accepts(R"({"alg":"HS256","typ":"JWT","kid":")" + current_kid +
                            R"(","jku":"https://evil.example/keys"})",
                        user_shop::secret));
    both->stop();
    old->stop();
}
