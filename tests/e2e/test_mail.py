"""Mail over SMTP, to a real receiver: plain, encrypted, with a login, put off, out of reach."""

import re
import socket
import time
import unittest

from harness import ADDRESS, PASSWORD, Server, eventually, free_port
from smtp_receiver import Certificate, Receiver


def ask_for_code(shop, address, purpose="signup"):
    return shop.expect(202, "POST", "/v1/auth/email-codes", {"email": address, "purpose": purpose})


def code_in(mail):
    return re.search(r"\b(\d{6})\b", mail["message"].get_content()).group(1)


class Mail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificate = Certificate()

    @classmethod
    def tearDownClass(cls):
        cls.certificate.close()

    def shop(self, url, **env):
        server = Server(env={"MARKET_MAIL_URL": url,
                             "MARKET_MAIL_FROM": "The Shop <shop@market.example>"} | env)
        self.addCleanup(server.__exit__)
        return server.start()

    def test_a_code_comes_by_smtp_and_opens_an_account(self):
        with Receiver() as host:
            shop = self.shop(f"smtp://127.0.0.1:{host.port}")
            ask_for_code(shop, "kim@example.com")
            mail = host.wait_for("kim@example.com")
            self.assertEqual("shop@market.example", mail["from"])
            message = mail["message"]
            self.assertEqual("The Shop <shop@market.example>", message["From"])
            self.assertEqual("kim@example.com", message["To"])
            for name in ("Date", "Message-ID", "Subject"):
                self.assertTrue(message[name], name)
            self.assertEqual("text/plain", message.get_content_type())
            self.assertNotRegex(mail["raw"], rb"[^\r]\n")
            shop.expect(201, "POST", "/v1/users", {
                "email": "kim@example.com", "password": PASSWORD, "name": "Kim",
                "phone": "010-1234-5678", "address": ADDRESS, "code": code_in(mail)})
            # A taken address is told so, and a reset gets a code of its own.
            ask_for_code(shop, "kim@example.com")
            eventually(lambda: len(host.mails) == 2)
            self.assertIn("account already", host.mails[-1]["message"]["Subject"])
            ask_for_code(shop, "kim@example.com", "password_reset")
            eventually(lambda: len(host.mails) == 3)
            shop.expect(204, "POST", "/v1/auth/password-reset", {
                "email": "kim@example.com", "code": code_in(host.mails[-1]),
                "new_password": "another passphrase"})
            shop.log_in("kim@example.com", "another passphrase")

    def test_encryption_is_used_when_offered_and_the_login_only_goes_there(self):
        with Receiver(self.certificate, login=("shop", "s3cret/p@ss")) as host:
            shop = self.shop(f"smtp://shop:s3cret%2Fp%40ss@127.0.0.1:{host.port}",
                             MARKET_MAIL_CA_FILE=str(self.certificate.path))
            ask_for_code(shop, "kim@example.com")
            mail = host.wait_for("kim@example.com")
            self.assertTrue(mail["encrypted"])
            self.assertTrue(mail["authenticated"])
            for line in host.transcript:
                if not line.startswith("(tls) "):
                    self.assertNotRegex(line, "AUTH|MAIL|RCPT")
            self.assertNotIn("s3cret", shop.output.text())

    def test_a_host_that_nobody_vouches_for_gets_nothing(self):
        with Receiver(self.certificate) as host:
            shop = self.shop(f"smtp://127.0.0.1:{host.port}")
            ask_for_code(shop, "kim@example.com")
            self.assertTrue(shop.output.wait_for("user.mail_failed", 20), shop.output.text())
            self.assertEqual([], host.mails)

    def test_required_encryption_that_is_not_offered_sends_nothing(self):
        with Receiver() as host:
            shop = self.shop(f"smtp://127.0.0.1:{host.port}", MARKET_MAIL_STARTTLS="required")
            ask_for_code(shop, "kim@example.com")
            self.assertTrue(shop.output.wait_for("user.mail_failed", 20), shop.output.text())
            self.assertEqual([], host.mails)

    def test_a_mail_that_is_put_off_is_tried_again(self):
        with Receiver(refusals=2) as host:
            shop = self.shop(f"smtp://127.0.0.1:{host.port}")
            ask_for_code(shop, "kim@example.com")
            host.wait_for("kim@example.com")
            self.assertEqual(0, host.refusals)
            self.assertEqual(1, len(host.mails))

    def test_no_request_waits_and_no_mail_is_lost_while_the_host_is_away(self):
        port = free_port()
        shop = self.shop(f"smtp://127.0.0.1:{port}")
        began = time.monotonic()
        for i in range(3):
            ask_for_code(shop, f"kim{i}@example.com")
        self.assertLess(time.monotonic() - began, 3)
        self.assertTrue(shop.output.wait_for("user.mail_failed", 20))
        shop.kill()  # what waits is in the record
        with Receiver() as host:
            shop.env["MARKET_MAIL_URL"] = f"smtp://127.0.0.1:{host.port}"
            shop.start()
            for i in range(3):
                host.wait_for(f"kim{i}@example.com", seconds=60)
            self.assertEqual(3, len(host.mails))

    def test_a_host_that_says_nothing_holds_up_no_request_and_no_stop(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            shop = self.shop(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
            ask_for_code(shop, "kim@example.com")
            connection, _ = silent.accept()
            with connection:
                ask_for_code(shop, "lee@example.com")
                self.assertEqual(0, shop.stop(seconds=15), shop.output.text())

    def test_a_folder_that_cannot_be_written_is_no_failure_of_the_request(self):
        shop = self.shop("file:/proc/no/such/folder")
        ask_for_code(shop, "kim@example.com")
        self.assertTrue(shop.output.wait_for("user.mail_failed", 20), shop.output.text())


if __name__ == "__main__":
    unittest.main()
