#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;

namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void put(const std::filesystem::path& path, const std::string& text) {
    std::ofstream{path, std::ios::binary} << text;
}

std::vector<boost::json::object> lines(const std::filesystem::path& path) {
    std::vector<boost::json::object> out;
    std::istringstream in{content(path)};
    for (std::string line; std::getline(in, line);)
        out.push_back(boost::json::parse(line).as_object());
    return out;
}

/// A disk that is full: no file of this process grows beyond `bytes_max`.
class full_disk {
public:
    explicit full_disk(rlim_t bytes_max) {
        signal_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes_max, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~full_disk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }
    full_disk(const full_disk&) = delete;
    full_disk& operator=(const full_disk&) = delete;

private:
    rlimit before_{};
    void (*signal_)(int) = nullptr;
};

struct log_stage {
    market::testing::temp_folder folder;
    std::filesystem::path path = folder.path() / "deep" / "events.jsonl";
    std::unique_ptr<publisher> log = make_publisher("log:" + path.string()).value();

    void publish(const std::vector<event>& events) {
        const auto sent = log->publish(events);
        REQUIRE(sent.has_value());
        CHECK(sent->outcomes ==
              std::vector<delivery_outcome>(events.size(), delivery_outcome::delivered));
    }
};

}  // namespace

TEST_CASE("an event is one CloudEvents line, in a folder made for it", "[outbox][log]") {
    log_stage stage;
    event traced = make_event("order-1", R"({"total": 5})");
    traced.at = from_micros(1'795'424'400'123'000);
    traced.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    stage.publish({traced, make_event("say \"hi\"", "[1,\n 2]")});
    const auto read = lines(stage.path);
    REQUIRE(read.size() == 2);
    const boost::json::object expected{{"specversion", "1.0"},
                                       {"id", to_string(traced.ce_id)},
                                       {"source", "/market"},
                                       {"type", "market.order.created.v1"},
                                       {"subject", "order-1"},
                                       {"time", format_rfc3339(traced.at)},
                                       {"datacontenttype", "application/json"},
                                       {"traceparent", traced.traceparent},
                                       {"data", boost::json::object{{"total", 5}}}};
    CHECK(read[0] == expected);
    CHECK(read[1].at("subject") == "say \"hi\"");
    CHECK(read[1].at("data") == boost::json::array{1, 2});
    CHECK_FALSE(read[1].contains("traceparent"));
}

TEST_CASE("batches are appended to what is there", "[outbox][log]") {
    log_stage stage;
    stage.publish(make_events(3));
    stage.publish(make_events(2));
    CHECK(lines(stage.path).size() == 5);
}

TEST_CASE("a file that was moved away is begun anew", "[outbox][log]") {
    log_stage stage;
    stage.publish(make_events(3));
    std::filesystem::rename(stage.path, stage.folder.path() / "old.jsonl");
    stage.publish(make_events(2));
    CHECK(lines(stage.path).size() == 2);
    CHECK(lines(stage.folder.path() / "old.jsonl").size() == 3);
}

TEST_CASE("a torn last line is cut before anything is appended", "[outbox][log]") {
    const auto torn = GENERATE(as<std::string>{}, "{", std::string(4095, 'x'),
                               std::string(4096, 'x'), std::string(10'000, 'x'));
    const auto whole = GENERATE(as<std::string>{}, "", "{\"a\":1}\n", "{\"a\":1}\n{\"b\":2}\n");
    log_stage stage;
    std::filesystem::create_directories(stage.path.parent_path());
    put(stage.path, whole + torn);
    stage.publish(make_events(1));
    const auto text = content(stage.path);
    CHECK(text.starts_with(whole + "{\"specversion\""));
    CHECK(text.find('x') == std::string::npos);
}

TEST_CASE("nothing counts as delivered, and no half line stays, when the disk is full",
          "[outbox][log][faults]") {
    // A few bytes are too much, or what comes behind the first blocks.
    const auto [size, room] =
        GENERATE(table<std::size_t, std::size_t>({{0, 100}, {50'000, 200'000}}));
    const std::vector events(5, make_event("order", '"' + std::string(size, 'x') + '"'));
    log_stage stage;
    stage.publish(make_events(2));
    const auto before = content(stage.path);
    {
        const full_disk full{before.size() + room};
        const auto refused = stage.log->publish(events);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::internal);
        CHECK(content(stage.path) == before);
    }
    stage.publish(events);
    CHECK(lines(stage.path).size() == 7);
}

TEST_CASE("a folder that cannot be made is an error and not the end", "[outbox][log][faults]") {
    log_stage stage;
    put(stage.folder.path() / "deep", "a file where the folder should be");
    CHECK(stage.log->publish(make_events(1)).has_error());
    std::filesystem::remove(stage.folder.path() / "deep");
    stage.publish(make_events(1));
}

TEST_CASE("a destination that is none is refused with a sentence", "[outbox]") {
    const auto url = GENERATE(as<std::string>{}, "amqp://localhost:9092", "log:", "log:folder/",
                              "events.jsonl", "");
    const auto made = make_publisher(url);
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::validation_failed);
    CHECK_FALSE(made.error().detail.empty());
}
