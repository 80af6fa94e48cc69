#include "support/catch.hpp"

#include <market/base/log.hpp>

#include <boost/json.hpp>

#include <unistd.h>
#include <cstdio>

namespace market {
namespace {

/// What `work` writes to stderr.
template <class Work>
std::string stderr_of(Work work) {
    std::FILE* file = std::tmpfile();
    const int kept = ::dup(STDERR_FILENO);
    ::dup2(::fileno(file), STDERR_FILENO);
    work();
    ::dup2(kept, STDERR_FILENO);
    ::close(kept);
    std::rewind(file);
    std::string out(4096, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), file));
    std::fclose(file);
    return out;
}

const auto write_one = [] {
    log::info(
        "test.event",
        {{"count", std::int64_t{3}}, {"share", 0.5}, {"name", "a {} \"b\"\nforged level=error"}});
    log::debug("test.unseen");
};

}  // namespace

TEST_CASE("a log entry is one line, whatever its values hold", "[base]") {
    log::configure(log::level::info, log::format::text);
    const auto text = stderr_of(write_one);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK(
        text.find(
            " info test.event count=3 share=0.5 name=\"a {} \\\"b\\\"\\nforged level=error\"\n") !=
        std::string::npos);
}

TEST_CASE("what is below the threshold is not enabled", "[base]") {
    log::configure(log::level::info, log::format::text);
    CHECK(log::enabled(log::level::info));
    CHECK_FALSE(log::enabled(log::level::debug));
}

TEST_CASE("a log entry in JSON has its facts as members", "[base]") {
    log::configure(log::level::info, log::format::json);
    const auto text = stderr_of(write_one);
    log::configure(log::level::info, log::format::text);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    const auto line = boost::json::parse(text).as_object();
    CHECK(line.at("level") == "info");
    CHECK(line.at("event") == "test.event");
    CHECK(line.at("count") == 3);
    CHECK(line.at("share") == 0.5);
    CHECK(line.at("name") == "a {} \"b\"\nforged level=error");
    CHECK(line.contains("time"));
}

}  // namespace market
