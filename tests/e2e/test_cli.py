"""The command line: exit codes, one clear line for what went wrong, results on stdout."""

import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest
import uuid

from harness import Server, market_binary

VERBS = ["serve", "demo", "bench", "check", "migrate", "migrate status", "migrate up", "admin",
         "admin create", "seed", "seed products", "seed buyers", "seed sale", "seed demo", "config",
         "config show", "config check", "health", "version"]
SECRET = "5f0c1d2e3b4a59687786a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
ON_SQLITE = "MARKET_TEST_DATABASE_URL" not in os.environ


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="market-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def market(self, *args, env=None, input=None, seconds=60):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("MARKET_")}
        return subprocess.run([market_binary(), *args], cwd=self.folder,
                              env=inherited | (env or {}), input=input,
                              stdin=None if input else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds)

    def refused(self, code, says, *args, env=None):
        done = self.market(*args, env=env)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertNotIn("listening", done.stdout)
        return done

    # --- usage and configuration: 2 ---

    def test_every_verb_has_help_with_an_example(self):
        for verb in VERBS:
            with self.subTest(verb=verb):
                done = self.market(*verb.split(), "--help")
                self.assertEqual(0, done.returncode)
                self.assertIn(f"Example:\n  market {verb.split()[0]}", done.stdout)

    def test_wrong_usage_is_exit_2_and_named(self):
        for args, says in [
                ((), "required"),
                (("sell",), "sell"),
                (("serve", "--http-prot", "80"), "--http-prot"),
                (("serve", "extra"), "extra"),
                (("serve", "--http-port"), "--http-port"),
                (("seed", "products"), "--count"),
                (("seed", "products", "--count", "0"), "--count"),
                (("seed", "buyers", "--count", "many"), "--count"),
                (("demo", "--units", "0"), "--units"),
                (("admin", "create"), "--email"),
                (("admin", "create", "--email", "nobody"), "nobody"),
                (("bench",), "--url"),
                (("health", "--url", "shop"), "--url")]:
            with self.subTest(args=args):
                self.refused(2, [says], *args)

    def test_a_bad_value_is_exit_2_naming_key_value_and_origin(self):
        (self.folder / "m.toml").write_text("[http]\nport = 99999\nprot = 1\n")
        for args, env, says in [
                (("--http-port", "http"), {}, ["http.port", '"http"', "flag --http-port"]),
                ((), {"MARKET_HTTP_PORT": "-1"}, ["http.port", '"-1"', "MARKET_HTTP_PORT"]),
                (("--config", "m.toml"), {},
                 ["http.port", '"99999"', "m.toml:2", "http.prot", "m.toml:3"]),
                ((), {"MARKET_CONFIG": "none.toml"}, ["none.toml"]),
                (("--gate-url", "redis://localhost:x"), {}, ["gate.url", "no gate"]),
                (("--events-url", "kafka://localhost:x"), {}, ["events.url", "port"]),
                (("--payments-mode", "paypal"), {}, ["payments.mode", "not one of off, sandbox"]),
                (("--mail-from", "me"), {}, ["mail.from", '"me"', "flag --mail-from"]),
                (("--http-address", "localhost"), {}, ["http.address", '"localhost"', "an IP"]),
                (("--database-url", "mysql://a:pw@db:70000/m"), {},
                 ["database.url", "a:(hidden)@db:70000/m", "port"]),
                (("--gate-url", "memory:x"), {}, ["gate.url", '"memory:x"']),
                (("--events-url", "log:"), {}, ["events.url", '"log:"']),
                ((), {"MARKET_MAIL_URL": "file:"}, ["mail.url", '"file:"', "MARKET_MAIL_URL"]),
                (("--mode", "production"), {}, ["auth.secret", "missing"]),
                (("--auth-secret", "short"), {}, ["auth.secret", "32 bytes"])]:
            for verb in (("serve",), ("check",), ("config", "check")):
                with self.subTest(verb=verb, args=args, env=env):
                    self.refused(2, says, *verb, *args, env=env)
        self.assertEqual(["m.toml"], os.listdir(self.folder), "nothing was made")

    def test_a_place_of_a_kind_that_is_not_known_is_exit_1(self):
        for flag, value, says in [
                ("--database-url", "postgres://ada:hunter22@db/m", "sqlite:, mysql:"),
                ("--gate-url", "rediss://localhost", "TLS"),
                ("--gate-url", "memcached://localhost", "memory:, redis:"),
                ("--events-url", "amqp://localhost", "log:, kafka:"),
                ("--mail-url", "imap://localhost", "file:, smtp:")]:
            with self.subTest(value=value):
                key = flag[2:].replace("-", ".")
                self.refused(1, [key, says, f"flag {flag}"], "serve", flag, value)
        self.refused(2, ["events.url", "http.port"],
                     "serve", "--events-url", "amqp://localhost", "--http-port", "x")
        self.assertEqual([], os.listdir(self.folder), "nothing was made")

    def test_an_unknown_variable_is_a_warning(self):
        done = self.market("config", "check", env={"MARKET_HTTP_PROT": "1"})
        self.assertEqual(0, done.returncode)
        self.assertIn("MARKET_HTTP_PROT", done.stderr)

    def test_config_show_tells_origins_and_hides_secrets(self):
        env = {"MARKET_AUTH_SECRET": SECRET, "MARKET_DATABASE_URL": "mysql://ada:hunter22@db/m"}
        flags = ("--json", "--http-port", "81")
        shown = json.loads(self.market("config", "show", *flags, env=env).stdout)
        by_key = {one["key"]: one for one in shown["config"]}
        self.assertEqual("81", by_key["http.port"]["value"])
        self.assertEqual("flag --http-port", by_key["http.port"]["origin"])
        self.assertEqual("environment MARKET_AUTH_SECRET", by_key["auth.secret"]["origin"])
        self.assertEqual("default", by_key["mode"]["origin"])
        as_text = self.market("config", "show", env=env).stdout
        for secret in (SECRET, "hunter22"):
            self.assertNotIn(secret, as_text + json.dumps(shown))

    def test_version_names_the_version(self):
        self.assertRegex(self.market("version").stdout, r"^market \d+\.\d+\.\d+ \(")
        self.assertIn("version", json.loads(self.market("version", "--json").stdout))

    # --- verbs without a server ---

    def test_migrate_makes_the_database_and_tells_its_state(self):
        self.refused(1, ["there is no such file"], "migrate", "status")
        self.refused(1, ["there is no such file"], "check")
        self.assertEqual(0, self.market("migrate", "up").returncode)
        status = json.loads(self.market("migrate", "status", "--json").stdout)["migrations"]
        self.assertTrue(status)
        self.assertTrue(all(one["applied"] for one in status))
        self.assertEqual([], json.loads(self.market("migrate", "up", "--json").stdout)["applied"])
        self.assertEqual(0, self.market("check").returncode)

    def test_an_admin_is_made_once_an_address(self):
        made = self.market("admin", "create", "--email", "ada@example.org", "--json")
        self.assertEqual({"id", "email", "password"}, set(json.loads(made.stdout)))
        self.refused(1, ["ADA@example.org"], "admin", "create", "--email", "ADA@example.org")
        given = self.market("admin", "create", "--email", "bob@example.org", "--password-file", "-",
                            input="correct horse battery\n")
        self.assertEqual(0, given.returncode, given.stderr)
        self.assertIn("password: correct horse battery", given.stdout)
        (self.folder / "short").write_text("1234567\n")
        self.refused(2, ["--password-file", "8 to 128"], "admin", "create",
                     "--email", "eve@example.org", "--password-file", "short")

    def test_seed_prints_ids_and_tokens_and_is_sound(self):
        self.assertEqual(3, len(self.market("seed", "products", "--count", "3").stdout.split()))
        tokens = self.market("seed", "buyers", "--count", "4").stdout.split()
        self.assertEqual(4, len(set(tokens)))
        self.assertEqual(1, len(self.market("seed", "sale", "--units", "5").stdout.split()))
        self.assertEqual(0, self.market("check").returncode)

    def test_seed_demo_fills_an_empty_shop_only(self):
        first = json.loads(self.market("seed", "demo", "--json").stdout)
        self.assertTrue(first["products"] and first["sale_id"])
        again = self.market("seed", "demo", "--json")
        self.assertEqual(0, again.returncode)
        self.assertEqual({"products": [], "sale_id": None}, json.loads(again.stdout))

    def test_production_refuses_to_seed(self):
        env = {"MARKET_MODE": "production", "MARKET_AUTH_SECRET": SECRET}
        self.refused(1, ["production"], "seed", "buyers", "--count", "1", env=env)
        self.assertEqual([], os.listdir(self.folder))

    def test_nobody_listening_is_unhealthy(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            done = self.refused(1, ["no answer"], "health", "--url", url, "--json")
            told = json.loads(done.stdout)
            self.assertIs(False, told["ok"])
            self.assertIn("no answer", told["error"])

    def test_a_check_that_cannot_be_made_says_so_in_json_too(self):
        done = self.refused(1, ["there is no such file"], "check", "--json")
        told = json.loads(done.stdout)
        self.assertEqual((False, []), (told["ok"], told["equations"]))
        self.assertIn("there is no such file", told["error"])

    # --- a start that cannot be: 1, one line ---

    def refused_start(self, says, *args):
        done = self.refused(1, says, "serve", "--http-port", "0", "--log-level", "off", *args)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)

    def test_a_database_path_that_cannot_be_is_named(self):
        self.refused_start(["/none/market.db"], "--database-url", "sqlite:/none/market.db")

    def test_a_database_of_a_newer_version_is_refused(self):
        self.assertEqual(0, self.market("migrate", "up").returncode)
        database = sqlite3.connect(self.folder / "market-data/market.db")
        columns = [row[1] for row in database.execute("PRAGMA table_info(schema_migrations)")]
        newest = "SELECT * FROM schema_migrations ORDER BY name DESC"
        row = list(database.execute(newest).fetchone())
        row[columns.index("name")] = "9999_later"
        database.execute(f"INSERT INTO schema_migrations VALUES ({','.join('?' * len(row))})", row)
        database.commit()
        database.close()
        self.refused_start(["database sqlite:", "9999_later", "is of a newer version"])
        self.refused(1, ["9999_later"], "check")

    def test_a_database_with_another_schema_is_refused(self):
        self.assertEqual(0, self.market("migrate", "up").returncode)
        database = sqlite3.connect(self.folder / "market-data/market.db")
        database.execute("UPDATE schema_migrations SET checksum = 'other'")
        database.commit()
        database.close()
        self.refused_start(["database sqlite:", "market.db", "differs"])

    def test_a_locked_database_file_is_refused(self):
        self.assertEqual(0, self.market("migrate", "up").returncode)
        for mode in ("NORMAL", "EXCLUSIVE"):
            with self.subTest(locking_mode=mode):
                file = self.folder / "market-data/market.db"
                database = sqlite3.connect(file, isolation_level=None)
                self.addCleanup(database.close)
                database.execute(f"PRAGMA locking_mode = {mode}")
                database.execute("BEGIN EXCLUSIVE")
                self.refused_start(["database sqlite:", "is locked by another process"])
                database.close()

    def test_an_empty_secret_file_is_refused_as_empty(self):
        (self.folder / "market-data").mkdir()
        (self.folder / "market-data/auth.secret").touch()
        self.refused_start(["auth.secret is empty"])

    def test_a_data_dir_too_long_for_its_socket_is_refused(self):
        self.refused_start(["107"], "--data-dir", str(self.folder / ("d" * 120)))

    def test_a_port_in_use_is_refused(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            done = self.refused(1, [port], "serve", "--http-port", port)
            self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)
            self.assertEqual([], os.listdir(self.folder), "nothing was made")


class RunningServer(unittest.TestCase):
    @unittest.skipUnless(ON_SQLITE, "one server a file is SQLite's rule")
    def test_a_second_server_on_one_file_is_refused_and_the_first_goes_on(self):
        with Server() as shop:
            second = shop.market("serve", "--http-port", "0")
            self.assertEqual(1, second.returncode)
            self.assertIn("another market server", second.stderr)
            self.assertEqual(0, shop.market("health", "--url", shop.url).returncode)

    def test_sigterm_and_sigint_end_it_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Server() as shop:
                shop.process.send_signal(number)
                self.assertEqual(0, shop.wait(), shop.output.text())

    def half_a_request(self, shop):
        """A connection in the middle of its request: something in flight."""
        line = socket.create_connection((shop.host, shop.port))
        self.addCleanup(line.close)
        line.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: shop\r\n"
                     b"Expect: 100-continue\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 10\r\n\r\n")
        self.assertIn(b"100 Continue", line.recv(100))

    def test_a_second_signal_ends_the_drain_with_1(self):
        with Server() as shop:
            self.half_a_request(shop)
            shop.process.send_signal(signal.SIGTERM)
            self.assertTrue(shop.output.wait_for("draining", 10), shop.output.text())
            self.assertEqual(1, shop.stop(seconds=10))

    def test_a_drain_that_takes_too_long_ends_with_1(self):
        with Server("--http-drain-seconds", "1") as shop:
            self.half_a_request(shop)
            self.assertEqual(1, shop.stop(seconds=20))

    def test_a_start_after_a_kill_needs_no_help(self):
        with Server() as shop:
            shop.restart()
            self.assertEqual("ready\n", shop.market("health", "--url", shop.url).stdout)

    def test_the_banner_offers_set_up_until_there_is_an_admin(self):
        with Server() as shop:
            self.assertRegex(shop.output.text(), r"http://\S+/setup\?token=\S+")
            shop.admin_token()
            shop.restart()
            self.assertNotIn("/setup", shop.output.text())

    def test_a_sale_seeded_beside_the_server_opens(self):
        with Server() as shop:
            made = shop.market("seed", "sale", "--units", "3", "--per-user-limit", "3")
            sale = made.stdout.strip()
            reply = shop.order(shop.buyers(1)[0], sale, quantity=3, key="k")
            self.assertEqual(201, reply.status, reply)
            shop.assert_sound()

    def test_bench_buys_and_proves(self):
        with Server() as shop:
            sale = shop.make_sale(units=50, limit=50)
            tokens = shop.data_dir / "tokens"
            tokens.write_text("\n".join(shop.buyers(2)) + "\n")
            for flags in ((), ("--rate", "50")):
                done = shop.market("bench", "--url", shop.url, "--tokens", str(tokens),
                                   "--sale", sale["id"], "--connections", "4", "--seconds", "1",
                                   "--json", *flags)
                self.assertEqual(0, done.returncode, done.stderr)
                told = json.loads(done.stdout)
                self.assertEqual("ok", told["check"])
                self.assertEqual(0, told["errors"])
                self.assertEqual(told["attempts"], told["orders"] + sum(told["refused"].values()))
            self.assertEqual(50, shop.sale_stock(sale["id"])["sold"])

    def test_bench_without_any_order_fails_unless_the_units_are_gone(self):
        with Server() as shop:
            tokens = shop.data_dir / "tokens"
            tokens.write_text(shop.buyers(1)[0] + "\n")
            gone = shop.make_sale(units=1, limit=1)
            self.assertEqual(201, shop.order(shop.buyers(1)[0], gone["id"], key="k").status)
            for sale, code, status in ((gone["id"], "sold_out", 0),
                                       (str(uuid.uuid4()), "sale_not_found", 1)):
                done = shop.market("bench", "--url", shop.url, "--tokens", str(tokens),
                                   "--sale", sale, "--connections", "1", "--seconds", "1",
                                   "--json")
                self.assertEqual(status, done.returncode, done.stderr)
                self.assertEqual([code], list(json.loads(done.stdout)["refused"]))


if __name__ == "__main__":
    unittest.main()
