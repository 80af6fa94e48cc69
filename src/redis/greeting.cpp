#include "greeting.hpp"

#include <charconv>

namespace market::redis {
namespace {

/// The value of `name` in the lines `name:value` of INFO.
std::string_view field(std::string_view text, std::string_view name) {
    for (std::size_t at = text.find(name); at != std::string_view::npos;
         at = text.find(name, at + 1)) {
        const auto colon = at + name.size();
        const bool begins_line = at == 0 || text[at - 1] == '\n';
        if (!begins_line || colon >= text.size() || text[colon] != ':') continue;
        auto value = text.substr(colon + 1);
        return value.substr(0, value.find_first_of("\r\n"));
    }
    return {};
}

obstacle unreachable(const server_address& server, std::string_view why) {
    return {"Redis at " + server.where() + " " + std::string{why}, true};
}

obstacle refused(const server_address& server, std::string_view why) {
    return {"Redis at " + server.where() + " " + std::string{why}, false};
}

}  // namespace

server_facts read_info(std::string_view text) {
    server_facts out;
    out.run_id = field(text, "run_id");
    out.role = field(text, "role");
    out.mode = field(text, "redis_mode");
    if (out.mode.empty()) out.mode = field(text, "server_mode");  // Valkey's word
    out.eviction = field(text, "maxmemory_policy");
    const auto version = field(text, "redis_version");
    std::from_chars(version.data(), version.data() + version.size(), out.major);
    out.loading = field(text, "loading") == "1";
    return out;
}

std::vector<std::vector<std::string>> greeting(const server_address& server) {
    std::vector<std::vector<std::string>> out;
    if (!server.password.empty()) {
        if (server.user.empty())
            out.push_back({"AUTH", server.password});
        else
            out.push_back({"AUTH", server.user, server.password});
    }
    if (server.database != 0) out.push_back({"SELECT", std::to_string(server.database)});
    out.push_back({"INFO"});
    return out;
}

std::optional<obstacle> wrong_answer(const server_address& server, const std::string& command,
                                     const reply& answer) {
    if (answer.what != reply::kind::error) return {};
    const std::string_view said = answer.text;
    if (said.starts_with("LOADING")) return unreachable(server, "is still loading its data");
    if (said.starts_with("NOAUTH")) return refused(server, "asks for a password");
    if (said.starts_with("NOPERM")) return refused(server, "does not let this user run " + command);
    if (said.starts_with("DENIED")) return refused(server, "is in protected mode");
    if (said.find("max number of clients") != said.npos)
        return unreachable(server, "has too many clients");
    if (command == "AUTH") return refused(server, "does not take this user and password");
    if (command == "SELECT")
        return refused(server, "has no database " + std::to_string(server.database));
    return unreachable(server, "does not answer " + command);
}

std::optional<obstacle> wrong_server(const server_address& server, const server_facts& facts) {
    if (facts.run_id.empty()) return refused(server, "does not report its run_id");
    if (facts.loading) return unreachable(server, "is still loading its data");
    if (facts.major < 5) return refused(server, "is older than version 5");
    if (facts.role != "master") return refused(server, "is a read-only replica");
    if (facts.mode == "cluster") return refused(server, "is part of a cluster");
    return {};
}

}  // namespace market::redis
