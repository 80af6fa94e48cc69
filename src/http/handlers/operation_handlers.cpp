#include "documents/embedded.hpp"
#include "handlers/handlers.hpp"
#include "message/html.hpp"
#include "message/problem.hpp"

#include <market/base/json_text.hpp>

namespace market::http {

awaitable_reply report_liveness(api_call) { co_return reply{200, R"({"status":"live"})"}; }

awaitable_reply report_readiness(api_call call) {
    std::string checks;
    bool is_ready = true;
    const auto note = [&](std::string_view name, const std::optional<std::string>& problem,
                          bool fatal) {
        if (!checks.empty()) checks += ',';
        append_json_string(checks, name);
        checks += ':';
        append_json_string(checks, problem.value_or("ok"));
        is_ready = is_ready && !(problem && fatal);
    };
    for (const auto& check : call.context.checks) note(check.name, check.problem(), check.fatal);
    const bool draining = call.context.draining.load(std::memory_order_relaxed);
    note("draining", draining ? std::optional<std::string>("shutting down") : std::nullopt, true);

    reply answer{is_ready ? 200 : 503};
    answer.body =
        is_ready ? R"({"status":"ready","checks":{)" : R"({"status":"unready","checks":{)";
    answer.body += checks + "}}";
    answer.headers.emplace_back("Cache-Control", "no-store");
    if (!is_ready) answer.headers.emplace_back("Retry-After", "1");
    co_return answer;
}

awaitable_reply show_openapi(api_call) { co_return reply{200, std::string(openapi_json)}; }

awaitable_reply show_docs(api_call) {
    co_return html_reply(std::string(docs_html), "script-src 'unsafe-inline'; connect-src 'self'");
}

awaitable_reply show_problem(api_call call) {
    const auto code = cause_named(call.argument);
    if (!code) co_return failure{errc::not_found, "there is no problem with this code"};
    const auto kind = kind_of(*code);
    const std::string title = escape_html(kind.title);
    const std::string name(to_string(*code));
    co_return html_reply(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" + name + "</title><h1>" +
        title + "</h1><p>Code <code>" + name + "</code>, sent with status " +
        std::to_string(kind.status) +
        ". The member <code>detail</code> of the reply tells what was wrong.</p></html>\n");
}

}  // namespace market::http
