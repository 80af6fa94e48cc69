#pragma once
/// One function a route. routes.cpp says which call runs which.
#include "dispatch/api_call.hpp"

namespace market::http {

// account_handlers.cpp
awaitable_reply check_email(api_call call);
awaitable_reply send_email_code(api_call call);
awaitable_reply verify_email_code(api_call call);
awaitable_reply sign_up(api_call call);
awaitable_reply log_in(api_call call);
awaitable_reply refresh_session(api_call call);
awaitable_reply log_out(api_call call);
awaitable_reply log_out_all(api_call call);
awaitable_reply reset_password(api_call call);
awaitable_reply read_me(api_call call);
awaitable_reply change_me(api_call call);
awaitable_reply change_password(api_call call);

// set_up_handlers.cpp
awaitable_reply show_set_up(api_call call);
awaitable_reply set_up(api_call call);

// product_handlers.cpp
awaitable_reply create_product(api_call call);
awaitable_reply list_products(api_call call);
awaitable_reply read_product(api_call call);
awaitable_reply change_product(api_call call);
awaitable_reply retire_product(api_call call);
awaitable_reply read_product_stock(api_call call);
awaitable_reply adjust_stock(api_call call);
awaitable_reply list_movements(api_call call);

// sale_handlers.cpp
awaitable_reply create_sale(api_call call);
awaitable_reply list_sales(api_call call);
awaitable_reply read_sale(api_call call);
awaitable_reply change_sale(api_call call);
awaitable_reply pause_sale(api_call call);
awaitable_reply resume_sale(api_call call);
awaitable_reply close_sale(api_call call);
awaitable_reply read_sale_stock(api_call call);
awaitable_reply rebuild_gate(api_call call);

// order_handlers.cpp
awaitable_reply place_order(api_call call);
awaitable_reply list_orders(api_call call);
awaitable_reply read_order(api_call call);
awaitable_reply cancel_order(api_call call);
awaitable_reply set_delivery(api_call call);
awaitable_reply request_return(api_call call);
awaitable_reply accept_return(api_call call);

// payment_handlers.cpp
awaitable_reply pay_order(api_call call);
awaitable_reply take_payment_notice(api_call call);

// operation_handlers.cpp
awaitable_reply report_liveness(api_call call);
awaitable_reply report_readiness(api_call call);
awaitable_reply show_openapi(api_call call);
awaitable_reply show_docs(api_call call);
awaitable_reply show_problem(api_call call);

// control_handlers.cpp
awaitable_reply dump_gate(api_call call);
awaitable_reply rebuild_drifted_gate(api_call call);

}  // namespace market::http
