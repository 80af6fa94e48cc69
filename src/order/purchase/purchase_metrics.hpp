#pragma once
#include <market/order/order_service.hpp>
#include <market/stock/gate.hpp>

#include <chrono>

namespace market::order {

/// How a purchase ended.
void count_purchase(const result<purchase_reply>& outcome);
/// What the gate answered to an attempt.
void count_admission(const stock::admit_answer& answer);
/// One transaction of the writer that was committed; `took` of its COMMIT.
void count_commit(std::size_t orders, std::chrono::duration<double> took);
/// How many purchases wait for the writer.
void set_queue_length(std::size_t orders);

}  // namespace market::order
