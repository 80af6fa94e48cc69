"""Several servers on one MySQL, Redis and Kafka, and what can be done to those in mid-sale.

`MARKET_TEST_MYSQL_URL` and `MARKET_TEST_KAFKA_URL` name running servers, as scripts/test does;
Redis is a private one of each test, to be killed.
"""

import contextlib
import http.client
import json
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import uuid

from harness import CUT, ROOT, Server, eventually, free_port

SECRET = "the secret that all servers of one shop share"
# Answers that say: ask again with the same key.
ASK_AGAIN = {429, 500, 502, 503}


def needs(*names):
    """Skips a test whose servers are not there."""
    missing = [n for n in names if not os.environ.get(f"MARKET_TEST_{n}_URL")]
    return unittest.skipIf(missing, f"skipped, because there is no {', '.join(missing)}")


def fresh_mysql_database():
    """The URL of a new database on the test's MySQL."""
    base, _ = os.environ["MARKET_TEST_MYSQL_URL"].rsplit("/", 1)
    name = "e2e_" + uuid.uuid4().hex[:12]
    user, place = base.removeprefix("mysql://").split("@")
    user, password = user.split(":")
    host, port = place.split(":")
    subprocess.run(["mariadb", f"-u{user}", f"-p{password}", f"-h{host}", f"-P{port}",
                    "-e", f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"],
                   check=True, capture_output=True)
    return f"{base}/{name}"


class Redis:
    """A private redis-server on a port of its own, which keeps that over restarts."""

    def __init__(self, *options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="market-redis-")
        self.port = free_port()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--dir", self.folder, *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: self.cli("PING").startswith(("PONG", "NOAUTH")))
        return self

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def cli(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True,
                              text=True, check=False)
        return done.stdout.strip()


class Shop:
    """`count` servers on one stack."""

    def __init__(self, count, redis, events=None, database=None, env=None):
        shared = {"MARKET_DATABASE_URL": database or fresh_mysql_database(),
                  "MARKET_GATE_URL": redis.url, "MARKET_AUTH_SECRET": SECRET,
                  "MARKET_METRICS_PORT": "0"}
        if events:
            shared["MARKET_EVENTS_URL"] = events
        self.servers = [Server(env=shared | (env or {})) for _ in range(count)]

    def __enter__(self):
        try:
            for server in self.servers:
                server.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.__exit__()

    @property
    def first(self):
        return self.servers[0]


class FullStack:
    """Of a TestCase, before EmbeddedStack: its shops stand on MySQL and a Redis of their own."""

    def shop(self, env=None):
        redis = self.enterContext(Redis())
        return Server(env={"MARKET_DATABASE_URL": fresh_mysql_database(),
                           "MARKET_GATE_URL": redis.url} | (env or {}))


class Crowd:
    """Clients on keep-alive connections who each ask with one key until the answer is definite."""

    def __init__(self, shop, sale, attempts, clients=24, patience=120):
        self.shop, self.sale, self.patience = shop, sale, patience
        self.attempts = queue.SimpleQueue()
        for attempt in attempts:
            self.attempts.put(attempt)
        self.won, self.refused, self.failure = {}, {}, None
        self.unavailable = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._client, args=(number,))
                        for number in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def finish(self):
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure
        return self

    def sold(self):
        with self.lock:
            return len(self.won)

    def _client(self, number):
        servers = self.shop.servers
        line = None
        try:
            while True:
                token, key = self.attempts.get_nowait()
                until = time.monotonic() + self.patience
                while True:
                    number += 1
                    server = servers[number % len(servers)]
                    line, status, body = self._ask(line, server, token, key)
                    if status is not None and status not in ASK_AGAIN:
                        break
                    with self.lock:
                        self.unavailable += 1
                    if time.monotonic() > until:
                        raise AssertionError(f"no definite answer for {key}: {status} {body}")
                with self.lock:
                    if status == 201:
                        self.won[(token, key)] = body
                    else:
                        code = body["code"]
                        self.refused[code] = self.refused.get(code, 0) + 1
        except queue.Empty:
            pass
        except BaseException as error:  # raised by finish()
            self.failure = error
        finally:
            for one in (line or {}).values():
                one.close()

    def _ask(self, line, server, token, key):
        body = json.dumps({"lines": [{"sale_id": self.sale["id"], "quantity": 1}]})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                   "Idempotency-Key": key}
        lines = line or {}
        if server.port not in lines:
            lines[server.port] = http.client.HTTPConnection(server.host, server.port, timeout=30)
        try:
            lines[server.port].request("POST", "/v1/orders", body, headers)
            reply = lines[server.port].getresponse()
            return lines, reply.status, json.loads(reply.read())
        except CUT as cut:
            lines.pop(server.port).close()
            return lines, None, str(cut)


class Database:
    """A private MySQL that can be killed and comes back with its data."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="market-mysql-"))

    def __enter__(self):
        subprocess.run([ROOT / "scripts/stack", "up", "--only", "database", "--dir", self.folder],
                       check=True, capture_output=True)
        self.pid, _, self.kind, port, self.place = (
            (self.folder / "database").read_text().split())
        self.pid, self.port = int(self.pid), int(port)
        return self

    @property
    def url(self):
        return f"mysql://market:market@127.0.0.1:{self.port}/market"

    def kill(self):
        os.kill(self.pid, 9)
        eventually(lambda: not self._accepts())

    def start(self):
        launch = (f". scripts/servers/database.sh; mysql_programs={self.place}/programs;"
                  f" launch_{self.kind} {self.place} {self.port}")
        pid_file = pathlib.Path(self.place, "server.pid")
        pid_file.unlink(missing_ok=True)  # of the one that was killed
        # It names a process that is not waited for yet, or another by now: either stops a start.
        pathlib.Path(self.place, "socket.lock").unlink(missing_ok=True)
        subprocess.run(["bash", "-c", launch], cwd=ROOT, check=True)
        eventually(self._accepts, seconds=60)
        self.pid = int(eventually(lambda: pid_file.exists() and pid_file.read_text()))

    def _accepts(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):  # it did not start
            os.kill(self.pid, 9)
        subprocess.run([ROOT / "scripts/stack", "down", "--dir", self.folder], check=False,
                       capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Kafka:
    """A private broker on a port that is known before it runs."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="market-kafka-")
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"kafka://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [ROOT / "scripts/servers/kafka.sh", "run", self.folder, str(self.port)],
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        eventually(lambda: subprocess.run(
            ["kcat", "-b", f"127.0.0.1:{self.port}", "-L", "-m", "2"], capture_output=True,
            check=False).returncode == 0, seconds=60, every=0.5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def events_of(url, topic="market.orders"):
    """Every message of the topic so far, read by kcat: (key, type, data)."""
    place = url.removeprefix("kafka://")
    done = subprocess.run(
        ["kcat", "-b", place, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"],
        capture_output=True, text=True, check=False)
    out = []
    if done.returncode != 0:
        return out  # there is no such topic yet
    for line in done.stdout.splitlines():
        message = json.loads(line)
        names = message["headers"][::2]
        headers = dict(zip(names, message["headers"][1::2]))
        out.append((message["key"], headers["ce_type"], json.loads(message["payload"])))
    return out
