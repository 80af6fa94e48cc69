"""One order per (buyer, Idempotency-Key), whatever happens at once."""

import unittest

from harness import Server, eventually, in_parallel


class Idempotency(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Server().start()
        cls.addClassCleanup(cls.shop.__exit__)
        cls.ann, cls.bob = cls.shop.buyers(2)

    @classmethod
    def tearDownClass(cls):
        cls.shop.assert_sound()

    def orders_of(self, token):
        return self.shop.expect(200, "GET", "/v1/orders?limit=100", token=token)["items"]

    def test_64_requests_at_once_with_one_key_make_one_order(self):
        sale = self.shop.make_sale(units=10, limit=5)
        before = len(self.orders_of(self.ann))
        replies = in_parallel([lambda: self.shop.order(self.ann, sale["id"], key="one")] * 64)

        self.assertEqual([201] * 64, [r.status for r in replies])
        self.assertEqual(1, len({r.raw for r in replies}), "every reply has the same bytes")
        self.assertEqual(1, len({r.headers["location"] for r in replies}))
        made = [r for r in replies if "idempotent-replayed" not in r.headers]
        self.assertEqual(1, len(made), "all but the reply that made it are marked")
        self.assertEqual(before + 1, len(self.orders_of(self.ann)))
        self.assertEqual(1, self.shop.sale_stock(sale["id"])["sold"])

    def test_the_same_key_with_another_body_is_refused_and_takes_nothing(self):
        sale = self.shop.make_sale(units=10, limit=5)
        self.assertEqual(201, self.shop.order(self.ann, sale["id"], key="two").status)
        again = self.shop.order(self.ann, sale["id"], quantity=2, key="two")
        self.assertEqual((422, "idempotency_key_reused"), (again.status, again.body["code"]))
        self.assertEqual(1, self.shop.sale_stock(sale["id"])["sold"])

    def test_different_bodies_at_once_with_one_key_make_one_order(self):
        sale = self.shop.make_sale(units=100, limit=50)
        replies = in_parallel([
            lambda n=n: self.shop.order(self.ann, sale["id"], quantity=n % 4 + 1, key="three")
            for n in range(32)])
        made = {r.body["id"] for r in replies if r.status == 201}
        self.assertEqual(1, len(made))
        refused = {(r.status, r.body["code"]) for r in replies if r.status != 201}
        self.assertEqual({(422, "idempotency_key_reused")}, refused)
        winner = next(r.body for r in replies if r.status == 201)
        self.assertEqual(winner["lines"][0]["quantity"], self.shop.sale_stock(sale["id"])["sold"])

    def test_the_same_key_of_another_buyer_is_another_order(self):
        sale = self.shop.make_sale(units=10, limit=5)
        anns = self.shop.order(self.ann, sale["id"], key="four")
        bobs = self.shop.order(self.bob, sale["id"], key="four")
        self.assertEqual((201, 201), (anns.status, bobs.status))
        self.assertNotEqual(anns.body["id"], bobs.body["id"])
        self.assertNotIn("idempotent-replayed", bobs.headers)

    def test_a_refusal_is_not_kept(self):
        sale = self.shop.make_sale(units=1, limit=1)
        first = self.shop.order(self.bob, sale["id"], key="five-bob")
        refused = self.shop.order(self.ann, sale["id"], key="five")
        self.assertEqual((409, "sold_out"), (refused.status, refused.body["code"]))
        self.shop.expect(200, "POST", f"/v1/orders/{first.body['id']}/cancel", token=self.bob)
        eventually(lambda: self.shop.order(self.ann, sale["id"], key="five").status == 201)

    def test_the_reply_outlives_a_cancel_and_a_restart(self):
        sale = self.shop.make_sale(units=10, limit=5)
        first = self.shop.order(self.ann, sale["id"], key="six")
        self.shop.expect(200, "POST", f"/v1/orders/{first.body['id']}/cancel", token=self.ann)
        self.assertEqual(first.raw, self.shop.order(self.ann, sale["id"], key="six").raw)
        self.shop.restart()
        again = self.shop.order(self.ann, sale["id"], key="six")
        self.assertEqual((201, first.raw), (again.status, again.raw))
        self.assertEqual("true", again.headers["idempotent-replayed"])
        self.assertEqual(0, self.shop.sale_stock(sale["id"])["sold"], "no second order")

    def test_quotes_around_a_key_are_not_part_of_it(self):
        sale = self.shop.make_sale(units=10, limit=5)
        plain = self.shop.order(self.ann, sale["id"], key="seven")
        quoted = self.shop.order(self.ann, sale["id"], key='"seven"')
        self.assertEqual(plain.raw, quoted.raw)

    def test_without_a_key_each_request_is_a_purchase_of_its_own(self):
        sale = self.shop.make_sale(units=10, limit=5)
        ids = {self.shop.order(self.ann, sale["id"]).body["id"] for _ in range(3)}
        self.assertEqual(3, len(ids))


if __name__ == "__main__":
    unittest.main()
