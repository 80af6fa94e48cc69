#include "handlers/handlers.hpp"
#include "input/object_reader.hpp"

#include <market/base/json_text.hpp>

namespace market::http {
namespace {

constexpr std::array<std::string_view, 2> code_purposes{"signup", "password_reset"};

user::code_purpose read_purpose(object_reader& body) {
    return body.choice("purpose", code_purposes) == 0 ? user::code_purpose::signup
                                                      : user::code_purpose::password_reset;
}

std::string to_json(const user::token_pair& tokens) {
    json_text json;
    json.raw("{\"access_token\":").string(tokens.access_token);
    json.raw(",\"token_type\":\"Bearer\",\"expires_in\":").number(tokens.expires_in.count());
    json.raw(",\"refresh_token\":").string(tokens.refresh_token).raw("}");
    return json.take();
}

}  // namespace

awaitable_reply check_email(api_call call) {
    auto body = call.read_body();
    auto email = body.text("email", email_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto available =
        co_await call.context.services.users.email_available(std::move(email), std::move(client));
    if (!available) co_return available.error();
    co_return private_reply(200, *available ? R"({"available":true})" : R"({"available":false})");
}

awaitable_reply send_email_code(api_call call) {
    auto body = call.read_body();
    auto email = body.text("email", email_rule);
    const auto purpose = read_purpose(body);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto outcome = co_await call.context.services.users.send_code(purpose, std::move(email),
                                                                  std::move(client));
    if (!outcome) co_return outcome.error();
    co_return private_reply(202, R"({"expires_in":600})");
}

awaitable_reply verify_email_code(api_call call) {
    auto body = call.read_body();
    auto email = body.text("email", email_rule);
    const auto purpose = read_purpose(body);
    auto code = body.text("code", code_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto outcome = co_await call.context.services.users.verify_code(purpose, std::move(email),
                                                                    std::move(code));
    if (!outcome) co_return outcome.error();
    co_return private_reply(200, R"({"verified":true})");
}

awaitable_reply sign_up(api_call call) {
    auto body = call.read_body();
    user::signup signup;
    signup.email = body.text("email", email_rule);
    signup.password = body.text("password", new_password_rule);
    signup.name = body.text("name", name_rule);
    signup.phone = body.text("phone", phone_rule);
    signup.address = body.address("address");
    signup.code = body.text("code", code_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto account =
        co_await call.context.services.users.sign_up(std::move(signup), std::move(client));
    if (!account) co_return account.error();
    auto answer = private_reply(201, user::to_json(*account));
    // Only the owner can read an account.
    answer.headers.emplace_back("Location", "/v1/users/me");
    co_return answer;
}

awaitable_reply log_in(api_call call) {
    auto body = call.read_body();
    auto email = body.text("email", email_rule);
    auto password = body.text("password", password_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto tokens = co_await call.context.services.users.log_in(std::move(email), std::move(password),
                                                              std::move(client));
    if (!tokens) co_return tokens.error();
    co_return private_reply(200, to_json(*tokens));
}

awaitable_reply refresh_session(api_call call) {
    auto body = call.read_body();
    auto token = body.text("refresh_token", token_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto tokens = co_await call.context.services.users.refresh(std::move(token), std::move(client));
    if (!tokens) co_return tokens.error();
    co_return private_reply(200, to_json(*tokens));
}

awaitable_reply log_out(api_call call) {
    call.takes_no_parameters();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto outcome = co_await call.context.services.users.log_out(call.principal, std::move(client));
    if (!outcome) co_return outcome.error();
    co_return private_reply(204, "");
}

awaitable_reply log_out_all(api_call call) {
    call.takes_no_parameters();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto outcome =
        co_await call.context.services.users.log_out_all(call.principal, std::move(client));
    if (!outcome) co_return outcome.error();
    co_return private_reply(204, "");
}

awaitable_reply reset_password(api_call call) {
    auto body = call.read_body();
    auto email = body.text("email", email_rule);
    auto code = body.text("code", code_rule);
    auto password = body.text("new_password", new_password_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto outcome = co_await call.context.services.users.reset_password(
        std::move(email), std::move(code), std::move(password), std::move(client));
    if (!outcome) co_return outcome.error();
    co_return private_reply(204, "");
}

awaitable_reply change_password(api_call call) {
    auto body = call.read_body();
    auto current = body.text("current_password", password_rule);
    auto password = body.text("new_password", new_password_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto outcome = co_await call.context.services.users.change_password(
        call.principal, std::move(current), std::move(password), std::move(client));
    if (!outcome) co_return outcome.error();
    co_return private_reply(204, "");
}

awaitable_reply change_me(api_call call) {
    auto body = call.read_body();
    user::profile_change change;
    change.name = body.optional_text("name", name_rule);
    // Buyers need a phone and an address to be delivered to; only an admin may remove them.
    const bool may_be_null = call.principal.is_admin();
    if (may_be_null && body.is_null("phone")) {
        change.phone.emplace();
    } else if (auto phone = body.optional_text("phone", phone_rule)) {
        change.phone.emplace(std::move(phone));
    }
    if (may_be_null && body.is_null("address")) {
        change.address.emplace();
    } else if (auto address = body.optional_address("address")) {
        change.address.emplace(std::move(address));
    }
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto account =
        co_await call.context.services.users.change_profile(call.principal.id, std::move(change));
    if (!account) co_return account.error();
    co_return private_reply(200, user::to_json(*account));
}

awaitable_reply read_me(api_call call) {
    call.takes_no_parameters();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto account = co_await call.context.services.users.read(call.principal.id);
    if (!account) co_return account.error();
    co_return private_reply(200, user::to_json(*account));
}

}  // namespace market::http
