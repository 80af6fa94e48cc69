#pragma once
/// Who moves the money. The record decides, the provider follows: each call may come twice.
#include <market/base/error.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace market::order {

namespace asio = boost::asio;

struct charge {
    payment_id payment;
    money amount;
    std::string token;  ///< the buyer's means of payment, as the provider's own page gave it
};

enum class authorisation { approved, declined };

/// Thread-safe. A failure of any call says nothing about its effect: it is made again.
class payment_provider {
public:
    virtual ~payment_provider() = default;
    /// Holds the amount; takes nothing yet. The same charge again: the same answer. A hold that is
    /// not captured ends by itself.
    virtual asio::awaitable<result<authorisation>> authorise(charge wanted) = 0;
    /// Takes what was authorised. Again: nothing more.
    virtual asio::awaitable<result<void>> capture(payment_id payment) = 0;
    /// Gives back what was captured and releases what was authorised; a later capture takes
    /// nothing. Again: nothing more.
    virtual asio::awaitable<result<void>> refund(payment_id payment, std::string reason) = 0;
};

/// A provider without money: the token `tok_ok` is approved, every other is declined.
std::unique_ptr<payment_provider> make_sandbox_provider();

}  // namespace market::order
