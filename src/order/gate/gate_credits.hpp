#pragma once
#include "order_parts.hpp"

namespace market::order {

/// Gives units that came back in the record to the gate, and forgets the credit once the gate has
/// them (or was loaded with them). The sweeper repeats what cannot be done now: the gate counts a
/// credit once. A gate that cannot count it (more comes back than it knows of) is loaded anew,
/// which drops the credit.
asio::awaitable<void> give_credit(const order_parts& parts, stock::credit returned);

}  // namespace market::order
