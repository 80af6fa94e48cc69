#pragma once
/// What each route does; routes.cpp says which call leads here.
#include "dispatch/route.hpp"

namespace market::http {

using answering = asio::awaitable<result<reply>>;

// account_handlers.cpp
answering check_email(call it);
answering send_email_code(call it);
answering verify_email_code(call it);
answering sign_up(call it);
answering log_in(call it);
answering refresh_session(call it);
answering log_out(call it);
answering log_out_all(call it);
answering reset_password(call it);
answering read_me(call it);
answering change_me(call it);
answering change_password(call it);

// set_up_handlers.cpp
answering show_set_up(call it);
answering set_up(call it);

// product_handlers.cpp
answering create_product(call it);
answering list_products(call it);
answering read_product(call it);
answering change_product(call it);
answering retire_product(call it);
answering read_product_stock(call it);
answering adjust_stock(call it);
answering list_movements(call it);

// sale_handlers.cpp
answering create_sale(call it);
answering list_sales(call it);
answering read_sale(call it);
answering change_sale(call it);
answering pause_sale(call it);
answering resume_sale(call it);
answering close_sale(call it);
answering read_sale_stock(call it);
answering rebuild_gate(call it);

// order_handlers.cpp
answering place_order(call it);
answering list_orders(call it);
answering read_order(call it);
answering cancel_order(call it);
answering set_delivery(call it);
answering request_return(call it);
answering accept_return(call it);

// payment_handlers.cpp
answering pay_order(call it);
answering take_payment_notice(call it);

// operation_handlers.cpp
answering live(call it);
answering ready(call it);
answering show_openapi(call it);
answering show_docs(call it);
answering show_problem(call it);

// control_handlers.cpp
answering dump_gate(call it);
answering rebuild_drifted_gate(call it);

}  // namespace market::http
