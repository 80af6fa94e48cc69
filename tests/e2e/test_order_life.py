"""The life of an order over HTTP, on a shop that takes payments: paid, delivered, returned; not
paid in time; paid too late. `market check` is clean after each."""

import hashlib
import hmac
import time
import unittest
import uuid

from full_stack import FullStack, needs
from harness import EmbeddedStack, eventually

SECRET = "whsec of the tests"
PAYMENTS = {"MARKET_PAYMENTS_MODE": "sandbox", "MARKET_PAYMENTS_WEBHOOK_SECRET": SECRET}
CARD = {"method": "card", "token": "tok_ok"}


def notify(shop, body, secret=SECRET, at=None):
    """Sends the provider's notice, signed over its exact bytes."""
    seconds = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return shop.request("POST", "/v1/payments/webhooks/sandbox", body,
                        headers={"Market-Signature": f"t={seconds},v1={digest}"})


def notice(order, kind="payment.captured"):
    # Spaces and member order of its own: it is the bytes that are signed, not their meaning.
    return (f'{{ "type" : "{kind}",\n "order_id": "{order["id"]}", "id":"{uuid.uuid4()}",'
            f' "at":"2026-11-23T09:00:00+09:00" }}').encode()


class OrderLife(EmbeddedStack, unittest.TestCase):
    def test_who_buys_or_cancels_reads_it_at_once(self):
        with self.shop() as shop:
            sale = shop.make_sale(units=3, limit=3)
            goods = shop.make_product(stock=5)
            [buyer] = shop.buyers(1)

            def remaining():
                return (shop.expect(200, "GET", f"/v1/sales/{sale['id']}")["remaining"],
                        shop.expect(200, "GET", "/v1/sales")["items"][0]["remaining"],
                        shop.expect(200, "GET", f"/v1/products/{goods['id']}")["available"])

            self.assertEqual((3, 3, 5), remaining())
            order = shop.expect(201, "POST", "/v1/orders", {"lines": [
                {"sale_id": sale["id"], "quantity": 2},
                {"product_id": goods["id"], "quantity": 4}]}, buyer)
            self.assertEqual((1, 1, 1), remaining())
            shop.expect(200, "POST", f"/v1/orders/{order['id']}/cancel", token=buyer)
            self.assertEqual((3, 3, 5), remaining())
            eventually(lambda: shop.order(buyer, sale["id"], quantity=3).status == 201)
            self.assertEqual("sold_out",
                             shop.expect(200, "GET", f"/v1/sales/{sale['id']}")["status"])

    def test_a_webhook_proves_itself_before_anything_else_is_judged(self):
        with self.shop(PAYMENTS) as shop:
            for kind, body in (("text/plain", b"hello"), ("application/json", b"{")):
                refused = shop.request("POST", "/v1/payments/webhooks/sandbox", body,
                                       headers={"Content-Type": kind, "Market-Signature": "t=1"})
                self.assertEqual((401, "unauthenticated"), (refused.status, refused.body["code"]))

    def test_paid_delivered_returned(self):
        with self.shop(PAYMENTS) as shop:
            sale = shop.make_sale(units=1)
            [buyer] = shop.buyers(1)
            admin = shop.admin_token()
            first = shop.order(buyer, sale["id"], key="k")
            self.assertEqual("pending_payment", first.body["state"])
            path = f"/v1/orders/{first.body['id']}"
            declined = shop.request("POST", path + "/payment",
                                    {"method": "card", "token": "tok_declined"}, buyer)
            self.assertEqual((402, "payment_declined"), (declined.status, declined.body["code"]))
            paid = shop.expect(200, "POST", path + "/payment", CARD, buyer)
            self.assertEqual(("confirmed", "captured", None),
                             (paid["state"], paid["payment"]["state"], paid["expires_at"]))
            self.assertEqual(paid, shop.expect(200, "POST", path + "/payment", CARD, buyer))
            shop.expect(200, "PUT", path + "/delivery",
                        {"state": "shipped", "carrier": "Post", "tracking": "1"}, admin)
            for who in (buyer, admin):
                self.assertEqual("order_state",
                                 shop.expect(409, "POST", path + "/cancel", {}, who)["code"])
            delivered = shop.expect(200, "PUT", path + "/delivery", {"state": "delivered"}, admin)
            self.assertNotIn("return_reason", delivered)
            self.assertEqual("forbidden", shop.expect(403, "POST", path + "/return",
                                                      {"reason": "mine"}, admin)["code"])
            shop.expect(200, "POST", path + "/return", {"reason": "too small"}, buyer)
            shop.assert_sound()
            returned = shop.expect(200, "POST", path + "/return/accept", {}, admin)
            self.assertEqual(("returned", "refunded", "delivered"), (
                returned["state"], returned["payment"]["state"], returned["delivery"]["state"]))
            self.assertEqual("too small", returned["return_reason"])
            self.assertEqual(returned, shop.expect(200, "GET", path, token=buyer))
            self.assertEqual([returned], shop.expect(200, "GET", "/v1/orders?state=returned",
                                                     token=admin)["items"])
            again = shop.order(buyer, sale["id"], key="k")
            self.assertEqual(first.raw, again.raw, "a replay is the first 201, byte for byte")
            # The unit came back; Redis lets it out after a moment.
            eventually(lambda: shop.order(buyer, sale["id"]).status == 201)
            shop.assert_sound()

    def test_not_paid_in_time_and_paid_too_late(self):
        with self.shop(PAYMENTS | {"MARKET_PAYMENTS_HOLD_SECONDS": "1"}) as shop:
            sale = shop.make_sale(units=1)
            first, second = shop.buyers(2)
            order = shop.order(first, sale["id"]).body
            path = f"/v1/orders/{order['id']}"
            eventually(lambda: shop.expect(200, "GET", path, token=first)["state"] == "expired")
            late = shop.request("POST", path + "/payment", CARD, first)
            self.assertEqual((409, "order_expired"), (late.status, late.body["code"]))
            body = notice(order)
            refunded = notify(shop, body)
            self.assertEqual((200, "refunded"), (refunded.status, refunded.body["payment_state"]))
            self.assertEqual(refunded.raw, notify(shop, body).raw)
            self.assertEqual("refunded",
                             shop.expect(200, "GET", path, token=first)["payment"]["state"])
            eventually(lambda: shop.order(second, sale["id"]).status == 201)
            shop.assert_sound()

    def test_webhooks_confirm_and_are_signed(self):
        with self.shop(PAYMENTS) as shop:
            sale = shop.make_sale(units=1)
            [buyer] = shop.buyers(1)
            order = shop.order(buyer, sale["id"]).body
            body = notice(order)
            for refused in (notify(shop, body, secret="another"),
                            notify(shop, body, at=time.time() - 400),
                            shop.request("POST", "/v1/payments/webhooks/sandbox", body)):
                self.assertEqual((401, "unauthenticated"), (refused.status, refused.body["code"]))
            path = f"/v1/orders/{order['id']}"
            self.assertEqual("pending_payment",
                             shop.expect(200, "GET", path, token=buyer)["state"])
            self.assertEqual("captured", notify(shop, body).body["payment_state"])
            self.assertEqual("confirmed", shop.expect(200, "GET", path, token=buyer)["state"])
            shop.assert_sound()

    def test_deliveries_go_on_by_themselves_when_the_shop_is_set_so(self):
        with self.shop({"MARKET_ORDERS_AUTO_DELIVERY_SECONDS": "1"}) as shop:
            sale = shop.make_sale(units=1)
            [buyer] = shop.buyers(1)
            path = f"/v1/orders/{shop.order(buyer, sale['id']).body['id']}"
            eventually(lambda: shop.expect(200, "GET", path, token=buyer)["state"] == "delivered")
            history = shop.expect(200, "GET", path, token=buyer)["delivery"]["history"]
            self.assertEqual(["pending", "preparing", "shipped", "delivered"],
                             [step["state"] for step in history])
            shop.expect(200, "POST", path + "/return", {"reason": "too late"}, buyer)
            shop.assert_sound()


@needs("MYSQL")
class OrderLifeOnTheFullStack(FullStack, OrderLife):
    pass


if __name__ == "__main__":
    unittest.main()
