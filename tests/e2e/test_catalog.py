"""An admin's day over HTTP, on both stacks: goods, stock and sales from the first to the last call.
`market check` is clean after each."""

import unittest

from full_stack import FullStack, needs
from harness import EmbeddedStack, eventually, rfc3339


def krw(amount):
    return {"amount": amount, "currency": "KRW"}


class Catalog(EmbeddedStack, unittest.TestCase):
    def call(self, status, method, path, body=None, headers=None):
        return self.server.expect(status, method, path, body, self.admin, headers)

    def refused(self, status, code, method, path, body=None, headers=None):
        problem = self.call(status, method, path, body, headers)
        self.assertEqual(code, problem["code"])
        return problem

    def test_stock_is_received_counted_allocated_and_returned(self):
        with self.shop() as self.server:
            self.admin = self.server.admin_token()
            product = self.server.make_product(stock=10)
            path = f"/v1/products/{product['id']}"
            self.call(201, "POST", path + "/stock/adjustments", {"delta": 5, "reason": "found"})
            sale = self.server.make_sale(units=12, limit=5, product=product)
            self.refused(409, "stock_conflict", "POST", path + "/stock/adjustments",
                         {"delta": -4, "reason": "lost"})
            lost = self.call(201, "POST", path + "/stock/adjustments",
                             {"delta": -1, "reason": "lost"})
            self.assertEqual(("adjusted", -1, "lost"),
                             (lost["kind"], lost["delta"], lost["reason"]))
            self.refused(409, "stock_conflict", "POST", "/v1/sales", {
                "product_id": product["id"], "title": "More than there is", "price": krw(1),
                "quantity": 3, "per_user_limit": 1, "starts_at": rfc3339(0),
                "ends_at": rfc3339(60)})
            [buyer] = self.server.buyers(1)
            self.assertEqual(201, self.server.order(buyer, sale["id"], quantity=4).status)
            self.call(200, "POST", f"/v1/sales/{sale['id']}/close", {})
            stock = self.call(200, "GET", path + "/stock")
            self.assertEqual(10, stock["available"])
            self.assertEqual([(None, 10, 0), (sale["id"], 4, 4)],
                             [(p["sale_id"], p["total"], p["sold"]) for p in stock["pools"]])
            moved = self.call(200, "GET", path + "/stock/movements")["items"]
            self.assertEqual(
                ["returned", "returned", "adjusted", "allocated", "allocated", "adjusted",
                 "received"], [m["kind"] for m in moved])
            self.assertEqual(14, sum(m["delta"] for m in moved))
            self.server.assert_sound()

    def test_a_sale_from_its_plan_to_its_end(self):
        with self.shop() as self.server:
            self.admin = self.server.admin_token()
            [buyer] = self.server.buyers(1)
            product = self.server.make_product(stock=10)
            sale = self.server.make_sale(units=4, limit=2, product=product, starts_in=600)
            path = f"/v1/sales/{sale['id']}"
            self.assertEqual("upcoming", sale["status"])
            early = self.server.order(buyer, sale["id"])
            self.assertEqual((409, "sale_not_open", sale["starts_at"]),
                             (early.status, early.body["code"], early.body["opens_at"]))
            tag = self.server.request("GET", path).headers["etag"]
            changed = self.server.request("PATCH", path, {
                "price": krw(5), "quantity": 6, "per_user_limit": 1,
                "starts_at": rfc3339(-1)}, self.admin, {"If-Match": tag})
            self.assertEqual((200, 6, "open"),
                             (changed.status, changed.body["quantity"], changed.body["status"]))
            self.refused(412, "precondition_failed", "PATCH", path, {"title": "Too late"},
                         {"If-Match": tag})
            paused = self.call(200, "POST", path + "/pause", {})
            self.assertEqual("paused", paused["status"])
            self.assertEqual("sale_paused", self.server.order(buyer, sale["id"]).body["code"])
            self.call(200, "POST", path + "/pause", {})
            self.call(200, "POST", path + "/resume", {})
            self.assertEqual(201, self.server.order(buyer, sale["id"]).status)
            limited = self.server.order(buyer, sale["id"])
            self.assertEqual((409, "purchase_limit", 1, 0), (
                limited.status, limited.body["code"], limited.body["limit"],
                limited.body["remaining"]))
            self.refused(409, "sale_state", "PATCH", path, {"price": krw(6)})
            self.assertEqual("New", self.call(200, "PATCH", path, {"title": "New"})["title"])
            self.refused(409, "product_on_sale", "DELETE", f"/v1/products/{product['id']}")
            rebuilt = self.call(200, "POST", path + "/gate/rebuild", {})
            self.assertEqual((6, 1, 0, 5), tuple(
                rebuilt[name] for name in ("total", "sold", "held", "remaining")))
            closed = self.call(200, "POST", path + "/close", {})
            self.assertEqual("ended", closed["status"])
            again = self.call(200, "POST", path + "/close", {})
            self.assertEqual(closed | {"server_time": again["server_time"]}, again)
            for call in ("pause", "resume"):
                self.refused(409, "sale_state", "POST", f"{path}/{call}", {})
            self.refused(409, "sale_state", "PATCH", path, {"title": "Gone"})
            self.assertEqual("sale_ended", self.server.order(buyer, sale["id"]).body["code"])
            self.call(204, "DELETE", f"/v1/products/{product['id']}")
            self.refused(404, "product_not_found", "GET", f"/v1/products/{product['id']}")
            self.server.assert_sound()

    def test_a_sale_ends_by_the_clock_and_its_units_go_back(self):
        with self.shop({"MARKET_HTTP_REQUEST_DEADLINE_MS": "1000"}) as self.server:
            self.admin = self.server.admin_token()
            product = self.server.make_product(stock=10)
            sale = self.server.make_sale(units=4, product=product, ends_in=2)
            stock = f"/v1/products/{product['id']}/stock"
            eventually(lambda: self.call(200, "GET", stock)["available"] == 10, seconds=20)
            self.assertEqual("ended", self.server.expect(
                200, "GET", f"/v1/sales/{sale['id']}")["status"])
            self.server.assert_sound()


@needs("MYSQL")
class CatalogOnTheFullStack(FullStack, Catalog):
    pass


if __name__ == "__main__":
    unittest.main()
