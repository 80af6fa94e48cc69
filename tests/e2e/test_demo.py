"""The newcomer's minute keeps its promise each time."""

import json
import os
import subprocess
import tempfile
import unittest

from harness import market_binary

TIMES = 3


class Demo(unittest.TestCase):
    def demo(self, *flags):
        env = {k: v for k, v in os.environ.items() if not k.startswith("MARKET_")}
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([market_binary(), "demo", *flags], cwd=folder, env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=180)
            self.assertEqual([], os.listdir(folder), "its shop is elsewhere, and gone afterwards")
        return done

    def test_sells_exactly_100_of_100_to_2000_buyers(self):
        for _ in range(TIMES):
            done = self.demo("--json")
            self.assertEqual(0, done.returncode, done.stderr)
            told = json.loads(done.stdout)
            self.assertEqual(
                {"units", "buyers", "attempts", "sold", "refused", "errors", "orders_per_s",
                 "p50_ms", "p99_ms", "check"}, set(told))
            self.assertEqual((100, 2000, 100, 0),
                             (told["units"], told["buyers"], told["sold"], told["errors"]))
            self.assertEqual({"sold_out": told["attempts"] - 100}, told["refused"])
            self.assertIn(told["check"], (True, "ok"))

    def test_tells_it_in_a_table(self):
        done = self.demo("--units", "7", "--buyers", "50")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertRegex(done.stdout, r"sold\s+7\b")
        self.assertRegex(done.stdout, r"check\s+ok\b")


if __name__ == "__main__":
    unittest.main()
