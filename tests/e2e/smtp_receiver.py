"""A mail host for tests: speaks enough SMTP for one client at a time, keeps what it gets.

    with Receiver() as host:
        shop = Server(env={"MARKET_MAIL_URL": f"smtp://127.0.0.1:{host.port}"})
        mail = host.wait_for("kim@example.com")
"""

import base64
import email
import email.policy
import pathlib
import socketserver
import ssl
import subprocess
import tempfile
import threading


class Certificate:
    """A self-signed one for 127.0.0.1, good for an hour or so."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        self.path, key = folder / "cert.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(self.path)],
            check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.path, key)

    def close(self):
        self._folder.cleanup()


class Receiver:
    """`certificate`: STARTTLS is offered; `login`: a pair that AUTH has to bring, over TLS only
    when there is a certificate. `refusals`: how many mails are put off with 451 first."""

    def __init__(self, certificate=None, login=None, refusals=0):
        self.certificate, self.login, self.refusals = certificate, login, refusals
        self.mails, self.transcript = [], []
        self._changed = threading.Condition()
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    Talk(receiver, self.request).run()
                except OSError:
                    pass  # the client went away

        class Host(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

        self._host = Host(("127.0.0.1", 0), Handler)
        self.port = self._host.server_address[1]
        self._thread = threading.Thread(target=self._host.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._host.shutdown()
        self._host.server_close()

    def keep(self, mail):
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()

    def wait_for(self, address, seconds=20):
        """The newest mail to this address, parsed."""
        def found():
            return [m for m in self.mails if m["rcpt"] == [address]]

        with self._changed:
            if not self._changed.wait_for(found, timeout=seconds):
                raise AssertionError(f"no mail to {address}; it was said: {self.transcript}")
            return found()[-1]


class Talk:
    def __init__(self, host, connection):
        self.host, self.connection = host, connection
        self.lines = connection.makefile("rb")
        self.encrypted = self.authenticated = False
        self.sender, self.rcpt = None, []

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def run(self):
        self.say("220 test ESMTP")
        for line in self.lines:
            words = line.decode().rstrip("\r\n")
            self.host.transcript.append(words)
            verb = words.split(" ")[0].upper()
            answer = getattr(self, "on_" + verb.lower(), None)
            if answer is None:
                self.say("500 what?")
            elif answer(words) is False:
                return

    def on_ehlo(self, _):
        offers = ["test"]
        if self.host.certificate and not self.encrypted:
            offers.append("STARTTLS")
        if self.host.login and (self.encrypted or not self.host.certificate):
            offers.append("AUTH PLAIN")
        for offer in offers[:-1]:
            self.say("250-" + offer)
        self.say("250 " + offers[-1])

    def on_starttls(self, _):
        self.say("220 go on")
        self.connection = self.host.certificate.context.wrap_socket(self.connection,
                                                                    server_side=True)
        self.lines = self.connection.makefile("rb")
        self.encrypted = True
        self.run_encrypted()
        return False

    def run_encrypted(self):
        for line in self.lines:
            words = line.decode().rstrip("\r\n")
            self.host.transcript.append("(tls) " + words)
            answer = getattr(self, "on_" + words.split(" ")[0].lower(), None)
            if answer is None:
                self.say("500 what?")
            elif answer(words) is False:
                return

    def on_auth(self, words):
        parts = words.split(" ")
        if len(parts) < 3:
            self.say("334 ")
            given = self.lines.readline().decode().strip()
        else:
            given = parts[2]
        self.authenticated = tuple(base64.b64decode(given).decode().split("\0")[1:]) == \
            self.host.login
        self.say("235 welcome" if self.authenticated else "535 no")

    def on_mail(self, words):
        if self.host.login and not self.authenticated:
            return self.say("530 log in first")
        self.sender, self.rcpt = words.split("<")[1].split(">")[0], []
        self.say("250 ok")

    def on_rcpt(self, words):
        self.rcpt.append(words.split("<")[1].split(">")[0])
        self.say("250 ok")

    def on_data(self, _):
        self.say("354 go on")
        lines = []
        for line in self.lines:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.host.refusals > 0:
            self.host.refusals -= 1
            return self.say("451 later")
        raw = b"".join(lines)
        self.host.keep({"from": self.sender, "rcpt": self.rcpt, "raw": raw,
                        "encrypted": self.encrypted, "authenticated": self.authenticated,
                        "message": email.message_from_bytes(raw, policy=email.policy.default)})
        self.say("250 taken")

    def on_rset(self, _):
        self.say("250 ok")

    def on_noop(self, _):
        self.say("250 ok")

    def on_quit(self, _):
        self.say("221 bye")
        return False
