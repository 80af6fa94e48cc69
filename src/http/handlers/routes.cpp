#include "handlers/handlers.hpp"

#include <array>

namespace market::http {
namespace {

using enum access;

constexpr std::array table{
    route{"POST", "/v1/auth/email-check", anonymous, payload::json, check_email},
    route{"POST", "/v1/auth/email-codes", anonymous, payload::json, send_email_code},
    route{"POST", "/v1/auth/email-codes/verify", anonymous, payload::json, verify_email_code},
    route{"POST", "/v1/auth/login", anonymous, payload::json, log_in},
    route{"POST", "/v1/auth/refresh", anonymous, payload::json, refresh_session},
    route{"POST", "/v1/auth/logout", user, payload::none, log_out},
    route{"POST", "/v1/auth/logout-all", user, payload::none, log_out_all},
    route{"POST", "/v1/auth/password-reset", anonymous, payload::json, reset_password},
    route{"POST", "/v1/users", anonymous, payload::json, sign_up},
    route{"GET", "/v1/users/me", user, payload::none, read_me},
    route{"PATCH", "/v1/users/me", user, payload::json, change_me},
    route{"PUT", "/v1/users/me/password", user, payload::json, change_password},
    route{"GET", "/setup", anonymous, payload::none, show_set_up},
    route{"POST", "/v1/setup", anonymous, payload::json_or_form, set_up},

    route{"GET", "/v1/products", anonymous, payload::none, list_products},
    route{"POST", "/v1/products", admin, payload::json, create_product},
    route{"GET", "/v1/products/{id}", anonymous, payload::none, read_product},
    route{"PATCH", "/v1/products/{id}", admin, payload::json, change_product},
    route{"DELETE", "/v1/products/{id}", admin, payload::none, retire_product},
    route{"GET", "/v1/products/{id}/stock", admin, payload::none, read_product_stock},
    route{"POST", "/v1/products/{id}/stock/adjustments", admin, payload::json, adjust_stock},
    route{"GET", "/v1/products/{id}/stock/movements", admin, payload::none, list_movements},

    route{"GET", "/v1/sales", anonymous, payload::none, list_sales},
    route{"POST", "/v1/sales", admin, payload::json, create_sale},
    route{"GET", "/v1/sales/{id}", anonymous, payload::none, read_sale},
    route{"PATCH", "/v1/sales/{id}", admin, payload::json, change_sale},
    route{"POST", "/v1/sales/{id}/pause", admin, payload::none, pause_sale},
    route{"POST", "/v1/sales/{id}/resume", admin, payload::none, resume_sale},
    route{"POST", "/v1/sales/{id}/close", admin, payload::none, close_sale},
    route{"GET", "/v1/sales/{id}/stock", admin, payload::none, read_sale_stock},
    route{"POST", "/v1/sales/{id}/gate/rebuild", admin, payload::none, rebuild_gate},

    route{"POST", "/v1/orders", user, payload::json, place_order},
    route{"GET", "/v1/orders", user, payload::none, list_orders},
    route{"GET", "/v1/orders/{id}", user, payload::none, read_order},
    route{"POST", "/v1/orders/{id}/cancel", user, payload::none, cancel_order},
    route{"PUT", "/v1/orders/{id}/delivery", admin, payload::json, set_delivery},
    route{"POST", "/v1/orders/{id}/return", user, payload::json, request_return},
    route{"POST", "/v1/orders/{id}/return/accept", admin, payload::none, accept_return},
    route{"POST", "/v1/orders/{id}/payment", user, payload::json, pay_order},
    route{"POST", "/v1/payments/webhooks/sandbox", provider, payload::json, take_payment_notice},

    route{"GET", "/livez", anonymous, payload::none, live},
    route{"GET", "/readyz", anonymous, payload::none, ready},
    route{"GET", "/openapi.json", anonymous, payload::none, show_openapi},
    route{"GET", "/docs", anonymous, payload::none, show_docs},
    route{"GET", "/problems/{code}", anonymous, payload::none, show_problem},
};

constexpr std::array control_table{
    route{"GET", "/gate/{sale_id}", anonymous, payload::none, dump_gate},
    route{"POST", "/gate/{sale_id}/rebuild", anonymous, payload::none, rebuild_drifted_gate},
};

}  // namespace

std::span<const route> public_routes() { return table; }

std::span<const route> control_routes() { return control_table; }

}  // namespace market::http
