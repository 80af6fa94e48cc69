#include "handlers.hpp"
#include "json_text.hpp"
#include "object_reader.hpp"

namespace market::http {
namespace {

/// Codes for a password reset join with that call.
constexpr std::array<std::string_view, 1> code_purposes{"signup"};

std::string to_json(const user::token_pair& tokens) {
    std::string out = "{\"access_token\":";
    append_quoted(out, tokens.access_token);
    out += ",\"token_type\":\"Bearer\",\"expires_in\":" + std::to_string(tokens.expires_in.count());
    out += ",\"refresh_token\":";
    append_quoted(out, tokens.refresh_token);
    out += '}';
    return out;
}

}  // namespace

answering check_email(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto is_free = co_await it.shop.parts.users.email_available(std::move(email));
    if (!is_free) co_return is_free.error();
    co_return private_reply(200, *is_free ? R"({"available":true})" : R"({"available":false})");
}

answering send_email_code(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    in.choice("purpose", code_purposes);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto sent = co_await it.shop.parts.users.send_signup_code(std::move(email));
    if (!sent) co_return sent.error();
    co_return private_reply(202, R"({"expires_in":600})");
}

answering verify_email_code(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    in.choice("purpose", code_purposes);
    auto code = in.text("code", code_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto verified =
        co_await it.shop.parts.users.verify_signup_code(std::move(email), std::move(code));
    if (!verified) co_return verified.error();
    co_return private_reply(200, R"({"verified":true})");
}

answering sign_up(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    user::signup wanted;
    wanted.email = in.text("email", email_rule);
    wanted.password = in.text("password", password_rule);
    wanted.name = in.text("name", name_rule);
    wanted.phone = in.text("phone", phone_rule);
    wanted.address = in.address("address");
    wanted.code = in.text("code", code_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto made = co_await it.shop.parts.users.sign_up(std::move(wanted));
    if (!made) co_return made.error();
    auto answer = private_reply(201, user::to_json(*made));
    answer.headers.emplace_back("Location",
                                "/v1/users/me");  // an account is read by its owner only
    co_return answer;
}

answering log_in(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    auto password = in.text("password", password_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto tokens = co_await it.shop.parts.users.log_in(std::move(email), std::move(password));
    if (!tokens) co_return tokens.error();
    co_return private_reply(200, to_json(*tokens));
}

answering refresh_session(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto token = in.text("refresh_token", token_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto tokens = co_await it.shop.parts.users.refresh(std::move(token));
    if (!tokens) co_return tokens.error();
    co_return private_reply(200, to_json(*tokens));
}

answering read_me(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto found = co_await it.shop.parts.users.read(it.who.id);
    if (!found) co_return found.error();
    co_return private_reply(200, user::to_json(*found));
}

}  // namespace market::http
