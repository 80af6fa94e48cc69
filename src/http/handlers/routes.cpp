#include "dispatch/route.hpp"
#include "handlers/handlers.hpp"

#include <array>

namespace market::http {
namespace {

using enum access;

constexpr std::array public_table{
    route{"POST", "/v1/auth/email-check", anonymous, body_kind::json, check_email},
    route{"POST", "/v1/auth/email-codes", anonymous, body_kind::json, send_email_code},
    route{"POST", "/v1/auth/email-codes/verify", anonymous, body_kind::json, verify_email_code},
    route{"POST", "/v1/auth/login", anonymous, body_kind::json, log_in},
    route{"POST", "/v1/auth/refresh", anonymous, body_kind::json, refresh_session},
    route{"POST", "/v1/auth/logout", user, body_kind::none, log_out},
    route{"POST", "/v1/auth/logout-all", user, body_kind::none, log_out_all},
    route{"POST", "/v1/auth/password-reset", anonymous, body_kind::json, reset_password},
    route{"POST", "/v1/users", anonymous, body_kind::json, sign_up},
    route{"GET", "/v1/users/me", user, body_kind::none, read_me},
    route{"PATCH", "/v1/users/me", user, body_kind::json, change_me},
    route{"PUT", "/v1/users/me/password", user, body_kind::json, change_password},
    route{"GET", "/setup", anonymous, body_kind::none, show_set_up},
    route{"POST", "/v1/setup", anonymous, body_kind::json_or_form, set_up},

    route{"GET", "/v1/products", anonymous, body_kind::none, list_products},
    route{"POST", "/v1/products", admin, body_kind::json, create_product},
    route{"GET", "/v1/products/{id}", anonymous, body_kind::none, read_product},
    route{"PATCH", "/v1/products/{id}", admin, body_kind::json, change_product},
    route{"DELETE", "/v1/products/{id}", admin, body_kind::none, retire_product},
    route{"GET", "/v1/products/{id}/stock", admin, body_kind::none, read_product_stock},
    route{"POST", "/v1/products/{id}/stock/adjustments", admin, body_kind::json, adjust_stock},
    route{"GET", "/v1/products/{id}/stock/movements", admin, body_kind::none, list_movements},

    route{"GET", "/v1/sales", anonymous, body_kind::none, list_sales},
    route{"POST", "/v1/sales", admin, body_kind::json, create_sale},
    route{"GET", "/v1/sales/{id}", anonymous, body_kind::none, read_sale},
    route{"PATCH", "/v1/sales/{id}", admin, body_kind::json, change_sale},
    route{"POST", "/v1/sales/{id}/pause", admin, body_kind::none, pause_sale},
    route{"POST", "/v1/sales/{id}/resume", admin, body_kind::none, resume_sale},
    route{"POST", "/v1/sales/{id}/close", admin, body_kind::none, close_sale},
    route{"GET", "/v1/sales/{id}/stock", admin, body_kind::none, read_sale_stock},
    route{"POST", "/v1/sales/{id}/gate/rebuild", admin, body_kind::none, rebuild_gate},

    route{"POST", "/v1/orders", user, body_kind::json, place_order},
    route{"GET", "/v1/orders", user, body_kind::none, list_orders},
    route{"GET", "/v1/orders/{id}", user, body_kind::none, read_order},
    route{"POST", "/v1/orders/{id}/cancel", user, body_kind::none, cancel_order},
    route{"PUT", "/v1/orders/{id}/delivery", admin, body_kind::json, set_delivery},
    route{"POST", "/v1/orders/{id}/return", user, body_kind::json, request_return},
    route{"POST", "/v1/orders/{id}/return/accept", admin, body_kind::none, accept_return},
    route{"POST", "/v1/orders/{id}/payment", user, body_kind::json, pay_order},
    route{"POST", "/v1/payments/webhooks/sandbox", provider, body_kind::json, take_payment_notice},

    route{"GET", "/livez", anonymous, body_kind::none, report_liveness},
    route{"GET", "/readyz", anonymous, body_kind::none, report_readiness},
    route{"GET", "/openapi.json", anonymous, body_kind::none, show_openapi},
    route{"GET", "/docs", anonymous, body_kind::none, show_docs},
    route{"GET", "/problems/{code}", anonymous, body_kind::none, show_problem},
};

constexpr std::array control_table{
    route{"GET", "/gate/{sale_id}", anonymous, body_kind::none, dump_gate},
    route{"POST", "/gate/{sale_id}/rebuild", anonymous, body_kind::none, rebuild_drifted_gate},
};

}  // namespace

std::span<const route> public_routes() { return public_table; }

std::span<const route> control_routes() { return control_table; }

}  // namespace market::http
