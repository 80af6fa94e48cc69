"""Orders to Kafka from outside: a broker of the test's own, read back with kcat."""

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from harness import ROOT, Server, eventually, free_port

BROKER = ROOT / "scripts/servers/kafka.sh"


def needs_kafka(test):
    return unittest.skipUnless(os.environ.get("MARKET_TEST_KAFKA_URL"),
                               "skipped, because MARKET_TEST_KAFKA_URL is not set")(test)


class Broker:
    """A Kafka that can be killed; what it has, it keeps."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None

    def start(self):
        log = open(pathlib.Path(self.folder) / "log", "ab")
        self.process = subprocess.Popen([BROKER, "run", self.folder, str(self.port)],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        eventually(lambda: self.kcat("-L", "-m", "2").returncode == 0, seconds=60)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def kcat(self, *arguments):
        return subprocess.run(["kcat", "-b", f"127.0.0.1:{self.port}", *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              check=False)

    def orders(self):
        """(key, type) of each record of market.orders, in order."""
        read = self.kcat("-C", "-t", "market.orders", "-o", "beginning", "-e", "-q", "-J")
        return [(line["key"], dict(zip(line["headers"][::2], line["headers"][1::2]))["ce_type"])
                for line in map(json.loads, read.stdout.splitlines())]


@needs_kafka
class Events(unittest.TestCase):
    def test_a_sale_goes_on_while_kafka_is_away_and_every_event_arrives(self):
        with tempfile.TemporaryDirectory() as folder:
            broker = Broker(folder)
            self.addCleanup(broker.kill)
            url = f"kafka://127.0.0.1:{broker.port}"
            with Server(env={"MARKET_EVENTS_URL": url}) as shop:
                sale = shop.make_sale(units=100, limit=100)
                buyer = shop.buyers(1)[0]

                def buy(count):
                    placed = [shop.order(buyer, sale["id"]) for _ in range(count)]
                    self.assertEqual([reply.status for reply in placed], [201] * count)
                    return [reply.body["id"] for reply in placed]

                orders = buy(10)  # nobody is there yet
                broker.start()
                eventually(lambda: len(set(broker.orders())) == 10, seconds=60)
                broker.kill()
                orders += buy(10)
                cancelled = orders[-1]
                shop.expect(200, "POST", f"/v1/orders/{cancelled}/cancel", token=buyer)
                events = shop.request("GET", "/readyz").body["checks"]["events"]
                self.assertIsNotNone(events)
                broker.start()
                eventually(lambda: len(set(broker.orders())) == 21, seconds=60)
                arrived = broker.orders()
                self.assertEqual({key for key, _ in arrived}, set(orders))
                of_one = list(dict.fromkeys(kind for key, kind in arrived if key == cancelled))
                self.assertEqual(of_one, ["market.order.created.v1", "market.order.cancelled.v1"])
                self.assertTrue(shop.check()["ok"])


class Metrics(unittest.TestCase):
    def read(self, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as reply:
            return reply.read().decode()

    def test_what_was_sold_is_counted(self):
        port = free_port()
        with Server(env={"MARKET_METRICS_PORT": str(port)}) as shop:
            sale = shop.make_sale(units=2, limit=5)
            buyer = shop.buyers(1)[0]
            for status in (201, 201, 409):
                self.assertEqual(shop.order(buyer, sale["id"]).status, status)
            text = self.read(port)
            for line in ('market_purchases_total{outcome="placed"} 2',
                         'market_purchases_total{outcome="sold_out"} 1',
                         'market_gate_answers_total{answer="admitted"} 2',
                         'market_http_requests_total{route="POST /v1/orders",status="2xx"} 2',
                         'market_http_requests_total{route="POST /v1/orders",status="4xx"} 1',
                         "market_orders_committed_total 2"):
                self.assertIn(line + "\n", text)
            eventually(lambda: "market_outbox_published_total 2\n" in self.read(port))
            eventually(lambda: "market_outbox_waiting_events 0\n" in self.read(port))

    def test_a_port_in_use_costs_a_warning_only(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with Server(env={"MARKET_METRICS_PORT": str(port)}) as shop:
                self.assertEqual(shop.request("GET", "/livez").status, 200)
                self.assertIn("metrics.not_served", shop.output.text())


if __name__ == "__main__":
    unittest.main()
