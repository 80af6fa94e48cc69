"""The commands of the README's walk, taken from the page and run as they are printed."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import ROOT, Server, market_binary


def printed_walk():
    page = (ROOT / "README.md").read_text()
    return re.search(r"^## A walk\n.*?^```sh\n(.*?)^```", page, re.M | re.S)[1]


class Walk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.shop = Server(data_dir=self.folder / "market-data")
        self.shop.data_dir.mkdir()
        self.addCleanup(self.shop.kill)
        self.seeded = self.shop.market("seed", "demo")

    def test_does_what_the_page_says(self):
        self.assertEqual(0, self.seeded.returncode, self.seeded.stderr)
        self.shop.start()
        (self.folder / "build/release").mkdir(parents=True)
        (self.folder / "build/release/market").symlink_to(market_binary())
        script = printed_walk()
        self.assertIn("http://127.0.0.1:8080", script)
        script = script.replace("http://127.0.0.1:8080", self.shop.url)

        # MARKET_DATA_DIR is not needed by who follows the page: ./market-data is the default.
        env = {k: v for k, v in os.environ.items() if not k.startswith("MARKET_")}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

        heads = list(re.finditer(r"HTTP/1\.1 201 (.*?)\n\n", done.stdout, re.S))
        self.assertEqual(2, len(heads), done.stdout)
        first, second = [json_at(done.stdout, head.end()) for head in heads]
        self.assertEqual(first, second, "the replay has the same bytes")
        self.assertNotIn("idempotent-replayed", heads[0][1].lower())
        self.assertIn("idempotent-replayed: true", heads[1][1].lower())
        order = json.loads(first)
        self.assertEqual("confirmed", order["state"])
        self.assertIn(f'"id":"{order["id"]}"', done.stdout)
        self.assertIn('"state":"cancelled"', done.stdout)
        self.assertIn("ok", done.stdout.splitlines()[-1].lower(), "the proof ends the walk")
        self.shop.assert_sound()


def json_at(text, start):
    """The text of the JSON value that begins there."""
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


if __name__ == "__main__":
    unittest.main()
