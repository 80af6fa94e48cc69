#include "support/catch.hpp"

#include <market/base/crypto.hpp>

namespace market {

TEST_CASE("digests are those of FIPS 180-4 and RFC 4231", "[base]") {
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256("abc")) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(to_hex(hmac_sha256("", "")) ==
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("base64url goes both ways without padding", "[base]") {
    const std::pair<std::string, std::string> table[] = {{"", ""},
                                                         {"f", "Zg"},
                                                         {"fo", "Zm8"},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg"},
                                                         {"\xFB\xFF\xBE", "-_--"},
                                                         {std::string(3, '\0'), "AAAA"}};
    for (const auto& [bytes, text] : table) {
        CHECK(to_base64url(bytes) == text);
        CHECK(from_base64url(text) == bytes);
    }
}

TEST_CASE("one value has one base64url text; every other is refused", "[base]") {
    for (const auto* text : {"Z", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n", "한"}) {
        CAPTURE(text);
        CHECK(!from_base64url(text));
    }
}

TEST_CASE("equal is equal, in length too", "[base]") {
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time("secret", "secret"));
    CHECK(!equal_in_constant_time("secret", "secreT"));
    CHECK(!equal_in_constant_time("secret", "secrets"));
}

}  // namespace market
