#pragma once
/// Coroutines run to their end by a plain thread.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace market::testing {

namespace asio = boost::asio;

/// The io_context that this thread keeps, as an I/O thread would.
inline asio::io_context& context_here() {
    thread_local asio::io_context context{1};
    return context;
}

/// Runs to the end on context_here(); rethrows.
inline void run_here(asio::awaitable<void> work) {
    auto& context = context_here();
    std::exception_ptr failed;
    bool ended = false;
    auto note = [&](std::exception_ptr error) {
        failed = std::move(error);
        ended = true;
    };
    asio::co_spawn(context, std::move(work), note);
    context.restart();
    while (!ended && context.run_one() > 0) {
    }
    if (!ended) throw std::logic_error("a call was forgotten");
    if (failed) std::rethrow_exception(failed);
}

/// What the call returns.
template <class T>
T settle_here(asio::awaitable<T> call) {
    std::optional<T> out;
    auto keep = [](asio::awaitable<T> from, std::optional<T>& to) -> asio::awaitable<void> {
        to.emplace(co_await std::move(from));
    };
    run_here(keep(std::move(call), out));
    return std::move(*out);
}

}  // namespace market::testing
