#pragma once
/// A coroutine's result in a plain thread, for verbs that use a service without a server.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace market::app {

/// Blocks until `work` has ended; rethrows its exception.
template <class T>
T wait_for(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    std::exception_ptr error;
    std::optional<T> out;
    auto finished = [&error, &out](std::exception_ptr failed, T value) {
        error = failed;
        if (!failed) out.emplace(std::move(value));
    };
    boost::asio::co_spawn(context, std::move(work), std::move(finished));
    context.run();
    if (error) std::rethrow_exception(error);
    return *std::move(out);
}

}  // namespace market::app
