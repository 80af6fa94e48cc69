#include "support/private_redis.hpp"

#include "support/eventually.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <sstream>
#include <stdexcept>

namespace market::redis::test {

bool private_redis::can_be_had() {
    static const bool found = [] {
        const auto* path = ::getenv("PATH");
        std::stringstream folders{path ? path : ""};
        for (std::string folder; std::getline(folders, folder, ':');)
            if (::access((folder + "/redis-server").c_str(), X_OK) == 0) return true;
        std::cout << "skipped, because redis-server is not installed\n";
        return false;
    }();
    return found;
}

private_redis::private_redis(std::vector<std::string> more) : more_(std::move(more)) {
    auto name = (std::filesystem::temp_directory_path() / "market_redis_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    start();
}

private_redis::~private_redis() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<client> private_redis::open(options chosen) const {
    return redis::open(url(), chosen).value();
}

void private_redis::start() {
    std::vector<std::string> words{"redis-server", "--port", "0", "--unixsocket", socket(), "--dir",
                                   folder_,        "--save", ""};
    words.insert(words.end(), more_.begin(), more_.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto log = (folder_ / "log").string();
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    auto up = [&] {
        auto found = open()->check();
        return !found || !found->may_pass;
    };
    if (process_ < 0 || !market::testing::eventually(up))
        throw std::runtime_error("redis-server does not start");
}

void private_redis::kill() {
    if (process_ < 0) return;
    signal(SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void private_redis::pause() { signal(SIGSTOP); }
void private_redis::resume() { signal(SIGCONT); }
void private_redis::signal(int which) const { ::kill(process_, which); }

}  // namespace market::redis::test
