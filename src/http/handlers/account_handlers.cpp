#include "handlers/handlers.hpp"
#include "input/object_reader.hpp"

#include <market/base/json_text.hpp>

namespace market::http {
namespace {

constexpr std::array<std::string_view, 2> code_purposes{"signup", "password_reset"};

user::code_purpose read_purpose(object_reader& in) {
    return in.choice("purpose", code_purposes) == 0 ? user::code_purpose::signup
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

answering check_email(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto is_free =
        co_await it.shop.parts.users.email_available(std::move(email), std::move(client));
    if (!is_free) co_return is_free.error();
    co_return private_reply(200, *is_free ? R"({"available":true})" : R"({"available":false})");
}

answering send_email_code(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    const auto purpose = read_purpose(in);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto sent =
        co_await it.shop.parts.users.send_code(purpose, std::move(email), std::move(client));
    if (!sent) co_return sent.error();
    co_return private_reply(202, R"({"expires_in":600})");
}

answering verify_email_code(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    const auto purpose = read_purpose(in);
    auto code = in.text("code", code_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto verified =
        co_await it.shop.parts.users.verify_code(purpose, std::move(email), std::move(code));
    if (!verified) co_return verified.error();
    co_return private_reply(200, R"({"verified":true})");
}

answering sign_up(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    user::signup wanted;
    wanted.email = in.text("email", email_rule);
    wanted.password = in.text("password", new_password_rule);
    wanted.name = in.text("name", name_rule);
    wanted.phone = in.text("phone", phone_rule);
    wanted.address = in.address("address");
    wanted.code = in.text("code", code_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto made = co_await it.shop.parts.users.sign_up(std::move(wanted), std::move(client));
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
    auto client = it.client();
    auto tokens = co_await it.shop.parts.users.log_in(std::move(email), std::move(password),
                                                      std::move(client));
    if (!tokens) co_return tokens.error();
    co_return private_reply(200, to_json(*tokens));
}

answering refresh_session(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto token = in.text("refresh_token", token_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto tokens = co_await it.shop.parts.users.refresh(std::move(token), std::move(client));
    if (!tokens) co_return tokens.error();
    co_return private_reply(200, to_json(*tokens));
}

answering log_out(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto done = co_await it.shop.parts.users.log_out(it.who, std::move(client));
    if (!done) co_return done.error();
    co_return private_reply(204, "");
}

answering log_out_all(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto done = co_await it.shop.parts.users.log_out_all(it.who, std::move(client));
    if (!done) co_return done.error();
    co_return private_reply(204, "");
}

answering reset_password(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto email = in.text("email", email_rule);
    auto code = in.text("code", code_rule);
    auto password = in.text("new_password", new_password_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto done = co_await it.shop.parts.users.reset_password(std::move(email), std::move(code),
                                                            std::move(password), std::move(client));
    if (!done) co_return done.error();
    co_return private_reply(204, "");
}

answering change_password(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto current = in.text("current_password", password_rule);
    auto password = in.text("new_password", new_password_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto client = it.client();
    auto done = co_await it.shop.parts.users.change_password(
        it.who, std::move(current), std::move(password), std::move(client));
    if (!done) co_return done.error();
    co_return private_reply(204, "");
}

answering change_me(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    user::profile_change wanted;
    wanted.name = in.optional_text("name", name_rule);
    // An order needs someone to deliver to: only an admin may have neither.
    const bool may_have_none = it.who.is_admin();
    if (may_have_none && in.is_null("phone")) {
        wanted.phone.emplace();
    } else if (auto phone = in.optional_text("phone", phone_rule)) {
        wanted.phone.emplace(std::move(phone));
    }
    if (may_have_none && in.is_null("address")) {
        wanted.address.emplace();
    } else if (auto address = in.optional_address("address")) {
        wanted.address.emplace(std::move(address));
    }
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto changed = co_await it.shop.parts.users.change_profile(it.who.id, std::move(wanted));
    if (!changed) co_return changed.error();
    co_return private_reply(200, user::to_json(*changed));
}

answering read_me(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto found = co_await it.shop.parts.users.read(it.who.id);
    if (!found) co_return found.error();
    co_return private_reply(200, user::to_json(*found));
}

}  // namespace market::http
