#include "kafka_producer.hpp"

#include <market/base/log.hpp>

#include <array>

namespace market::outbox {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

template <auto Destroy>
struct destroyer {
    template <class T>
    void operator()(T* object) const {
        Destroy(object);
    }
};
template <class T, auto Destroy>
using handle_of = std::unique_ptr<T, destroyer<Destroy>>;

constexpr auto serve_max = 50ms;
constexpr auto purge_max = 200ms;
constexpr auto answer_max = 1'000ms;

constexpr std::array<std::pair<const char*, const char*>, 13> configuration{{
    {"client.id", "market"},
    {"enable.idempotence", "true"},
    {"acks", "all"},
    // As Java's producers spread keys, so that both may write one topic.
    {"partitioner", "murmur2_random"},
    {"socket.nagle.disable", "true"},
    {"linger.ms", "2"},
    // At most publish_max: after that publish() gives up, and nothing should stay in the queue.
    {"message.timeout.ms", "2500"},
    {"request.timeout.ms", "2000"},
    {"queue.buffering.max.messages", "1000"},
    {"queue.buffering.max.kbytes", "32768"},
    // The broker decides how large an event may be. A batch stays below its usual limit.
    {"message.max.bytes", "16777216"},
    {"batch.size", "500000"},
    {"reconnect.backoff.max.ms", "1000"},
}};

std::int64_t milliseconds_until(deadline until) {
    return std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::milliseconds>(until - steady::now()).count());
}

/// Called by serve().
void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    static_cast<pending_event*>(message->_private)->answer = message->err;
}

/// Called by serve().
void on_trouble(rd_kafka_t*, int code, const char* reason, void* trouble) {
    *static_cast<std::string*>(trouble) =
        std::string{rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code))} + ": " + reason;
}

/// Called by librdkafka's own threads. While Kafka is away they log all the time; the relay logs it
/// once.
void on_log(const rd_kafka_t*, int, const char* facility, const char* text) {
    log::debug("outbox.kafka", {{"facility", facility}, {"detail", text}});
}

failure not_made(std::string detail) { return {errc::internal, "Kafka's client: " + detail}; }

using headers = handle_of<rd_kafka_headers_t, rd_kafka_headers_destroy>;

/// CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is the data alone.
headers make_headers(const event& of) {
    headers out{rd_kafka_headers_new(8)};
    const auto add = [&out](const char* name, std::string_view value) {
        rd_kafka_header_add(out.get(), name, -1, value.data(), static_cast<ssize_t>(value.size()));
    };
    add("ce_specversion", "1.0");
    add("ce_id", to_string(of.ce_id));
    add("ce_source", "/market");
    add("ce_type", of.type);
    add("ce_subject", of.subject);
    add("ce_time", format_rfc3339(of.at));
    add("content-type", "application/json");
    if (!of.traceparent.empty()) add("traceparent", of.traceparent);
    return out;
}

int patience(deadline until) {
    return static_cast<int>(
        std::clamp<std::int64_t>(milliseconds_until(until), 1, answer_max.count()));
}

/// UNKNOWN_TOPIC_OR_PART when it is not there.
rd_kafka_resp_err_t look_for_topic(rd_kafka_t* client, const std::string& name, int patience_ms) {
    const handle_of<rd_kafka_topic_t, rd_kafka_topic_destroy> topic{
        rd_kafka_topic_new(client, name.c_str(), nullptr)};
    if (!topic) return rd_kafka_last_error();
    const rd_kafka_metadata_t* found = nullptr;
    const auto asked = rd_kafka_metadata(client, 0, topic.get(), &found, patience_ms);
    if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return asked;
    const handle_of<const rd_kafka_metadata_t, rd_kafka_metadata_destroy> owned{found};
    return found->topic_cnt == 1 ? found->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

/// Creates it with the brokers' default numbers of partitions and replicas.
rd_kafka_resp_err_t create_topic(rd_kafka_t* client, const std::string& name, int patience_ms) {
    std::array<char, 512> reason{};
    const handle_of<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy> topic{
        rd_kafka_NewTopic_new(name.c_str(), -1, -1, reason.data(), reason.size())};
    if (!topic) return RD_KAFKA_RESP_ERR__INVALID_ARG;
    const handle_of<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy> options{
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS)};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), patience_ms, reason.data(),
                                              reason.size());
    const handle_of<rd_kafka_queue_t, rd_kafka_queue_destroy> answers{rd_kafka_queue_new(client)};
    auto* wanted = topic.get();
    rd_kafka_CreateTopics(client, &wanted, 1, options.get(), answers.get());
    const handle_of<rd_kafka_event_t, rd_kafka_event_destroy> answer{
        rd_kafka_queue_poll(answers.get(), patience_ms + 100)};
    if (!answer) return RD_KAFKA_RESP_ERR__TIMED_OUT;
    const auto whole = rd_kafka_event_error(answer.get());
    if (whole != RD_KAFKA_RESP_ERR_NO_ERROR) return whole;
    std::size_t count = 0;
    const auto* topics = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(answer.get()), &count);
    return count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
}

/// Whether no broker was reached, as opposed to a broker that refused.
bool is_silence(rd_kafka_resp_err_t outcome) {
    switch (outcome) {
        case RD_KAFKA_RESP_ERR__TIMED_OUT:
        case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: return true;
        default: return false;
    }
}

}  // namespace

bool is_for_itself(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD: return true;
        default: return false;
    }
}

bool is_about_topic(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: return true;
        default: return false;
    }
}

bool pending_event::is_unfit() const { return !went_out && answer && is_for_itself(*answer); }

result<std::unique_ptr<kafka_producer>> kafka_producer::make(const std::string& brokers) {
    std::array<char, 512> reason{};
    std::unique_ptr<kafka_producer> made{new kafka_producer};
    handle_of<rd_kafka_conf_t, rd_kafka_conf_destroy> chosen{rd_kafka_conf_new()};
    const auto set = [&](const char* name, const char* value) {
        return rd_kafka_conf_set(chosen.get(), name, value, reason.data(), reason.size()) ==
               RD_KAFKA_CONF_OK;
    };
    for (const auto& [name, value] : configuration) {
        if (!set(name, value)) return not_made(reason.data());
    }
    if (!set("bootstrap.servers", brokers.c_str())) return not_made(reason.data());
    rd_kafka_conf_set_dr_msg_cb(chosen.get(), on_delivery);
    rd_kafka_conf_set_error_cb(chosen.get(), on_trouble);
    rd_kafka_conf_set_log_cb(chosen.get(), on_log);
    rd_kafka_conf_set_opaque(chosen.get(), &made->trouble_);
    made->handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, chosen.get(), reason.data(), reason.size());
    if (!made->handle_) return not_made(reason.data());
    static_cast<void>(chosen.release());  // the producer's now
    return made;
}

kafka_producer::~kafka_producer() {
    if (!handle_) return;
    rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(handle_, static_cast<int>(purge_max.count()));
    rd_kafka_destroy(handle_);
}

result<bool> kafka_producer::have_topic(const std::string& name, deadline until) {
    if (topics_seen_.contains(name)) return true;
    auto outcome = look_for_topic(handle_, name, patience(until));
    if (outcome == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        outcome = create_topic(handle_, name, patience(until));
        if (outcome == RD_KAFKA_RESP_ERR_NO_ERROR) {
            log::info("outbox.topic_created", {{"topic", name}});
        }
    }
    rd_kafka_poll(handle_, 0);  // calls back with errors
    if (is_silence(outcome)) {
        return failure{errc::internal,
                       "Kafka does not answer" + (trouble_.empty() ? "" : ": " + trouble_)};
    }
    if (outcome != RD_KAFKA_RESP_ERR_NO_ERROR &&
        outcome != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        trouble_ = "topic " + name + ": " + rd_kafka_err2str(outcome);
        return false;
    }
    topics_seen_.insert(name);
    return true;
}

bool kafka_producer::send(pending_event& what, deadline until) {
    const auto& content = *what.content;
    what.answer.reset();
    what.went_out = false;
    auto described = make_headers(content);
    for (;;) {
        const std::array<rd_kafka_vu_t, 6> parts{{
            {.vtype = RD_KAFKA_VTYPE_TOPIC, .u = {.cstr = content.topic.c_str()}},
            {.vtype = RD_KAFKA_VTYPE_KEY,
             .u = {.mem = {const_cast<char*>(content.subject.data()), content.subject.size()}}},
            {.vtype = RD_KAFKA_VTYPE_VALUE,
             .u = {.mem = {const_cast<char*>(content.data.data()), content.data.size()}}},
            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {.i = RD_KAFKA_MSG_F_COPY}},
            {.vtype = RD_KAFKA_VTYPE_HEADERS, .u = {.headers = described.get()}},
            {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u = {.ptr = &what}},
        }};
        const handle_of<rd_kafka_error_t, rd_kafka_error_destroy> refused{
            rd_kafka_produceva(handle_, parts.data(), parts.size())};
        if (!refused) {
            static_cast<void>(described.release());  // the message's now
            what.went_out = true;
            return true;
        }
        const auto code = rd_kafka_error_code(refused.get());
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            what.answer = code;
            return true;
        }
        if (steady::now() >= until) return false;
        serve();
    }
}

void kafka_producer::serve() { rd_kafka_poll(handle_, static_cast<int>(serve_max.count())); }

}  // namespace market::outbox
