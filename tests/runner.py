"""Runs the parts of scripts/test that are built by now and counts what they say.

runner.py [PART...]   architecture, suites, races, e2e (default: all of these), other-debian

The last line is `N passed, N failed`, with `, N skipped` when a test could not run. A test says
that with a line `skipped, because ...`; with CI=true it is a failure.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
from xml.etree import ElementTree

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
# Those whose tests run many threads against one object.
RACES = ("stock_suite", "order_suite", "redis_suite")
# Suites that are useful without servers.
OTHER_DEBIAN = ("base_suite", "db_suite", "redis_suite", "http_suite")
MINUTES_MAX = 15  # of one program
SKIPPED = re.compile(r"skipped, because[^\n<]*")


class Tally:
    def __init__(self):
        self.passed, self.failures, self.skips = 0, [], []

    def add(self, passed, failures, skips):
        self.passed += passed
        self.failures += failures
        self.skips += skips

    def finish(self, strict):
        for name in self.failures:
            print(f"FAILED {name}")
        for line in self.skips:
            print(f"SKIPPED {line}")
        unexpected = len(self.skips) if strict else 0
        skipped = f", {len(self.skips)} skipped" if self.skips else ""
        if unexpected:
            print("a skip is a failure here: CI=true")
        print(f"{self.passed} passed, {len(self.failures)} failed{skipped}", flush=True)
        return 1 if self.failures or unexpected or not self.passed else 0


def run(command, env=None, cwd=ROOT):
    """(exit status or None after MINUTES_MAX, stdout, stderr)."""
    try:
        done = subprocess.run([str(c) for c in command], cwd=cwd, env=os.environ | (env or {}),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=MINUTES_MAX * 60, check=False)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        texts = [t.decode(errors="replace") if isinstance(t, bytes) else t or ""
                 for t in (late.stdout, late.stderr)]
        return None, *texts


def run_suite(program, env=None, within=()):
    """One Catch2 program: (passed, failures, skips). With a command `within` it runs in a root
    without servers, so tests that need one are not counted as skipped."""
    status, out, err = run([*within, program, "-r", "xml", "-d", "yes"], env)
    name = program.name
    skips = [] if within else [f"{name}: {line}" for line in SKIPPED.findall(out + err)]
    try:
        cases = list(ElementTree.fromstring(out).iter("TestCase"))
    except ElementTree.ParseError:
        cases = []  # it died in the middle
    bad = [c for c in cases if c.find("OverallResult").get("success") != "true"]
    failures = [f"{name}: {case.get('name')}" for case in bad]
    if status != 0 and not failures:
        how = f"no end within {MINUTES_MAX} minutes" if status is None else f"exit {status}"
        failures = [f"{name}: {how}, {len(cases)} test cases told"]
    if failures:
        print(out[-20_000:] if not cases else report(bad))
        print(err[-20_000:], flush=True)
    passed = len(cases) - len(bad)
    # Skipped test cases are among those that Catch2 calls passed.
    return max(0, passed - len(skips)), failures, skips


def report(cases):
    """What a person wants to read of failed test cases."""
    lines = []
    for case in cases:
        lines.append(f"--- {case.get('name')} ({case.get('filename')}:{case.get('line')})")
        for at in case.iter():
            if at.tag == "Expression" and at.get("success") == "false":
                original = (at.findtext("Original") or "").strip()
                expanded = (at.findtext("Expanded") or "").strip()
                lines.append(f"    {at.get('filename')}:{at.get('line')}: {original}")
                lines.append(f"        {expanded}")
                lines += [f"        {(x.text or '').strip()}" for x in at.findall("Exception")]
            elif at.tag in ("Info", "Warning", "Failure", "FatalErrorCondition"):
                lines.append(f"    {at.tag}: {(at.text or '').strip()}")
    return "\n".join(lines)


def run_unittest(path, env=None):
    """One file of unittest: (passed, failures, skips)."""
    status, out, err = run([sys.executable, "-m", "unittest", "-v", path.stem], env, path.parent)
    ran = re.search(r"^Ran (\d+) tests? in", err, re.M)
    failures = [f"{path.name}: {name}" for name in
                dict.fromkeys(re.findall(r"^(?:FAIL|ERROR): ([^\[\n]+)", err, re.M))]
    skips = [f"{path.name}: {line}" for line in SKIPPED.findall(err)]
    if status != 0 and not failures:
        failures = [f"{path.name}: exit {status}"]
    for line in re.findall(r"^seed .*", out, re.M):
        print(f"   {path.stem}: {line}")
    if failures:
        print(out[-10_000:] + err[-20_000:], flush=True)
    return max(0, (int(ran[1]) if ran else 0) - len(failures) - len(skips)), failures, skips


def suites_of(build):
    """The Catch2 programs that CMake registered."""
    told = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, capture_output=True,
                          text=True, check=True)
    return [pathlib.Path(test["command"][0]) for test in json.loads(told.stdout)["tests"]]


def run_format_check():
    """scripts/format --check: one test a tree."""
    status, out, err = run([ROOT / "scripts/format", "--check"])
    lines = out.splitlines() or ["no word"]
    if status == 0:
        return 1, [], []
    if status == 3:
        return 0, [], [f"format: skipped, because {lines[-1]}"]
    if status == 1:
        return 0, [f"format: {line} (scripts/format mends it)" for line in lines], []
    print(err[-20_000:], flush=True)
    return 0, [f"format: exit {status}"], []


def part_architecture():
    yield "rules", lambda: run_unittest(TESTS / "architecture/test_architecture.py")
    yield "format", run_format_check


def part_suites():
    for program in suites_of(ROOT / "build/asan"):
        yield program.name, lambda program=program: run_suite(program)


def part_races():
    for name in RACES:
        # Ten times slower, and the model is one thread's.
        env = {"MARKET_TEST_SEQUENCES": "50"}
        yield name, lambda name=name, env=env: run_suite(ROOT / "build/tsan" / name, env)


def part_e2e():
    env = {"MARKET_BINARY": str(ROOT / "build/release/market"),
           "MARKET_KILL_BINARY": str(ROOT / "build/asan/market")}
    for path in sorted((TESTS / "e2e").glob("test_*.py")):
        yield path.stem, lambda path=path: run_unittest(path, env)


def part_other_debian():
    root = os.environ.get("MARKET_TEST_OTHER_DEBIAN")
    if not root:
        why = os.environ.get("MARKET_TEST_NO_OTHER_DEBIAN", "scripts/test did not make it")
        yield "all", lambda: (0, [], [f"other-debian: skipped, because {why}"])
        return
    within = (ROOT / "scripts/other-debian", "run", root)
    for name in OTHER_DEBIAN:
        program = pathlib.Path("build/dev", name)
        yield name, lambda program=program: run_suite(program, within=within)


DEFAULT_PARTS = {"architecture": part_architecture, "suites": part_suites, "races": part_races,
                 "e2e": part_e2e}
PARTS = DEFAULT_PARTS | {"other-debian": part_other_debian}


def main(chosen):
    tally = Tally()
    started = time.monotonic()
    for part in chosen or DEFAULT_PARTS:
        print(f"== {part}", flush=True)
        for name, step in PARTS[part]():
            began = time.monotonic()
            passed, failures, skips = step()
            tally.add(passed, failures, skips)
            verdict = f"{passed} passed" + (f", {len(failures)} FAILED" if failures else "")
            print(f"   {name}: {verdict} in {time.monotonic() - began:.1f} s", flush=True)
    print(f"tested in {time.monotonic() - started:.0f} s")
    return tally.finish(strict=os.environ.get("CI") == "true")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
