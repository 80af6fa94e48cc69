"""Accounts on two servers with one MySQL and one Redis: what one does, the other knows."""

import os
import re
import shutil
import signal
import tempfile
import unittest
import uuid

from full_stack import Database, Redis, Shop, needs
from harness import ADDRESS, PASSWORD, eventually, in_parallel


def status(server, tokens):
    """What a request with the access token is answered."""
    return server.request("GET", "/v1/users/me", token=tokens["access_token"]).status


def refresh(server, tokens):
    return server.request("POST", "/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})


def log_in(server, email, password):
    return server.request("POST", "/v1/auth/login", {"email": email, "password": password})


def anybody():
    return f"{uuid.uuid4().hex}@example.com"


@needs("MYSQL")
class TwoServers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        mails = tempfile.mkdtemp(prefix="market-mails-")
        cls.addClassCleanup(shutil.rmtree, mails, ignore_errors=True)
        cls.redis = Redis().start()
        cls.addClassCleanup(cls.redis.__exit__)
        # Either server may hand a mail on, whichever was asked for it.
        shop = Shop(2, cls.redis, env={"MARKET_MAIL_URL": f"file:{mails}",
                                       "MARKET_THROTTLE_LOGIN_ACCOUNT": "4",
                                       "MARKET_THROTTLE_EMAIL_CHECK_CLIENT": "3"})
        cls.addClassCleanup(shop.__exit__)
        cls.here, cls.there = shop.__enter__().servers

    def refused_soon(self, server, *sessions):
        """Within a second the access tokens are good for nothing."""
        for tokens in sessions:
            eventually(lambda: status(server, tokens) == 401, seconds=1)

    def test_a_log_out_holds_at_the_other_server_within_a_second(self):
        email = self.here.sign_up()["email"]
        mine, other = self.here.log_in(email), self.there.log_in(email)
        for server in (self.here, self.there):
            self.assertEqual([200, 200], [status(server, mine), status(server, other)])
        self.here.expect(204, "POST", "/v1/auth/logout", token=mine["access_token"])
        self.assertEqual("refresh_invalid", refresh(self.there, mine).body["code"])
        self.refused_soon(self.there, mine)
        self.assertEqual([200, 200], [status(s, other) for s in (self.here, self.there)])

    def test_a_log_out_of_all_holds_at_the_other_server_within_a_second(self):
        email, neighbour = self.here.sign_up()["email"], self.here.sign_up()
        mine, other = self.here.log_in(email), self.there.log_in(email)
        self.here.expect(204, "POST", "/v1/auth/logout-all", token=mine["access_token"])
        self.assertEqual([401, 401], [refresh(self.there, t).status for t in (mine, other)])
        self.refused_soon(self.there, mine, other)
        self.assertEqual([401, 401], [status(self.here, t) for t in (mine, other)])
        self.assertEqual(200, status(self.there, neighbour))

    def test_a_code_mailed_by_one_opens_an_account_at_the_other(self):
        email = anybody()
        asked = {"email": email, "purpose": "signup"}
        self.here.expect(202, "POST", "/v1/auth/email-codes", asked)
        code = self.here.mailed_code(email)
        self.there.expect(200, "POST", "/v1/auth/email-codes/verify", asked | {"code": code})
        user = {"email": email, "password": PASSWORD, "name": "Kim", "phone": "010-1234-5678",
                "address": ADDRESS, "code": code}
        self.there.expect(201, "POST", "/v1/users", user)
        self.assertEqual(409, self.here.request("POST", "/v1/users", user).status)
        self.here.log_in(email)

    def test_the_tries_of_a_code_are_counted_together(self):
        email = anybody()
        asked = {"email": email, "purpose": "signup"}
        self.here.expect(202, "POST", "/v1/auth/email-codes", asked)
        code = self.here.mailed_code(email)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for server in (self.here, self.there, self.here, self.there, self.here):
            server.expect(422, "POST", "/v1/auth/email-codes/verify", asked | {"code": wrong})
        for server in (self.here, self.there):
            server.expect(422, "POST", "/v1/auth/email-codes/verify", asked | {"code": code})

    def test_a_reset_at_one_ends_the_sessions_at_the_other(self):
        email = self.here.sign_up()["email"]
        sessions = self.here.log_in(email), self.there.log_in(email)
        self.there.expect(202, "POST", "/v1/auth/email-codes",
                          {"email": email, "purpose": "password_reset"})
        code = self.here.mailed_code(email, "password reset code")
        self.here.expect(204, "POST", "/v1/auth/password-reset",
                         {"email": email, "code": code, "new_password": "another passphrase"})
        self.assertEqual([401, 401], [refresh(self.there, t).status for t in sessions])
        self.refused_soon(self.there, *sessions)
        self.assertEqual(401, log_in(self.there, email, PASSWORD).status)
        self.there.log_in(email, "another passphrase")

    def test_a_change_of_the_password_spares_the_session_that_made_it(self):
        email = self.here.sign_up()["email"]
        mine, other = self.here.log_in(email), self.there.log_in(email)
        self.here.expect(204, "PUT", "/v1/users/me/password",
                         {"current_password": PASSWORD, "new_password": "another passphrase"},
                         mine["access_token"])
        self.refused_soon(self.there, other)
        self.assertEqual(200, status(self.there, mine))
        self.assertEqual(200, refresh(self.there, mine).status)

    def test_refreshes_at_both_servers_at_once_keep_the_session_and_reuse_ends_it(self):
        first = self.here.log_in(self.here.sign_up()["email"])
        pairs = in_parallel([lambda s=s: refresh(s, first)
                             for s in (self.here, self.there) * 4])
        self.assertEqual([200] * 8, [pair.status for pair in pairs])
        last = self.there.expect(200, "POST", "/v1/auth/refresh",
                                 {"refresh_token": pairs[0].body["refresh_token"]})
        self.assertEqual(401, refresh(self.here, first).status, "two generations back")
        self.assertEqual(401, refresh(self.there, last).status, "the family is revoked")
        self.refused_soon(self.there, last)

    def test_failed_logins_are_counted_over_both_servers(self):
        email = self.here.sign_up()["email"]
        told = []
        for address in (email, anybody()):
            for server in (self.here, self.there, self.here, self.there):
                reply = log_in(server, address, "not the one")
                self.assertEqual((401, "login_failed"), (reply.status, reply.body["code"]))
            for server in (self.here, self.there):
                reply = log_in(server, address, PASSWORD)
                self.assertEqual((429, "rate_limited"), (reply.status, reply.body["code"]))
                self.assertTrue(800 < int(reply.headers["retry-after"]) <= 900, reply.headers)
                told.append({k: v for k, v in reply.body.items() if k != "request_id"})
        self.assertEqual([told[0]] * 4, told)
        for key in self.redis.cli("KEYS", "market:throttle:*").splitlines():
            self.assertRegex(key, r"^market:throttle:[a-z_]+:\{[0-9a-f]{64}\}$")

    def test_a_right_password_costs_nothing(self):
        email = self.here.sign_up()["email"]
        for server in (self.here, self.there) * 4:
            server.log_in(email)

    def test_a_client_is_counted_over_both_servers(self):
        def check(server):
            return server.request("POST", "/v1/auth/email-check", {"email": anybody()})

        replies = [check(s) for s in (self.here, self.there, self.here, self.there, self.here)]
        self.assertEqual([200, 200, 200, 429, 429], [reply.status for reply in replies])
        for reply in replies[3:]:
            self.assertTrue(0 < int(reply.headers["retry-after"]) <= 60, reply.headers)


@needs("MYSQL")
class SetUp(unittest.TestCase):
    def test_the_set_up_link_of_one_server_is_good_at_the_other_once(self):
        with Redis() as redis, Shop(2, redis) as shop:
            links = [re.search(r"/setup\?token=(\S+)", s.output.text())[1] for s in shop.servers]
            self.assertNotEqual(*links)
            admin = {"token": links[0], "email": "admin@example.com", "password": PASSWORD,
                     "name": "Kim"}
            made = shop.servers[1].expect(201, "POST", "/v1/setup", admin)
            self.assertEqual(("admin", None, None),
                             (made["role"], made["phone"], made["address"]))
            for server in shop.servers:
                for link in links:
                    server.expect(404, "POST", "/v1/setup",
                                  admin | {"token": link, "email": anybody()})
                server.log_in("admin@example.com")


@needs("MYSQL")
class RedisAway(unittest.TestCase):
    def test_each_server_limits_by_itself_and_together_again_after(self):
        with Redis() as redis, Shop(2, redis,
                                    env={"MARKET_THROTTLE_LOGIN_ACCOUNT": "2"}) as shop:
            here, there = shop.servers

            def tries(server, address, count=3):
                return [log_in(server, address, "not the one").status for _ in range(count)]

            one, two, three = anybody(), anybody(), anybody()
            self.assertEqual([401, 401, 429], tries(here, one))
            self.assertEqual([429], tries(there, one, 1))
            redis.kill()
            for server in shop.servers:
                self.assertEqual([401, 401, 429], tries(server, two))
            redis.start()
            for server in shop.servers:
                eventually(lambda: (tries(server, anybody(), 1), "user.throttles_shared_again"
                                    in server.output.text())[1], every=0.2)
            self.assertEqual([401, 401, 429], tries(here, three))
            self.assertEqual([429], tries(there, three, 1))
            for server in shop.servers:
                for change in ("user.throttles_in_memory", "user.throttles_shared_again"):
                    self.assertEqual(1, server.output.text().count(change), change)


@needs("MYSQL")
class DatabaseAway(unittest.TestCase):
    def test_a_token_is_no_worse_and_an_ended_one_no_better(self):
        with Database() as database, Redis() as redis, \
                Shop(2, redis, database=database.url) as shop:
            here, there = shop.servers
            admin = here.admin_token()
            user = here.sign_up()
            mine, ended = here.log_in(user["email"]), here.log_in(user["email"])
            here.expect(204, "POST", "/v1/auth/logout", token=ended["access_token"])
            eventually(lambda: status(there, ended) == 401, seconds=1)

            for away, back in ((lambda: os.kill(database.pid, signal.SIGSTOP),
                                lambda: os.kill(database.pid, signal.SIGCONT)),
                               (database.kill, database.start)):
                away()
                for server in shop.servers:
                    for _ in range(3):
                        reply = server.request("GET", "/v1/users/me", token=mine["access_token"])
                        self.assertEqual((503, "database_unavailable"),
                                         (reply.status, reply.body["code"]))
                        self.assertGreaterEqual(int(reply.headers["retry-after"]), 1)
                        self.assertEqual(401, status(server, ended))
                # What cannot be put on the trail is not done.
                reply = here.request("POST", "/v1/products", {
                    "name": "Pin", "description": "One.", "category": "goods", "stock": 1,
                    "price": {"amount": 100, "currency": "KRW"}}, admin)
                self.assertEqual(503, reply.status, reply)
                back()
                for server in shop.servers:
                    eventually(lambda: status(server, mine) == 200, seconds=30)
                    self.assertEqual(401, status(server, ended))
                self.assertEqual([], here.expect(200, "GET", "/v1/products")["items"])
            self.assertEqual(200, refresh(there, mine).status)


if __name__ == "__main__":
    unittest.main()
