#include <market/user/rules.hpp>

#include "support/catch.hpp"

using namespace market::user;

TEST_CASE("an e-mail address is ASCII with one @ between a local part and a domain",
          "[user][rules]") {
    for (const std::string good :
         {"a@b", "buyer@example.com", "First.Last+tag@sub.example.co.kr", "o'neil@example.com",
          "x@1.2", "!#$%&'*+/=?^_`{|}~-@example.com"}) {
        CAPTURE(good);
        CHECK(is_email(good));
    }
    for (const std::string bad :
         {"",      "@",      "a@",      "@b",      "ab",      "a@b@c",     "a b@c.d",
          "a@b c", "a@b.",   "a@.b",    "a@b..c",  "a@-b.c",  "a@b-.c",    "a\r\nBcc: x@y.z",
          "a@b\n", "a@b\t",  "<a@b>",   "a,b@c.d", "a@b,c@d", "\"a\"@b.c", "a(x)@b",
          "ä@b.c", "a@ä.de", "a@b_c.d", "a:b@c.d", "a;b@c.d", "a\\b@c.d",  "a@[1.2.3.4]"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_email(bad));
    }
    CHECK_FALSE(is_email(std::string("a\0b@c.d", 7)));
}

TEST_CASE("an e-mail address has at most 254 characters, a label of its domain 63",
          "[user][rules]") {
    const std::string domain = "@" + std::string(63, 'a') + "." + std::string(63, 'b');
    CHECK(is_email(std::string(254 - domain.size(), 'x') + domain));
    CHECK_FALSE(is_email(std::string(255 - domain.size(), 'x') + domain));
    CHECK_FALSE(is_email("x@" + std::string(64, 'a')));
}

TEST_CASE("a phone number is three groups of digits", "[user][rules]") {
    for (const std::string good : {"010-1234-5678", "02-123-4567", "010-123-4567"}) {
        CHECK(is_phone(good));
    }
    for (const std::string bad :
         {"", "01012345678", "0-123-4567", "0100-123-4567", "010-12-4567", "010-12345-4567",
          "010-123-456", "010-123-45678", "010-123", "010-123-4567-", "-010-123-4567",
          "010-123-456a", " 010-123-4567", "010-123-4567\n", "０１０-1234-5678"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_phone(bad));
    }
}

TEST_CASE("addresses are compared without case", "[user][rules]") {
    CHECK(fold_email("Buyer.ONE@Example.COM") == "buyer.one@example.com");
}
