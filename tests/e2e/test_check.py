"""`market check` on a small real shop: sound as it is, and broken, naming table and key, after any
covered row is deleted or altered in a column of an equation."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
import uuid

from harness import ADDRESS, Server, eventually, market_binary

TABLES = ["products", "sales", "pools", "stock_movements", "orders", "order_lines",
          "purchase_keys", "purchase_key_totals", "sale_buyers", "deliveries", "payments",
          "order_returns", "outbox", "outbox_relay", "catalog_version"]


def text(value):
    return str(uuid.UUID(bytes=value)) if isinstance(value, bytes) and len(value) == 16 else value


def key_columns(database, table):
    found = database.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0"
                             " ORDER BY pk").fetchall()
    return [name for name, in found]


def rows_of(database, table, which="1"):
    """The rows as shown, each with the WHERE and the values that find just it."""
    keys = key_columns(database, table)
    cursor = database.execute(f"SELECT * FROM {table} WHERE {which}")
    names = [column[0] for column in cursor.description]
    rows = []
    for values in cursor:
        raw = dict(zip(names, values))
        row = {name: text(value) for name, value in raw.items()}
        row["where_"] = " AND ".join(f"{key} = ?" for key in keys)
        row["values_"] = tuple(raw[key] for key in keys)
        rows.append(row)
    return rows


def named_after_deletion(table, row):
    """What `check` says is missing: the row itself, or the sum that lacks it."""
    if table == "stock_movements":
        return "pools", row["pool_id"]
    if table == "purchase_keys":
        return table, row["order_id"] or "sum"
    key = {"order_lines": "order_id", "deliveries": "order_id", "payments": "order_id",
           "order_returns": "order_id"}.get(table, "id")
    if table == "sale_buyers":
        return table, f"{row['sale_id']}/{row['user_id']}"
    if table == "outbox":
        return table, "sum"
    return table, str(row[key])


# table, column, new value, which rows, and which column of the row must be in the key named.
RANDOM = "randomblob(16)"
ALTERATIONS = [
    ("pools", "total", "total + 1", "1", "id"),
    ("pools", "sold", "sold + 1", "1", "id"),
    ("pools", "product_id", RANDOM, "1", None),
    ("pools", "sale_id", RANDOM, "1", None),
    ("pools", "sale_id", "NULL", "sale_id IS NOT NULL", None),
    ("pools", "closed", "1", "1", "id"),
    ("pools", "events", "events + 1", "1", None),
    ("pools", "stock_level", "2", "total > sold", "id"),
    ("stock_movements", "delta", "delta + 1", "1", "pool_id"),
    ("stock_movements", "pool_id", RANDOM, "1", None),
    ("stock_movements", "product_id", RANDOM, "1", "id"),
    ("stock_movements", "sale_id", RANDOM, "1", "id"),
    ("stock_movements", "sale_id", "NULL", "sale_id IS NOT NULL", "id"),
    ("stock_movements", "kind", "'received'", "kind = 'allocated'", None),
    ("sales", "quantity", "quantity + 1", "1", "id"),
    ("sales", "product_id", RANDOM, "1", "id"),
    ("sales", "closed_at", "1", "1", "id"),
    ("sales", "events", "events + 1", "1", "id"),
    ("sales", "opened", "1 - opened", "1", "id"),
    ("catalog_version", "id", "2", "1", None),
    ("sales", "per_user_limit", "per_user_limit + 1", "1", "id"),
    ("orders", "total", "total + 1", "1", "id"),
    ("orders", "line_count", "line_count + 1", "1", "id"),
    ("orders", "line_count", "line_count - 1", "1", "id"),
    ("orders", "state", "CASE state WHEN 'confirmed' THEN 'cancelled' ELSE 'confirmed' END", "1",
     "id"),
    ("orders", "events", "events + 1", "1", "id"),
    ("orders", "user_id", RANDOM, "1", None),
    ("orders", "rid", RANDOM, "1", None),
    ("orders", "rid", "NULL", "1", None),
    ("order_lines", "quantity", "quantity + 1", "1", "order_id"),
    ("order_lines", "unit_price", "unit_price + 1", "1", "order_id"),
    ("order_lines", "product_id", RANDOM, "1", "order_id"),
    ("order_lines", "sale_id", RANDOM, "sale_id IS NOT NULL", "order_id"),
    ("order_lines", "order_id", RANDOM, "1", "order_id"),
    ("purchase_keys", "order_id", RANDOM, "order_id IS NOT NULL", "order_id"),
    ("purchase_keys", "order_id", RANDOM, "order_id IS NULL", "rid"),
    ("purchase_keys", "user_id", RANDOM, "order_id IS NOT NULL", "rid"),
    ("purchase_key_totals", "voids", "voids + 1", "1", None),
    ("sale_buyers", "quantity", "quantity + 1", "1", "user_id"),
    ("sale_buyers", "quantity_max", "quantity_max + 1", "1", "user_id"),
    ("sale_buyers", "sale_id", RANDOM, "1", "user_id"),
    ("sale_buyers", "user_id", RANDOM, "1", "user_id"),
    ("deliveries", "state", "'shipped'", "1", "order_id"),
    ("deliveries", "preparing_at", "1", "preparing_at IS NULL", "order_id"),
    ("deliveries", "delivered_at", "NULL", "delivered_at IS NOT NULL", "order_id"),
    ("deliveries", "cancelled_at", "1", "cancelled_at IS NULL", "order_id"),
    ("deliveries", "cancelled_at", "NULL", "cancelled_at IS NOT NULL", "order_id"),
    ("payments", "state", "'refunded'", "state <> 'refunded'", "order_id"),
    ("payments", "state", "CASE state WHEN 'captured' THEN 'pending' ELSE 'captured' END", "1",
     "order_id"),
    ("payments", "amount", "amount + 1", "1", "order_id"),
    ("payments", "awaited", "1 - awaited", "1", "order_id"),
    ("payments", "order_id", RANDOM, "1", "order_id"),
    ("payments", "refund_reason", "NULL", "refund_reason IS NOT NULL", "order_id"),
    ("payments", "owed", "'capture'", "state <> 'captured'", "order_id"),
    ("order_returns", "order_id", RANDOM, "1", "order_id"),
    ("order_returns", "accepted_at", "NULL", "accepted_at IS NOT NULL", "order_id"),
    ("deliveries", "order_id", RANDOM, "1", "order_id"),
    ("outbox_relay", "published", "published + 1", "1", None),
]


def fill(shop):
    """Sale orders, a plain one, a mixed one, a cancelled one."""
    sale = shop.make_sale(units=20, limit=3)
    product = shop.make_product(stock=5)
    buyers = shop.buyers(3)
    for buyer in buyers:
        assert shop.order(buyer, sale["id"], key="first").status == 201
    mixed = {"lines": [{"sale_id": sale["id"], "quantity": 1},
                       {"product_id": product["id"], "quantity": 2}], "address": ADDRESS}
    shop.expect(201, "POST", "/v1/orders", mixed, buyers[0])
    shop.expect(201, "POST", "/v1/orders", {"lines": mixed["lines"][1:]}, buyers[1])
    last = shop.order(buyers[2], sale["id"], quantity=2).body
    shop.expect(200, "POST", f"/v1/orders/{last['id']}/cancel", token=buyers[2])
    return sale


def fill_paid(shop):
    """An order of a shop that takes payments in each state but `shipped`."""
    product = shop.make_product(stock=20)
    [buyer] = shop.buyers(1)
    admin = shop.admin_token()

    def order():
        made = shop.expect(201, "POST", "/v1/orders", {
            "lines": [{"product_id": product["id"], "quantity": 1}]}, buyer)
        return f"/v1/orders/{made['id']}"

    def paid():
        path = order()
        shop.expect(200, "POST", path + "/payment", {"method": "card", "token": "tok_ok"}, buyer)
        return path

    def delivered(state="delivered"):
        path = paid()
        shop.expect(200, "PUT", path + "/delivery", {"state": state}, admin)
        return path

    order()
    declined = order()
    shop.expect(402, "POST", declined + "/payment", {"method": "card", "token": "tok_declined"},
                buyer)
    paid()
    for path in (order(), paid()):
        shop.expect(200, "POST", path + "/cancel", {}, buyer)
    delivered("preparing")
    delivered()
    for path in (delivered(), delivered()):
        shop.expect(200, "POST", path + "/return", {"reason": "too small"}, buyer)
    shop.expect(200, "POST", path + "/return/accept", {}, admin)


def fill_expired(shop):
    """An order that was not paid in time, on a shop that waits a second."""
    product = shop.make_product(stock=1)
    [buyer] = shop.buyers(1)
    made = shop.expect(201, "POST", "/v1/orders", {
        "lines": [{"product_id": product["id"], "quantity": 1}]}, buyer)
    eventually(lambda: shop.expect(200, "GET", f"/v1/orders/{made['id']}",
                                   token=buyer)["state"] == "expired")


@unittest.skipIf("MARKET_TEST_DATABASE_URL" in os.environ, "alters the rows of a SQLite file")
class CheckNamesBrokenRows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="market-check-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        with Server() as shop:
            # A folder where the log should be: the events stay in the outbox.
            (shop.data_dir / "events.jsonl").unlink(missing_ok=True)
            shop.kill()
            shutil.rmtree(shop.data_dir / "events.jsonl", ignore_errors=True)
            (shop.data_dir / "events.jsonl").mkdir()
            shop.start()
            fill(shop)
            shop.env |= {"MARKET_PAYMENTS_MODE": "sandbox", "MARKET_PAYMENTS_HOLD_SECONDS": "1"}
            shop.restart()
            fill_expired(shop)
            shop.env["MARKET_PAYMENTS_HOLD_SECONDS"] = "600"
            shop.restart()
            fill_paid(shop)
            shop.kill()
            cls.sound = os.path.join(cls.folder, "sound.db")
            source = sqlite3.connect(shop.data_dir / "market.db")
            target = sqlite3.connect(cls.sound)
            source.backup(target)
            source.close()
        # An attempt that was given up: made here, for a crash at the right moment is another test.
        sale, user = target.execute("SELECT sale_id, user_id FROM sale_buyers").fetchone()
        target.execute("INSERT INTO purchase_keys (rid, user_id, fingerprint, sale_id, at)"
                       " VALUES (randomblob(16), ?, zeroblob(32), ?, 1)", (user, sale))
        target.execute("UPDATE purchase_key_totals SET voids = voids + 1")
        target.commit()
        cls.rows = {table: rows_of(target, table) for table in TABLES}
        target.close()

    def check(self, path):
        done = subprocess.run(
            [market_binary(), "check", "--json", "--data-dir", self.folder,
             "--database-url", f"sqlite:{path}"],
            capture_output=True, text=True, timeout=60,
            env={k: v for k, v in os.environ.items() if not k.startswith("MARKET_")})
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertTrue(done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout)

    def check_after(self, statement, parameters=()):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            path = os.path.join(folder, "broken.db")
            shutil.copyfile(self.sound, path)
            database = sqlite3.connect(path)
            database.execute("PRAGMA ignore_check_constraints = ON")
            self.assertEqual(1, database.execute(statement, parameters).rowcount)
            database.commit()
            database.close()
            code, verdict = self.check(path)
        broken = [row for equation in verdict["equations"] for row in equation["broken"]]
        self.assertEqual(1, code, statement)
        self.assertFalse(verdict["ok"])
        return broken

    def test_a_real_shop_is_sound(self):
        code, verdict = self.check(self.sound)
        self.assertEqual(0, code, verdict)
        self.assertTrue(verdict["ok"])
        for table in TABLES:
            self.assertTrue(self.rows[table], f"{table} has no row to break")

    def test_every_deleted_row_is_named(self):
        for table in TABLES:
            for row in self.rows[table]:
                with self.subTest(table=table, row=row):
                    broken = self.check_after(f"DELETE FROM {table} WHERE {row['where_']}",
                                              row["values_"])
                    expected_table, key = named_after_deletion(table, row)
                    named = [r["key"] for r in broken if r["table"] == expected_table]
                    self.assertTrue(any(key in one for one in named), broken)

    def test_every_altered_column_of_an_equation_is_named(self):
        for table, column, value, which, named_by in ALTERATIONS:
            database = sqlite3.connect(self.sound)
            rows = rows_of(database, table, which)
            database.close()
            self.assertTrue(rows, f"{table} has no row where {which}")
            for row in rows:
                with self.subTest(table=table, column=column, value=value, row=row):
                    broken = self.check_after(
                        f"UPDATE {table} SET {column} = {value} WHERE {row['where_']}",
                        row["values_"])
                    self.assertTrue(broken)
                    if named_by:
                        self.assertTrue(any(row[named_by] in r["key"] for r in broken), broken)


class CheckComparesTheGate(unittest.TestCase):
    # An order taken out of the record without a trace: only the gate still knows of it.
    UNDO = [
        "UPDATE pools SET sold = sold - 1"
        " WHERE id = (SELECT sale_id FROM order_lines WHERE order_id = ?)",
        "UPDATE sale_buyers SET quantity = quantity - 1"
        " WHERE user_id = (SELECT user_id FROM orders WHERE id = ?)",
        "UPDATE outbox_relay SET published = published - (SELECT events FROM orders WHERE id = ?)",
        "DELETE FROM order_lines WHERE order_id = ?",
        "DELETE FROM deliveries WHERE order_id = ?",
        "DELETE FROM purchase_keys WHERE order_id = ?",
        "DELETE FROM orders WHERE id = ?",
    ]

    @unittest.skipIf("MARKET_TEST_DATABASE_URL" in os.environ, "alters the rows of a SQLite file")
    def test_a_gate_that_drifted_is_named_and_repaired(self):
        with Server(env={"MARKET_HTTP_REQUEST_DEADLINE_MS": "500"}) as shop:
            sale = shop.make_sale(units=10)
            placed = shop.order(shop.buyers(1)[0], sale["id"])
            self.assertEqual(201, placed.status)
            shop.assert_sound()
            database = sqlite3.connect(shop.data_dir / "market.db", timeout=10)
            eventually(lambda: database.execute("SELECT COUNT(*) FROM outbox").fetchone()[0] == 0)
            for statement in self.UNDO:
                database.execute(statement, (uuid.UUID(placed.body["id"]).bytes,))
            database.commit()
            database.close()

            verdict = shop.check()
            self.assertFalse(verdict["ok"])
            broken = [row for one in verdict["equations"] for row in one["broken"]]
            self.assertEqual({"gate"}, {row["table"] for row in broken}, broken)
            self.assertTrue(any(sale["id"] in row["key"] for row in broken))

            repaired = shop.market("check", "--repair")
            self.assertEqual(0, repaired.returncode, repaired.stdout + repaired.stderr)
            shop.assert_sound()

    def test_without_a_server_there_is_no_gate_to_compare(self):
        with Server() as shop:
            shop.make_sale(units=1)
            shop.kill()
            done = shop.market("check")
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            self.assertIn("no server", done.stdout)


if __name__ == "__main__":
    unittest.main()
