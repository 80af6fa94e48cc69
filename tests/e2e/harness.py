"""A real `market serve` for black-box tests: started on a free port, killed, restarted, asked.

    with Server() as shop:
        sale = shop.make_sale(units=10, limit=2)
        buyer = shop.buyers(1)[0]
        status, headers, order = shop.order(buyer, sale["id"], key="k-1")

`MARKET_BINARY` names the binary (default: build/release/market).
"""

import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 40
REQUEST_SECONDS = 30

PASSWORD = "a long enough passphrase"
ADDRESS = {"state": "Seoul", "city": "Jung-gu", "zipcode": "04524", "street": "110 Sejong-daero"}

# What a request may raise when the server dies under it.
CUT = (OSError, http.client.HTTPException)


class Reply:
    """`status, headers, body = reply`; header names are in lower case, the body is parsed when it
    is JSON and bytes otherwise. `raw` keeps the bytes as they came."""

    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw
        kind = headers.get("content-type", "").split(";")[0].strip()
        is_json = raw and (kind == "application/json" or kind.endswith("+json"))
        self.body = json.loads(raw) if is_json else raw

    def __iter__(self):
        return iter((self.status, self.headers, self.body))

    def __repr__(self):
        return f"{self.status} {self.raw[:1000]!r}"


def market_binary():
    path = pathlib.Path(os.environ.get("MARKET_BINARY", ROOT / "build/release/market"))
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: build it with scripts/build")
    return str(path.resolve())


def eventually(condition, seconds=10, every=0.02):
    """Asks until `condition()` is true and returns its value; fails after `seconds`."""
    until = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= until:
            raise AssertionError(f"not within {seconds} s: {condition}")
        pause.wait(every)


def free_port():
    """A port that is free with the one above it (Kafka takes two), below those that outgoing
    connections take: it may be bound much later."""
    while True:
        port = random.randrange(20000, 32000, 2)
        try:
            with socket.create_server(("127.0.0.1", port)), \
                    socket.create_server(("127.0.0.1", port + 1)):
                return port
        except OSError:
            continue


def in_parallel(calls):
    """Runs all calls at once, each on a thread of its own; their results in order."""
    results, failures = [None] * len(calls), []
    start = threading.Barrier(len(calls))

    def run(index, call):
        try:
            start.wait()
            results[index] = call()
        except BaseException as error:  # handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def rfc3339(seconds_from_now):
    at = time.gmtime(time.time() + seconds_from_now)
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", at)


class Output:
    """What a process prints, line by line, kept for the test's message when it fails."""

    def __init__(self, stream):
        self._lines = []
        self._changed = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._reader.start()

    def _read(self, stream):
        with stream:
            for line in stream:
                with self._changed:
                    self._lines.append(line.decode(errors="replace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, pattern, seconds):
        """The first match; None when the process ends or `seconds` pass without it."""
        def found():
            return next((m for line in self._lines if (m := re.search(pattern, line))), None)

        with self._changed:
            self._changed.wait_for(lambda: self._ended or found(), timeout=seconds)
            return found()

    def text(self):
        with self._changed:
            return "\n".join(self._lines)

    def join(self):
        self._reader.join(timeout=STOP_SECONDS)


class EmbeddedStack:
    """Of a TestCase: where its shops stand. Another one first in a subclass moves them there."""

    def shop(self, env=None):
        return Server(env=env)


class Server:
    """One server process with a data directory of its own."""

    def __init__(self, *flags, env=None, data_dir=None, binary=None):
        self.flags = list(flags)
        self.env = dict(env or {})
        self.binary = binary or market_binary()
        self._own_dir = data_dir is None
        self.data_dir = pathlib.Path(data_dir or tempfile.mkdtemp(prefix="market-test-"))
        self.process = None
        self.output = None
        self.host, self.port = "127.0.0.1", None
        self._admin = None

    # --- life ---

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.kill()
        if self._own_dir:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def environment(self):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("MARKET_")}
        ours = {
            "MARKET_DATA_DIR": str(self.data_dir),
            "MARKET_HTTP_PORT": "0",
            "MARKET_METRICS_PORT": "0",
        }
        return inherited | ours | self.env

    def spawn(self):
        """Starts the process without waiting for it to serve."""
        self.process = subprocess.Popen(
            [self.binary, "serve", *self.flags],
            env=self.environment(), cwd=self.data_dir, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = Output(self.process.stdout)
        return self

    def start(self):
        self.spawn()
        ready = self.output.wait_for(r"listening on http://(\S+):(\d+)", START_SECONDS)
        if not ready:
            self.kill()
            raise AssertionError("the server did not start:\n" + self.output.text())
        self.port = int(ready.group(2))
        return self

    def kill(self):
        """SIGKILL, as a power cut would."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self.output.join()

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=STOP_SECONDS):
        code = self.process.wait(timeout=seconds)
        self.output.join()
        return code

    def restart(self):
        """Kills it when it still runs; starts anew on the same data."""
        self.kill()
        return self.start()

    # --- HTTP ---

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def request(self, method, path, body=None, token=None, headers=None, seconds=REQUEST_SECONDS):
        """One request on a connection of its own. A dict or list is sent as JSON, bytes as is."""
        sent = {}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        try:
            connection.request(method, path, body=body, headers=sent)
            reply = connection.getresponse()
            data = reply.read()
        finally:
            connection.close()
        fields = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, fields, data)

    def expect(self, status, method, path, body=None, token=None, headers=None):
        """request() whose status must be this one; the parsed body."""
        reply = self.request(method, path, body, token, headers)
        if reply.status != status:
            raise AssertionError(f"{method} {path}: not {status} but {reply}")
        return reply.body

    # --- the command line, on the same data ---

    def market(self, *args, input=None, seconds=120):
        """Runs a verb against the same data directory; a CompletedProcess with text output."""
        return subprocess.run([self.binary, *args], env=self.environment(), cwd=self.data_dir,
                              input=input, stdin=None if input else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds)

    def check(self):
        """The verdict of `market check`, parsed."""
        done = self.market("check", "--json")
        if done.returncode not in (0, 1) or not done.stdout:
            raise AssertionError(f"check: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def assert_sound(self, seconds=20):
        """Every equation holds once nothing is under way any more."""
        verdict = {}

        def sound():
            verdict.update(self.check())
            return verdict["ok"]

        try:
            eventually(sound, seconds, every=0.2)
        except AssertionError:
            broken = [e for e in verdict.get("equations", []) if e["broken"]]
            raise AssertionError(f"check finds broken: {json.dumps(broken)[:4000]}") from None

    # --- people ---

    def admin_token(self):
        """An access token of an admin, who is made on the first call."""
        if self._admin is None:
            email = f"admin-{uuid.uuid4().hex[:8]}@example.com"
            done = self.market("admin", "create", "--email", email, "--json")
            if done.returncode != 0:
                raise AssertionError(f"admin create: {done.stderr}")
            self._admin = (email, json.loads(done.stdout)["password"])
        return self.log_in(*self._admin)["access_token"]

    def log_in(self, email, password=PASSWORD):
        return self.expect(200, "POST", "/v1/auth/login", {"email": email, "password": password})

    @property
    def mail_dir(self):
        """Where a `file:` mail URL puts its mails, or above it."""
        url = self.env.get("MARKET_MAIL_URL", "")
        return pathlib.Path(url.removeprefix("file:")) if url.startswith("file:") else self.data_dir

    def mailed_code(self, email, kind=""):
        """The code of the newest mail to this address whose text begins with `kind`, if given."""
        def newest():
            mails = [p for p in self.mail_dir.rglob("*.eml")
                     if re.search(rf"(?im)^to:.*{re.escape(email)}", p.read_text())
                     and f"\n\nYour {kind}" in p.read_text()]
            mails.sort(key=lambda p: (p.stat().st_mtime_ns, p.name))
            return mails and re.search(r"\b(\d{6})\b", mails[-1].read_text().split("\n\n", 1)[-1])

        return eventually(newest).group(1)

    def sign_up(self, email=None, address=ADDRESS):
        """Signs a new person up with a mailed code; the user, with `access_token`."""
        email = email or f"buyer-{uuid.uuid4().hex[:12]}@example.com"
        self.expect(202, "POST", "/v1/auth/email-codes", {"email": email, "purpose": "signup"})
        user = self.expect(201, "POST", "/v1/users", {
            "email": email, "password": PASSWORD, "name": "A Buyer", "phone": "010-1234-5678",
            "address": address, "code": self.mailed_code(email)})
        return user | {"access_token": self.log_in(email)["access_token"]}

    def buyers(self, count):
        """Access tokens of new buyers with a profile address."""
        done = self.market("seed", "buyers", "--count", str(count))
        tokens = done.stdout.split()
        if done.returncode != 0 or len(tokens) != count:
            raise AssertionError(f"seed buyers: exit {done.returncode}\n{done.stderr}")
        return tokens

    # --- goods ---

    def make_product(self, stock=100, price=19900, name="Enamel pin"):
        return self.expect(201, "POST", "/v1/products", {
            "name": name, "description": "Made for the event.", "category": "goods",
            "price": {"amount": price, "currency": "KRW"}, "stock": stock}, self.admin_token())

    def make_sale(self, units=100, limit=1, price=9900, starts_in=-60, ends_in=3600, product=None):
        """A sale of a product made for it (or of the one given); open at once unless told."""
        product = product or self.make_product(stock=units)
        return self.expect(201, "POST", "/v1/sales", {
            "product_id": product["id"], "title": "The drop", "quantity": units,
            "price": {"amount": price, "currency": "KRW"}, "per_user_limit": limit,
            "starts_at": rfc3339(starts_in), "ends_at": rfc3339(ends_in)}, self.admin_token())

    def order(self, token, sale_id, quantity=1, key=None, address=None):
        """Orders from one sale; the reply, whatever it is."""
        body = {"lines": [{"sale_id": sale_id, "quantity": quantity}]}
        if address:
            body["address"] = address
        return self.request("POST", "/v1/orders", body, token,
                            {"Idempotency-Key": key} if key else None)

    def sale_stock(self, sale_id):
        return self.expect(200, "GET", f"/v1/sales/{sale_id}/stock", token=self.admin_token())
