"""A stop under load leaves no request unanswered."""

import threading
import time
import unittest

from harness import Server, in_parallel
from test_http_framing import HOST, Wire

CLIENTS = 24
REQUEST = b"GET /v1/products HTTP/1.1\r\n" + HOST + b"\r\n"


class Load:
    """Clients that all have had a reply before the signal is sent."""

    def __init__(self, shop):
        self.shop = shop
        self.everyone_asked = threading.Barrier(CLIENTS + 1)
        self.signalled_at = float("inf")

    def stop_the_server(self):
        self.everyone_asked.wait()
        self.signalled_at = time.monotonic()
        return self.shop.stop()

    def ask_on_one_connection(self):
        """How many requests were answered; the last reply says that there are no more."""
        answered = 0
        with Wire(self.shop.port) as wire:
            while True:
                wire.send(REQUEST)
                status, headers, _ = wire.reply()
                if status != 200:
                    raise AssertionError(f"request {answered + 1} was answered with {status}")
                answered += 1
                if answered == 1:
                    self.everyone_asked.wait()
                if headers.get("connection") == "close":
                    return answered

    def ask_on_many_connections(self):
        """Until there are no new ones."""
        answered = 0
        while True:
            try:
                wire = Wire(self.shop.port)
            except OSError:
                return answered
            with wire:
                sent_at = time.monotonic()
                try:
                    wire.send(REQUEST)
                    sent_at = time.monotonic()
                    status = wire.reply()[0]
                except OSError:
                    status = None
                if status != 200 and sent_at < self.signalled_at:
                    raise AssertionError(f"request {answered + 1} was answered with {status}")
            answered += 1
            if answered == 1:
                self.everyone_asked.wait()


class HttpStop(unittest.TestCase):
    def test_every_request_sent_before_the_signal_is_answered(self):
        with Server() as shop:
            load = Load(shop)
            calls = [load.ask_on_one_connection, load.ask_on_many_connections] * (CLIENTS // 2)
            results = in_parallel([load.stop_the_server, *calls])
            self.assertEqual(results[0], 0, shop.output.text())
            self.assertTrue(all(results[1:]))


if __name__ == "__main__":
    unittest.main()
