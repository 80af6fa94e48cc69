#include "support/catch.hpp"

#include "config/auth_secret.hpp"
#include "temporary_folder.hpp"

#include <sys/stat.h>

#include <set>
#include <thread>
#include <vector>

using market::app::keep_secret;
using market::app::testing::temporary_folder;

TEST_CASE("the kept secret is made once, for its owner alone", "[app][secret]") {
    const temporary_folder folder;
    const auto path = folder.path("auth.secret");
    const auto first = keep_secret(path);
    REQUIRE(first.has_value());
    CHECK(first->size() >= 32);
    CHECK(*keep_secret(path) == *first);
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0600);
}

TEST_CASE("of many that make the secret at once all get the same one", "[app][secret]") {
    const temporary_folder folder;
    const auto path = folder.path("auth.secret");
    std::vector<std::string> secrets(16);
    std::vector<std::thread> makers;
    for (auto& secret : secrets)
        makers.emplace_back([&secret, &path] { secret = *keep_secret(path); });
    for (auto& maker : makers) maker.join();
    CHECK(std::set<std::string>(secrets.begin(), secrets.end()).size() == 1);
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path("")}, {}) == 1);
}

TEST_CASE("a kept secret that was cut short is refused, not used", "[app][secret]") {
    const temporary_folder folder;
    const auto path = folder.write("auth.secret", "abc\n");
    const auto kept = keep_secret(path);
    REQUIRE_FALSE(kept.has_value());
    CHECK(kept.error().detail.find(path + " holds no secret of 32 bytes") != std::string::npos);
}

TEST_CASE("an empty kept secret is refused as such", "[app][secret]") {
    const temporary_folder folder;
    const auto path = folder.write("auth.secret", "");
    const auto kept = keep_secret(path);
    REQUIRE_FALSE(kept.has_value());
    CHECK(kept.error().detail == path + " is empty; remove it to have one made");
}

TEST_CASE("a kept secret that cannot be read says why", "[app][secret]") {
    const temporary_folder folder;
    const auto path = folder.path("auth.secret");
    std::filesystem::create_directory(path);
    const auto kept = keep_secret(path);
    REQUIRE_FALSE(kept.has_value());
    CHECK(kept.error().detail == "cannot read " + path + ": Is a directory");
}

TEST_CASE("a folder that is not there is named", "[app][secret]") {
    const temporary_folder folder;
    const auto kept = keep_secret(folder.path("none/auth.secret"));
    REQUIRE_FALSE(kept.has_value());
    CHECK(kept.error().detail.find("none/auth.secret") != std::string::npos);
}

TEST_CASE("few different characters are a weak secret however many they are", "[app][secret]") {
    CHECK(market::app::is_weak_secret(std::string(64, 'x')));
    CHECK(market::app::is_weak_secret("0123456789abcdef"));
    CHECK_FALSE(market::app::is_weak_secret(market::app::make_secret()));
}
