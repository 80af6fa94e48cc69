"""Accounts over HTTP: who may do what on every route, throttles, sessions, and what logs hold."""

import os
import re
import sqlite3
import unittest
import uuid

from harness import ADDRESS, CUT, PASSWORD, Server, eventually, in_parallel

NOBODY = str(uuid.uuid4())

# Every route: who may call it, and with what body. "own": a buyer, of things of their own only.
# "provider": whoever signs it, which no token does.
# A route that is missing here, or here without being served, fails the test.
ROUTES = {
    "POST /v1/auth/email-check": ("anyone", {"email": "a@example.com"}),
    "POST /v1/auth/email-codes": ("anyone", {"email": "a@example.com", "purpose": "signup"}),
    "POST /v1/auth/email-codes/verify":
        ("anyone", {"email": "a@example.com", "purpose": "signup", "code": "000000"}),
    "POST /v1/auth/login": ("anyone", {"email": "a@example.com", "password": "not the one"}),
    "POST /v1/auth/refresh": ("anyone", {"refresh_token": "x"}),
    "POST /v1/auth/logout": ("user", None),
    "POST /v1/auth/logout-all": ("user", None),
    "POST /v1/auth/password-reset":
        ("anyone", {"email": "a@example.com", "code": "000000", "new_password": "a new one, long"}),
    "POST /v1/users": ("anyone", {}),
    "GET /v1/users/me": ("user", None),
    "PATCH /v1/users/me": ("user", {}),
    "PUT /v1/users/me/password": ("user", {}),
    "GET /setup": ("anyone", None),
    "POST /v1/setup": ("anyone", {}),
    "GET /v1/products": ("anyone", None),
    "POST /v1/products": ("admin", {}),
    "GET /v1/products/{id}": ("anyone", None),
    "PATCH /v1/products/{id}": ("admin", {}),
    "DELETE /v1/products/{id}": ("admin", None),
    "GET /v1/products/{id}/stock": ("admin", None),
    "POST /v1/products/{id}/stock/adjustments": ("admin", {}),
    "GET /v1/products/{id}/stock/movements": ("admin", None),
    "GET /v1/sales": ("anyone", None),
    "POST /v1/sales": ("admin", {}),
    "GET /v1/sales/{id}": ("anyone", None),
    "PATCH /v1/sales/{id}": ("admin", {}),
    "POST /v1/sales/{id}/pause": ("admin", None),
    "POST /v1/sales/{id}/resume": ("admin", None),
    "POST /v1/sales/{id}/close": ("admin", None),
    "GET /v1/sales/{id}/stock": ("admin", None),
    "POST /v1/sales/{id}/gate/rebuild": ("admin", None),
    "POST /v1/orders": ("user", {}),
    "GET /v1/orders": ("user", None),
    "GET /v1/orders/{id}": ("own", None),
    "POST /v1/orders/{id}/cancel": ("own", None),
    "PUT /v1/orders/{id}/delivery": ("admin", {"state": "shipped"}),
    "POST /v1/orders/{id}/return": ("own", {"reason": "too small"}),
    "POST /v1/orders/{id}/return/accept": ("admin", None),
    "POST /v1/orders/{id}/payment": ("own", {"method": "card", "token": "tok_ok"}),
    "POST /v1/payments/webhooks/sandbox": ("provider", {}),
    "GET /livez": ("anyone", None),
    "GET /readyz": ("anyone", None),
    "GET /openapi.json": ("anyone", None),
    "GET /docs": ("anyone", None),
    "GET /problems/{code}": ("anyone", None),
}


def sent(shop, route, token=None, of=NOBODY):
    method, path = route.split(" ")
    path = re.sub(r"\{\w+\}", of, path)
    return shop.request(method, path, ROUTES[route][1], token)


def trail_of(shop):
    """What admins did: (detail, client, outcome), oldest first."""
    with sqlite3.connect(shop.data_dir / "market.db") as record:
        return record.execute("SELECT detail, client, outcome FROM security_events "
                              "WHERE kind = 'admin_action' ORDER BY id").fetchall()


class Rights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Server()
        cls.shop.start()

    @classmethod
    def tearDownClass(cls):
        cls.shop.__exit__()

    def test_every_route_is_in_the_matrix(self):
        document = self.shop.expect(200, "GET", "/openapi.json")
        served = {f"{method.upper()} {path}": call.get("x-role", "anyone")
                  for path, calls in document["paths"].items() for method, call in calls.items()}
        roles = {"own": "user", "provider": "anyone"}
        told = {route: roles.get(who, who) for route, (who, _) in ROUTES.items()}
        self.assertEqual(told, served)

    def test_nobody_gets_nowhere_but_where_anyone_may(self):
        for route, (who, _) in ROUTES.items():
            with self.subTest(route):
                for token in (None, "nonsense", ""):
                    reply = sent(self.shop, route, token)
                    if who == "anyone":
                        self.assertNotIn(reply.status, (403, 500), reply)
                        if reply.status == 401:
                            self.assertIn(reply.body["code"], ("login_failed", "refresh_invalid"))
                    else:
                        self.assertEqual((401, "unauthenticated"),
                                         (reply.status, reply.body["code"]), reply)
                    if who not in ("anyone", "provider"):
                        self.assertEqual("Bearer", reply.headers["www-authenticate"])

    def test_a_buyer_is_no_admin(self):
        buyer = self.shop.buyers(1)[0]
        for route, (who, _) in ROUTES.items():
            if who == "admin":
                with self.subTest(route):
                    reply = sent(self.shop, route, buyer)
                    self.assertEqual((403, "forbidden"), (reply.status, reply.body["code"]), reply)

    def test_what_belongs_to_another_buyer_is_not_there(self):
        sale = self.shop.make_sale(units=5)
        owner, other = self.shop.buyers(2)
        order = self.shop.order(owner, sale["id"]).body
        for route, (who, _) in ROUTES.items():
            if who == "own":
                with self.subTest(route):
                    missing = sent(self.shop, route, other)
                    reply = sent(self.shop, route, other, of=order["id"])
                    self.assertEqual(404, reply.status, reply)
                    strip = lambda body: {k: v for k, v in body.items() if k != "request_id"}
                    self.assertEqual(strip(missing.body), strip(reply.body))
        listed = self.shop.expect(200, "GET", "/v1/orders", token=other)
        self.assertEqual([], listed["items"])
        seen = self.shop.expect(200, "GET", f"/v1/orders/{order['id']}", token=owner)
        self.assertEqual("confirmed", seen["state"])

    def test_nobody_makes_an_admin_of_themselves(self):
        wanted = {"email": "eve@example.com", "password": PASSWORD, "name": "Eve",
                  "phone": "010-1234-5678", "address": ADDRESS, "code": "000000"}
        buyer = self.shop.sign_up()
        token = buyer["access_token"]
        for extra in ({"role": "admin"}, {"id": NOBODY}, {"is_admin": True},
                      {"created_at": "2026-01-01T00:00:00.000Z"}, {"password_hash": "x"}):
            with self.subTest(extra):
                pointer = "/" + next(iter(extra))
                for method, path, body in (("POST", "/v1/users", wanted | extra),
                                           ("PATCH", "/v1/users/me", {"name": "Eve"} | extra)):
                    reply = self.shop.request(method, path, body, token)
                    self.assertEqual(422, reply.status, reply)
                    self.assertEqual([("unknown", pointer)],
                                     [(e["code"], e["pointer"]) for e in reply.body["errors"]])
        reply = self.shop.request("PATCH", "/v1/users/me", {"email": "other@example.com"}, token)
        self.assertEqual(422, reply.status)
        now = self.shop.expect(200, "GET", "/v1/users/me", token=token)
        self.assertEqual({k: v for k, v in buyer.items() if k != "access_token"}, now)


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Server()
        cls.shop.start()

    @classmethod
    def tearDownClass(cls):
        cls.shop.__exit__()

    def is_in(self, tokens):
        return self.shop.request("GET", "/v1/users/me", token=tokens["access_token"]).status == 200

    def can_refresh(self, tokens):
        return self.shop.request("POST", "/v1/auth/refresh",
                                 {"refresh_token": tokens["refresh_token"]}).status == 200

    def test_log_out_and_log_out_of_all(self):
        email = self.shop.sign_up()["email"]
        first, second, third = (self.shop.log_in(email) for _ in range(3))
        reply = self.shop.request("POST", "/v1/auth/logout", token=first["access_token"])
        self.assertEqual((204, b""), (reply.status, reply.raw))
        self.assertEqual("no-store", reply.headers["cache-control"])
        self.assertFalse(self.is_in(first))
        self.assertFalse(self.can_refresh(first))
        self.assertTrue(self.is_in(second))
        self.shop.expect(204, "POST", "/v1/auth/logout-all", token=second["access_token"])
        for tokens in (second, third):
            self.assertFalse(self.is_in(tokens))
            self.assertFalse(self.can_refresh(tokens))

    def test_an_ended_session_stays_ended_after_a_crash(self):
        tokens = self.shop.log_in(self.shop.sign_up()["email"])
        self.shop.expect(204, "POST", "/v1/auth/logout", token=tokens["access_token"])
        self.shop.restart()
        self.assertFalse(self.is_in(tokens))

    def test_refresh_rotates_and_its_reuse_ends_the_family(self):
        tokens = self.shop.log_in(self.shop.sign_up()["email"])
        one = self.shop.expect(200, "POST", "/v1/auth/refresh",
                               {"refresh_token": tokens["refresh_token"]})
        # Within the grace the immediate predecessor is answered, at once and many times.
        again = in_parallel([lambda: self.can_refresh(tokens)] * 8)
        self.assertEqual([True] * 8, again)
        self.shop.expect(200, "POST", "/v1/auth/refresh", {"refresh_token": one["refresh_token"]})
        self.assertFalse(self.can_refresh(tokens), "two generations back")
        self.assertFalse(self.can_refresh(one), "the family is revoked")
        self.assertFalse(self.is_in(one))

    def test_a_password_is_changed_and_reset(self):
        email = self.shop.sign_up()["email"]
        mine, other = self.shop.log_in(email), self.shop.log_in(email)
        change = {"current_password": "not the one", "new_password": "another passphrase"}
        reply = self.shop.request("PUT", "/v1/users/me/password", change, mine["access_token"])
        self.assertEqual((422, "password_wrong"), (reply.status, reply.body["code"]))
        change["current_password"] = PASSWORD
        self.shop.expect(204, "PUT", "/v1/users/me/password", change, mine["access_token"])
        self.assertTrue(self.is_in(mine))
        self.assertFalse(self.is_in(other))

        mails = len(list(self.shop.data_dir.rglob("*.eml")))
        self.shop.expect(202, "POST", "/v1/auth/email-codes",
                         {"email": email, "purpose": "password_reset"})
        eventually(lambda: len(list(self.shop.data_dir.rglob("*.eml"))) > mails)
        code = self.shop.mailed_code(email)
        self.shop.expect(200, "POST", "/v1/auth/email-codes/verify",
                         {"email": email, "purpose": "password_reset", "code": code})
        self.shop.expect(204, "POST", "/v1/auth/password-reset",
                         {"email": email, "code": code, "new_password": "a third passphrase"})
        self.assertFalse(self.is_in(mine))
        self.shop.log_in(email, "a third passphrase")

    def test_a_profile_is_changed(self):
        token = self.shop.sign_up()["access_token"]
        address = ADDRESS | {"street": "1 Other-ro"}
        now = self.shop.expect(200, "PATCH", "/v1/users/me",
                               {"name": "New", "phone": "02-123-4567", "address": address}, token)
        self.assertEqual(("New", "02-123-4567", address),
                         (now["name"], now["phone"], now["address"]))
        for body, culprit in (({"phone": None}, ("type", "/phone")),
                              ({"address": None}, ("type", "/address")),
                              ({"name": None}, ("type", "/name")),
                              ({"address": {"city": "Busan"}}, ("required", "/address/state"))):
            reply = self.shop.request("PATCH", "/v1/users/me", body, token)
            self.assertEqual(422, reply.status, reply)
            self.assertIn(culprit, [(e["code"], e["pointer"]) for e in reply.body["errors"]])
        admin = self.shop.admin_token()
        self.shop.expect(200, "PATCH", "/v1/users/me",
                         {"phone": "02-123-4567", "address": address}, admin)
        now = self.shop.expect(200, "PATCH", "/v1/users/me", {"phone": None, "address": None},
                               admin)
        self.assertEqual((None, None), (now["phone"], now["address"]))

    def test_passwords_that_everybody_tries_are_refused(self):
        for password in ("password", "12345678", "QWERTY123", "iloveyou", "letmein1"):
            reply = self.shop.request("POST", "/v1/auth/password-reset", {
                "email": "a@example.com", "code": "000000", "new_password": password})
            self.assertEqual([("format", "/new_password")],
                             [(e["code"], e["pointer"]) for e in reply.body["errors"]])

    def test_what_admins_do_is_kept(self):
        self.shop.make_product()
        self.shop.expect(404, "DELETE", f"/v1/products/{NOBODY}", token=self.shop.admin_token())
        rows = trail_of(self.shop)
        self.assertIn(("POST /v1/products", "127.0.0.1", "done"), rows)
        self.assertIn((f"DELETE /v1/products/{NOBODY}", "127.0.0.1",
                       "refused product_not_found"), rows)

    @unittest.skipUnless("MARKET_KILL_BINARY" in os.environ,
                         "skipped, because MARKET_KILL_BINARY is not set")
    def test_a_crash_leaves_no_action_without_a_row(self):
        for point, made in (("before_admin_action", 0), ("after_admin_action", 1)):
            with self.subTest(point), Server(binary=os.environ["MARKET_KILL_BINARY"]) as shop:
                token = shop.admin_token()
                shop.env["MARKET_KILL_AT"] = f"{point}:1"
                shop.restart()
                with self.assertRaises(CUT):
                    shop.request("POST", "/v1/products", {
                        "name": "Pin", "description": "One.", "category": "goods", "stock": 1,
                        "price": {"amount": 100, "currency": "KRW"}}, token)
                del shop.env["MARKET_KILL_AT"]
                shop.restart()
                self.assertEqual([("POST /v1/products", "127.0.0.1", "begun")], trail_of(shop))
                products = shop.expect(200, "GET", "/v1/products")["items"]
                self.assertEqual(made, len(products))


class Throttles(unittest.TestCase):
    def shop(self, **env):
        server = Server(env=env)
        self.addCleanup(server.__exit__)
        return server.start()

    def test_failed_logins_close_the_account_for_known_and_unknown_alike(self):
        shop = self.shop()
        email = shop.sign_up()["email"]
        told = []
        for address in (email, "nobody@example.com"):
            for _ in range(10):
                reply = shop.request("POST", "/v1/auth/login",
                                     {"email": address, "password": "not the one"})
                self.assertEqual((401, "login_failed"), (reply.status, reply.body["code"]))
            reply = shop.request("POST", "/v1/auth/login",
                                 {"email": address, "password": PASSWORD})
            self.assertEqual((429, "rate_limited"), (reply.status, reply.body["code"]))
            self.assertTrue(0 < int(reply.headers["retry-after"]) <= 900, reply.headers)
            told.append({k: v for k, v in reply.body.items() if k != "request_id"})
        self.assertEqual(told[0], told[1])

    def test_the_client_is_whom_a_trusted_proxy_names(self):
        shop = self.shop(MARKET_HTTP_TRUSTED_PROXIES="127.0.0.1 10.0.0.0/8",
                         MARKET_THROTTLE_EMAIL_CHECK_CLIENT="2")

        def check(*forwarded):
            headers = {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
            return shop.request("POST", "/v1/auth/email-check", {"email": "a@example.com"},
                                headers=headers).status

        self.assertEqual([200, 200, 429], [check("203.0.113.1") for _ in range(3)])
        self.assertEqual(200, check("203.0.113.2"))
        # What the client wrote itself, left of what the proxies saw, counts for nothing.
        self.assertEqual(429, check("198.51.100.77", "203.0.113.1", "10.1.2.3"))

    def test_an_untrusted_peer_names_nobody(self):
        shop = self.shop(MARKET_THROTTLE_EMAIL_CHECK_CLIENT="2")
        statuses = [shop.request("POST", "/v1/auth/email-check", {"email": "a@example.com"},
                                 headers={"X-Forwarded-For": f"203.0.113.{i}"}).status
                    for i in range(3)]
        self.assertEqual([200, 200, 429], statuses)


class Logs(unittest.TestCase):
    def test_no_secret_is_in_any_log(self):
        for form in ("text", "json"):
            with self.subTest(form):
                self.look_for_canaries(form)

    def look_for_canaries(self, form):
        """Plants words that nobody else would write in everything that must not be logged."""
        email = f"canary-{uuid.uuid4().hex}@example.com"
        passwords = [f"canary-{uuid.uuid4().hex}" for _ in range(3)]
        address = {k: f"canary-{uuid.uuid4().hex}" for k in ("state", "city", "street")} | \
            {"zipcode": "canary-" + uuid.uuid4().hex[:10]}
        planted = [email, *passwords, *address.values()]
        with Server("--log-level", "trace", "--log-format", form) as shop:
            def call(method, path, body=None, token=None, headers=None):
                return shop.request(method, path, body, token, headers)

            call("POST", "/v1/auth/email-check", {"email": email})
            call("POST", "/v1/auth/email-codes", {"email": email, "purpose": "signup"})
            code = shop.mailed_code(email)
            call("POST", "/v1/auth/email-codes/verify",
                 {"email": email, "purpose": "signup", "code": code})
            user = {"email": email, "password": passwords[0], "name": "A", "code": code,
                    "phone": "010-1234-5678", "address": address}
            self.assertEqual(201, call("POST", "/v1/users", user).status)
            call("POST", "/v1/users", user)
            call("POST", "/v1/auth/login", {"email": email, "password": passwords[1]})
            tokens = call("POST", "/v1/auth/login",
                          {"email": email, "password": passwords[0]}).body
            again = call("POST", "/v1/auth/refresh",
                         {"refresh_token": tokens["refresh_token"]}).body
            planted += [tokens["access_token"], tokens["refresh_token"], again["access_token"],
                        again["refresh_token"]]
            token = again["access_token"]
            call("PATCH", "/v1/users/me", {"address": address}, token)
            call("PUT", "/v1/users/me/password",
                 {"current_password": passwords[0], "new_password": passwords[1]}, token)
            call("POST", "/v1/orders", {"lines": [{"sale_id": NOBODY, "quantity": 1}],
                                        "address": address}, token, {"Idempotency-Key": passwords[2]})
            call("POST", "/v1/setup", {"token": passwords[2], "email": email,
                                       "password": passwords[1], "name": "A"})
            call("GET", f"/setup?token={passwords[2]}")
            call("POST", "/v1/auth/password-reset",
                 {"email": email, "code": code, "new_password": passwords[2]})
            call("GET", "/v1/users/me", token=passwords[2])
            call("POST", "/v1/users", b'{"password": "' + passwords[2].encode() + b'", }')
            call("POST", "/v1/auth/logout-all", None, token)
            call("POST", "/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
            secret = (shop.data_dir / "auth.secret").read_text().strip()
            self.assertEqual(0, shop.stop())
            log = shop.output.text()
        self.assertIn("/v1/auth/login", log, "trace logs each request")
        self.assertGreater(log.count("http.request"), 15)
        for word in [*planted, secret]:
            self.assertNotIn(word, log)
        for line in log.splitlines():
            if "/setup?token=" not in line:  # the banner's link, for whoever starts the server
                self.assertNotRegex(line, rf"(?<![0-9a-f.]){code}(?![0-9a-f])")


class Replies(unittest.TestCase):
    def test_every_reply_has_the_headers_that_keep_a_browser_safe(self):
        with Server() as shop:
            for method, path, status in (("GET", "/v1/products", 200), ("GET", "/docs", 200),
                                         ("GET", "/setup", 200), ("GET", "/none", 404),
                                         ("GET", "/v1/users/me", 401),
                                         ("GET", "/problems/not_found", 200)):
                with self.subTest(path):
                    reply = shop.request(method, path)
                    self.assertEqual(status, reply.status)
                    self.assertEqual("nosniff", reply.headers["x-content-type-options"])
                    self.assertEqual("no-referrer", reply.headers["referrer-policy"])
                    self.assertIn("default-src 'none'", reply.headers["content-security-policy"])
                    self.assertIn("frame-ancestors 'none'",
                                  reply.headers["content-security-policy"])


class Production(unittest.TestCase):
    def test_production_starts_with_a_good_secret_only(self):
        shop = Server(env={"MARKET_MODE": "production"})
        self.addCleanup(shop.__exit__)
        offered = []
        for _ in range(2):
            refused = shop.market("serve")
            self.assertEqual(2, refused.returncode)
            offered.append(re.search(r"a good one: (\S+)", refused.stderr)[1])
        good, new = offered
        for weak in ("x" * 40, "0123456789" * 2):
            shop.env["MARKET_AUTH_SECRET"] = weak
            self.assertEqual(2, shop.market("serve").returncode)
        shop.env["MARKET_AUTH_SECRET"] = good
        shop.env["MARKET_AUTH_PREVIOUS_SECRETS"] = "y" * 40
        refused = shop.market("serve")
        self.assertEqual(2, refused.returncode)
        self.assertNotIn("y" * 40, refused.stderr)
        del shop.env["MARKET_AUTH_PREVIOUS_SECRETS"]
        shop.start()
        tokens = shop.log_in(shop.sign_up()["email"])
        # The key is replaced: what the old one signed is still good.
        shop.env |= {"MARKET_AUTH_SECRET": new, "MARKET_AUTH_PREVIOUS_SECRETS": good}
        shop.restart()
        shop.expect(200, "GET", "/v1/users/me", token=tokens["access_token"])
        shop.expect(200, "POST", "/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})


if __name__ == "__main__":
    unittest.main()
