"""The repository keeps the rules of check.py, and each rule goes red for a tree that breaks it.

A fixture is one text file: what check.py must say of it, line by line, up to the first `--- path`;
then the files of a tiny tree, in which each module that has no README.md gets one. `sound.tree`
begins with a remark and breaks nothing.
"""

import pathlib
import re
import tempfile
import unittest

import check

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def unpack(fixture, folder):
    """Writes the fixture's files; what it is expected to be accused of."""
    head, *files = re.split(r"^--- ", fixture.read_text(), flags=re.M)
    for file in files:
        name, contents = file.split("\n", 1)
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(contents)
    for module in check.House(folder).modules:
        path = pathlib.Path(folder, "src", module, "README.md")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(f"# {module}\n")
    return head.splitlines()


class Repository(unittest.TestCase):
    def test_keeps_every_rule(self):
        self.assertEqual([], check.violations(ROOT))

    def test_each_public_header_compiles_alone(self):
        self.assertEqual([], list(check.public_headers_stand_alone(check.House(ROOT))))


class Fixture(unittest.TestCase):
    """One test a file in fixtures/, made below."""

    def accused(self, name):
        with tempfile.TemporaryDirectory() as folder:
            expected = unpack(HERE / "fixtures" / f"{name}.tree", folder)
            return expected, check.violations(folder, headers=True)

    def test_a_sound_house_is_accused_of_nothing(self):
        self.assertEqual([], self.accused("sound")[1])


def red(name):
    def test(self):
        expected, found = self.accused(name)
        self.assertTrue(expected)
        self.assertEqual(sorted(expected), sorted(found))
    return test


for path in sorted(HERE.glob("fixtures/*.tree")):
    if path.stem != "sound":
        setattr(Fixture, f"test_red_for_{path.stem}", red(path.stem))

if __name__ == "__main__":
    unittest.main()
