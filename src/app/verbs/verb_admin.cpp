#include "config/auth_secret.hpp"
#include "server/record.hpp"
#include "verbs/verbs.hpp"

#include <market/base/clock.hpp>
#include <market/user/rules.hpp>
#include <market/user/user_module.hpp>

#include <boost/json.hpp>

#include <fstream>
#include <iostream>

namespace market::app {
namespace {

/// The first line of the file, or of stdin for "-".
result<std::string> read_password(const std::string& path) {
    std::string password;
    if (path == "-") {
        if (!std::getline(std::cin, password))
            return failure{errc::internal, "no password on stdin"};
    } else {
        std::ifstream in{path};
        if (!in || !std::getline(in, password))
            return failure{errc::internal, path + " cannot be read"};
    }
    if (password.ends_with('\r')) password.pop_back();
    return password;
}

/// UTF-8 characters.
std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

int admin_create(const configuration& config, const admin_options& chosen) {
    if (!user::is_email(chosen.email)) {
        return refuse_usage("--email: \"" + chosen.email + "\" is not an e-mail address");
    }
    const auto password = chosen.password_file ? read_password(*chosen.password_file)
                                               : result<std::string>{make_secret().substr(0, 24)};
    if (!password) return fail("--password-file: " + password.error().detail);
    if (length(*password) < 8 || length(*password) > 128) {
        return refuse_usage("--password-file: the password must have 8 to 128 characters");
    }
    if (user::is_common_password(*password)) {
        return refuse_usage("--password-file: the password is one of those that everybody tries");
    }
    auto record = open_migrated_record(config);
    if (!record) return fail(record.error().detail);
    const auto made = user::create_admin(**record, system_clock(), chosen.email, *password);
    if (!made) return fail(chosen.email + ": " + made.error().detail);

    if (chosen.json) {
        std::cout << boost::json::serialize(boost::json::object{{"id", to_string(made->id)},
                                                                {"email", made->email},
                                                                {"password", *password}})
                  << "\n";
    } else {
        std::cout << "id: " << to_string(made->id) << "\nemail: " << made->email
                  << "\npassword: " << *password << "\n";
    }
    return exit_done;
}

}  // namespace market::app
