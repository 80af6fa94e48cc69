#include "handlers/handlers.hpp"
#include "input/media_type.hpp"
#include "input/object_reader.hpp"
#include "input/query_reader.hpp"
#include "message/html.hpp"

namespace market::http {
namespace {

reply uncached_page(std::string body) {
    auto answer = html_reply(std::move(body), "form-action 'self'");
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

std::string page(std::string_view content) {
    std::string out =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>Set up the shop</title>"
        "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:3rem auto;padding:0 "
        "1rem}"
        "label{display:block;margin:1rem 0}input{display:block;width:100%;box-sizing:border-box;"
        "font:inherit;padding:.4rem}</style><h1>Set up the shop</h1>";
    out.append(content).append("</html>\n");
    return out;
}

}  // namespace

awaitable_reply show_set_up(api_call call) {
    auto query = call.read_query();
    const auto token = query.text("token", token_rule).value_or("");
    query.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    co_return uncached_page(page(
        "<p>This form makes the first administrator. Its link works once, within an hour of "
        "the server's start.</p>"
        "<form method=\"post\" action=\"/v1/setup\">"
        "<label>Token <input name=\"token\" required value=\"" +
        escape_html(token) +
        "\"></label>"
        "<label>E-mail <input name=\"email\" type=\"email\" required maxlength=\"254\"></label>"
        "<label>Password <input name=\"password\" type=\"password\" required minlength=\"8\" "
        "maxlength=\"128\" autocomplete=\"new-password\"></label>"
        "<label>Name <input name=\"name\" required maxlength=\"100\"></label>"
        "<button>Make the administrator</button></form>"));
}

awaitable_reply set_up(api_call call) {
    auto body = call.read_body();
    auto token = body.text("token", token_rule);
    auto email = body.text("email", email_rule);
    auto password = body.text("password", new_password_rule);
    auto name = body.text("name", name_rule);
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto client = call.client();
    auto account = co_await call.context.services.users.set_up(std::move(token), std::move(email),
                                                               std::move(password), std::move(name),
                                                               std::move(client));
    if (!account) co_return account.error();
    const bool by_form = is_form(call.request.content_type);
    auto answer = by_form ? uncached_page(page("<p>Done. " + escape_html(account->email) +
                                               " can log in now.</p>"))
                          : private_reply(201, user::to_json(*account));
    answer.status = 201;
    answer.headers.emplace_back("Location", "/v1/users/me");
    co_return answer;
}

}  // namespace market::http
