"""Several servers on one MySQL, Redis and Kafka: the promises, and what must not break them."""

import os
import tempfile
import time
import unittest

from full_stack import (SECRET, Crowd, Database, Kafka, Redis, Shop, events_of,
                        fresh_mysql_database, needs)
from harness import Server, eventually


def admissions(crowd):
    return sorted(body["lines"][0]["admission_seq"] for body in crowd.won.values())


@needs("MYSQL", "KAFKA")
class ThreeServers(unittest.TestCase):
    def test_1000_units_to_the_first_1000_of_20000_attempts(self):
        kafka = os.environ["MARKET_TEST_KAFKA_URL"]
        with Redis() as redis, Shop(3, redis, kafka) as shop:
            sale = shop.first.make_sale(units=1000, limit=2)
            tokens = shop.first.buyers(4000)
            # Each buyer with five keys: two may be orders. Twice each: the second is a replay.
            attempts = [(token, f"key-{n}") for n in range(5) for token in tokens]
            crowd = Crowd(shop, sale, attempts).start().finish()
            again = Crowd(shop, sale, list(crowd.won)).start().finish()

            self.assertEqual(1000, len(crowd.won))
            self.assertEqual(set(), set(crowd.refused) - {"sold_out", "purchase_limit"})
            self.assertEqual(19_000, sum(crowd.refused.values()))
            self.assertEqual(crowd.won, again.won, "each reply is the first one again")
            self.assertEqual(list(range(1, 1001)), admissions(crowd))
            bought = {}
            for token, _ in crowd.won:
                bought[token] = bought.get(token, 0) + 1
            self.assertLessEqual(max(bought.values()), 2)
            for server in shop.servers:
                self.assertEqual(1000, server.sale_stock(sale["id"])["sold"])
            shop.first.assert_sound()

            made = {body["id"] for body in crowd.won.values()}

            def delivered():
                return made <= {key for key, kind, _ in events_of(kafka)
                                if kind == "market.order.created.v1"}
            eventually(delivered, seconds=30, every=1)

    def test_parallel_duplicates_over_three_servers_make_one_order(self):
        with Redis() as redis, Shop(3, redis) as shop:
            sale = shop.first.make_sale(units=10, limit=5)
            token = shop.first.buyers(1)[0]
            crowd = [Crowd(shop, sale, [(token, "one")], clients=1) for _ in range(64)]
            for one in crowd:
                one.start()
            for one in crowd:
                one.finish()
            replies = [one.won for one in crowd]
            self.assertEqual([replies[0]] * 64, replies)
            self.assertEqual(1, shop.first.sale_stock(sale["id"])["sold"])
            shop.first.assert_sound()


@needs("MYSQL")
class RedisInMidSale(unittest.TestCase):
    UNITS = 3000

    def play(self, redis, *faults):
        """A sale in which each fault comes when its share was sold; selling again in 3 s."""
        with Shop(2, redis) as shop:
            sale = shop.first.make_sale(units=self.UNITS, limit=50)
            tokens = shop.first.buyers(100)
            attempts = [(t, f"k-{n}") for n in range(50) for t in tokens]
            crowd = Crowd(shop, sale, attempts).start()
            for number, fault in enumerate(faults, start=1):
                share = self.UNITS * number // (len(faults) + 1)
                eventually(lambda: crowd.sold() >= share or crowd.failure, seconds=60)
                fault()
                before = crowd.sold()
                began = time.monotonic()
                eventually(lambda: crowd.sold() > before + 20 or crowd.failure, seconds=10)
                self.assertLess(time.monotonic() - began, 3, fault)
            crowd.finish()
            self.assertEqual(self.UNITS, len(crowd.won))
            self.assertEqual({"sold_out"}, set(crowd.refused))
            seqs = admissions(crowd)
            self.assertEqual(self.UNITS, len(set(seqs)), "no number twice")
            shop.first.assert_sound()
            self.assertEqual(self.UNITS, shop.first.sale_stock(sale["id"])["sold"])

    def test_emptied_and_forgetful(self):
        with Redis() as redis:
            def flush_all():
                redis.cli("FLUSHALL")

            def forget_scripts():
                redis.cli("SCRIPT", "FLUSH")

            def empty_restart():
                redis.kill()
                redis.start()

            def lose_one_key():
                keys = redis.cli("KEYS", "market:{*").splitlines()
                self.assertTrue(keys)
                redis.cli("DEL", sorted(keys)[-1])
            self.play(redis, flush_all, forget_scripts, empty_restart, lose_one_key)

    def test_what_was_bought_is_known_while_redis_is_away(self):
        with Redis() as redis, Shop(1, redis) as shop:
            sale = shop.first.make_sale(units=2, limit=2)
            token = shop.first.buyers(1)[0]
            bought = shop.first.order(token, sale["id"], key="k")
            self.assertEqual(201, bought.status)
            redis.kill()
            again = shop.first.order(token, sale["id"], key="k")
            self.assertEqual((201, bought.body), (again.status, again.body))
            self.assertEqual("true", again.headers["idempotent-replayed"])
            other = shop.first.order(token, sale["id"], key="other")
            self.assertEqual((503, "gate_unavailable"), (other.status, other.body["code"]))

    def test_restarted_with_an_old_dump(self):
        with Redis() as redis:
            def save():
                self.assertEqual("OK", redis.cli("SAVE"))
                self.assertNotEqual("0", redis.cli("DBSIZE"))

            def restart_with_what_was_saved():
                redis.kill()
                redis.start()
                self.assertNotEqual("0", redis.cli("DBSIZE"))
            self.play(redis, save, restart_with_what_was_saved)


@needs("MYSQL")
class GateFromOutside(unittest.TestCase):
    def test_check_asks_redis_itself_and_mends_it(self):
        with Redis() as redis, Shop(1, redis) as shop:
            sale = shop.first.make_sale(units=10, limit=2)
            attempts = [(token, "k") for token in shop.first.buyers(3)]
            Crowd(shop, sale, attempts).start().finish()
            with tempfile.TemporaryDirectory() as elsewhere:
                outside = Server(env=shop.first.env, data_dir=elsewhere)  # where no server runs
                outside.assert_sound()

                gate = min(redis.cli("KEYS", "market:*").splitlines(), key=len)
                redis.cli("HINCRBY", gate, "remaining", "5")
                broken = [one for one in outside.check()["equations"] if one["broken"]]
                self.assertEqual(["gate_sold_is_the_pools"], [one["name"] for one in broken])
                self.assertEqual([sale["id"]], [row["key"] for row in broken[0]["broken"]])
                self.assertEqual(0, outside.market("check", "--repair").returncode)
                self.assertTrue(outside.check()["ok"])

                shop.first.kill()
                redis.cli("FLUSHALL")
                self.assertFalse(outside.check()["ok"], "nobody is there to load it")
                self.assertEqual(0, outside.market("check", "--repair").returncode)
                redis.kill()
                away = outside.market("check")
                self.assertEqual(1, away.returncode)
                self.assertIn(f"127.0.0.1:{redis.port}", away.stderr)


@needs("MYSQL")
class KafkaAway(unittest.TestCase):
    def test_kafka_down_for_the_whole_sale_then_the_backlog_drains(self):
        with Redis() as redis, Kafka() as kafka, Shop(2, redis, kafka.url) as shop:
            sale = shop.first.make_sale(units=500, limit=5)
            attempts = [(t, f"k-{n}") for n in range(5) for t in shop.first.buyers(120)]
            crowd = Crowd(shop, sale, attempts).start().finish()
            self.assertEqual(500, len(crowd.won))
            self.assertEqual(0, crowd.unavailable, "Kafka is nothing that a buyer waits for")
            self.assertEqual(200, shop.first.request("GET", "/readyz").status)
            kafka.start()
            made = {body["id"] for body in crowd.won.values()}
            eventually(lambda: made == {key for key, _, _ in events_of(kafka.url)}, seconds=60,
                       every=1)
            shop.first.assert_sound()


@needs("MYSQL")
class DatabaseInMidSale(unittest.TestCase):
    def test_killed_and_back(self):
        with Database() as database, Redis() as redis:
            with Shop(2, redis, database=database.url) as shop:
                sale = shop.first.make_sale(units=1500, limit=50)
                attempts = [(t, f"k-{n}") for n in range(20) for t in shop.first.buyers(100)]
                crowd = Crowd(shop, sale, attempts).start()
                eventually(lambda: crowd.sold() >= 300 or crowd.failure, seconds=60)
                database.kill()
                eventually(lambda: crowd.unavailable > 20 or crowd.failure, seconds=30)
                database.start()
                crowd.finish()
                void = crowd.refused.pop("attempt_void", 0)
                self.assertEqual({"sold_out"}, set(crowd.refused))
                self.assertEqual(1500, len(crowd.won), f"{void} void")
                shop.first.assert_sound(seconds=40)


@needs("MYSQL")
class Start(unittest.TestCase):
    def refused(self, env, *words):
        """The server does not start: exit 1 at once, saying what and where."""
        server = Server(env={"MARKET_AUTH_SECRET": SECRET, "MARKET_METRICS_PORT": "0"} | env)
        self.addCleanup(server.__exit__)
        server.spawn()
        self.assertEqual(1, server.wait(seconds=15))
        for word in words:
            self.assertIn(word, server.output.text())

    def test_a_redis_that_refuses_ends_the_start(self):
        with Redis("--requirepass", "right") as redis:
            wrong = redis.url.replace("redis://", "redis://:wrong@")
            self.refused({"MARKET_GATE_URL": wrong}, "gate", str(redis.port))
            self.refused({"MARKET_GATE_URL": redis.url}, "gate", str(redis.port))
        with Redis() as redis, Redis("--replicaof", "127.0.0.1", str(redis.port)) as replica:
            self.refused({"MARKET_GATE_URL": replica.url}, "gate", "replica")

    def test_a_missing_database_or_a_wrong_password_ends_the_start(self):
        base, name = fresh_mysql_database().rsplit("/", 1)
        self.refused({"MARKET_DATABASE_URL": f"{base}/{name}_not"}, f"{name}_not")
        wrong = base.replace(":market@", ":wrong@")
        self.refused({"MARKET_DATABASE_URL": f"{wrong}/{name}"}, "database")

    def test_a_redis_that_comes_late_is_waited_for(self):
        redis = Redis()
        self.addCleanup(redis.__exit__)
        server = Server(env={"MARKET_GATE_URL": redis.url, "MARKET_METRICS_PORT": "0"})
        self.addCleanup(server.__exit__)
        server.spawn()
        self.assertTrue(server.output.wait_for("gate.unreachable", 15))
        redis.start()
        self.assertTrue(server.output.wait_for("listening on", 25))

    def test_a_memory_gate_serves_one_server(self):
        shared = {"MARKET_DATABASE_URL": fresh_mysql_database()}
        with Redis() as redis, Server(env=shared | {"MARKET_METRICS_PORT": "0"}) as first:
            self.refused(shared, "gate in its own memory")
            self.refused(shared | {"MARKET_GATE_URL": redis.url}, "gate in its own memory")
            sale = first.make_sale(units=3)
            token = first.buyers(1)[0]
            self.assertEqual(201, first.order(token, sale["id"]).status)
            first.restart()  # its former self's lease has run out by then
            first.assert_sound()

    def test_readiness_names_the_gate(self):
        with Redis() as redis, Shop(1, redis) as shop:
            redis.kill()

            def unready():
                reply = shop.first.request("GET", "/readyz")
                return reply.status == 503 and reply.body["checks"]["gate"] != "ok"
            eventually(unready, seconds=15)
            sale_is_refused = shop.first.request("POST", "/v1/orders", {"lines": []})
            self.assertEqual(401, sale_is_refused.status)
            redis.start()
            eventually(lambda: shop.first.request("GET", "/readyz").status == 200, seconds=15)


if __name__ == "__main__":
    unittest.main()
