"""What comes over the wire broken is refused by the real server as API.md 2 says."""

import json
import socket
import unittest

from harness import Server

PATIENCE_SECONDS = 20
HOST = b"Host: shop\r\n"


class Wire:
    """A socket that sends exactly what it is told."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def reply(self, has_body=True):
        """(status, headers, body); status None when the connection ended."""
        line = self.stream.readline()
        if not line:
            return None, {}, b""
        headers = {}
        while (field := self.stream.readline()) not in (b"\r\n", b""):
            name, _, value = field.decode().partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0)) if has_body else 0
        return int(line.split()[1]), headers, self.stream.read(length)

    def ended(self):
        return self.stream.read(1) == b""


class HttpFraming(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Server()
        cls.addClassCleanup(cls.shop.__exit__)
        cls.shop.__enter__()

    def refused(self, data, status):
        with Wire(self.shop.port) as wire:
            wire.send(data)
            got, headers, body = wire.reply()
            self.assertEqual(got, status, data[:200])
            self.assertEqual(headers["content-type"], "application/problem+json")
            self.assertEqual(headers["connection"], "close")
            self.assertTrue(wire.ended())
            return json.loads(body)

    def test_a_smuggled_request_is_never_run(self):
        inner = b"GET /livez HTTP/1.1\r\nHost: shop\r\n\r\n"
        for fields in (b"Transfer-Encoding: gzip\r\nContent-Length: 4\r\n",
                       b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n",
                       b"Transfer-Encoding: chunked, identity\r\n",
                       b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                       b"Content-Length: 0\r\nContent-Length: 4\r\n",
                       b"Content-Length: 5, 5\r\n", b"X: a\r\n folded\r\n", b"X : a\r\n",
                       b"X: a\x00b\r\n", b"X: a\nY: b\r\n"):
            with self.subTest(fields=fields):
                request = b"POST /v1/orders HTTP/1.1\r\n" + HOST + fields + b"\r\n"
                self.assertEqual(self.refused(request + inner, 400)["code"], "bad_request")

    def test_one_host_is_needed(self):
        self.refused(b"GET /livez HTTP/1.1\r\n\r\n", 400)
        self.refused(b"GET /livez HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400)

    def test_sizes_have_their_bounds(self):
        self.refused(b"GET /livez HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 17000 + b"\r\n\r\n", 431)
        self.refused(b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431)
        self.refused(b"POST /v1/orders HTTP/1.1\r\n" + HOST + b"Content-Length: 65537\r\n\r\n", 413)

    def test_a_thousand_pipelined_requests_are_answered_in_order(self):
        request = b"GET /livez HTTP/1.1\r\n" + HOST + b"X-Request-Id: n%d\r\n\r\n"
        with Wire(self.shop.port) as wire:
            wire.send(b"".join(request % n for n in range(1000)))
            for n in range(1000):
                status, headers, _ = wire.reply()
                self.assertEqual((status, headers["x-request-id"]), (200, f"n{n}"))

    def test_a_chunked_body_is_a_body(self):
        body = b'{"email":"free@example.com"}'
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        with Wire(self.shop.port) as wire:
            wire.send(b"POST /v1/auth/email-check HTTP/1.1\r\n" + HOST +
                      b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
            status, _, answer = wire.reply()
            self.assertEqual((status, json.loads(answer)), (200, {"available": True}))

    def test_http_1_0_is_answered_and_closed(self):
        with Wire(self.shop.port) as wire:
            wire.send(b"GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            self.assertEqual(wire.reply()[0], 200)
            self.assertTrue(wire.ended())

    def test_a_dripping_header_is_cut_off(self):
        with Wire(self.shop.port) as wire:
            wire.send(b"GET /livez HTTP/1.1\r\nHost: shop\r\nX: ")
            wire.socket.settimeout(1)
            for _ in range(PATIENCE_SECONDS):
                try:
                    wire.send(b"x")
                    if wire.socket.recv(1) == b"":
                        return
                except TimeoutError:
                    continue
                except OSError:
                    return
            self.fail("the server waited longer than 10 s for a header")

    def test_an_expected_body_is_invited(self):
        body = b'{"email":"free@example.com"}'
        with Wire(self.shop.port) as wire:
            wire.send(b"POST /v1/auth/email-check HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\n"
                      b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertEqual(wire.reply()[0], 100)
            wire.send(body)
            self.assertEqual(wire.reply()[0], 200)

    def test_every_path_of_the_document_answers(self):
        document = self.shop.expect(200, "GET", "/openapi.json")
        for path, methods in document["paths"].items():
            for method in methods:
                with self.subTest(path=path, method=method):
                    reply = self.shop.request(method.upper(), path.replace("{id}", "x"))
                    self.assertNotIn(reply.status, (405, 500, 501))


if __name__ == "__main__":
    unittest.main()
