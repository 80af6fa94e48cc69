#!/usr/bin/env python3
"""check.py [--headers] ROOT: the rules of the house that the compiler does not enforce.

Prints one line a violation and exits 1 when there is any. `--headers` also compiles every public
header alone, seeing only what its module may see.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import cpp_text
import documents

TOP_LEVEL = {"CMakeLists.txt", "src", "include", "migrations", "config", "tests", "scripts",
             "Dockerfile", "README.md"}
DIALECTS = ("sqlite", "mysql")
# The first two digits of a migration say whose table it makes.
OWNERS = {"00": "db", "01": "user", "02": "stock", "03": "catalog", "04": "order", "05": "outbox"}
# A driver's headers, and the modules whose private files may include them.
DRIVERS = {
    r"soci/|mysql|mariadb|sqlite3\.h": {"db"},
    r"hiredis/": {"redis"},
    r"librdkafka/": {"outbox"},
    r"prometheus/": {"app"},
    r"boost/beast": {"http", "app"},
    r"unicode/": {"catalog"},
}
SQL_WORD = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|REPLACE|FROM|JOIN|INTO|WHERE|VALUES)\b")
SQL_WRITE = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|TRUNCATE)\b")
LAMBDA = re.compile(r"(?<![\w\])>])\s*\[(?!\[)[^\[\]]*\]\s*(\(|\{|mutable\b|->)")


class House:
    """A tree of sources and what its modules.cmake says of it."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        law = self.read(self.root / "src/modules.cmake")
        self.modules = re.search(r"set\(MARKET_MODULES([^)]*)\)", law)[1].split()
        self.edges = {name: set(to.split())
                      for name, to in re.findall(r"set\(MARKET_EDGES_(\w+)([^)]*)\)", law)}

    @staticmethod
    def read(path):
        return path.read_text(encoding="utf-8")

    def files(self, *folders, suffixes=(".cpp", ".hpp")):
        for folder in folders:
            for path in sorted((self.root / folder).rglob("*")):
                inside = path.relative_to(self.root)
                if inside.parts[:3] == documents.FIXTURES:
                    continue
                if path.suffix in suffixes and path.is_file():
                    yield inside, self.read(path)

    def module_files(self, module):
        return self.files(f"src/{module}", f"include/market/{module}")


INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def includes(text):
    """(line, form, name) of each include."""
    code = cpp_text.blank(text, keep_strings=True)
    return [(cpp_text.line_of(code, m.start(2)), m[1], m[2]) for m in INCLUDE.finditer(code)]


def no_include_leaves_its_folder(house):
    for path, text in house.files("src", "include", "tests"):
        for line, _, name in includes(text):
            if name.startswith("..") or "/../" in name:
                yield f"{path}:{line}: includes {name}: an include never goes up"


def modules_include_along_edges(house):
    for module in house.modules:
        used = set()
        for path, text in house.module_files(module):
            for line, _, name in includes(text):
                if not name.startswith("market/"):
                    continue
                other = name.split("/")[1]
                if other == module:
                    continue
                used.add(other)
                if other not in house.edges.get(module, set()):
                    yield f"{path}:{line}: {module} may not include {other} (src/modules.cmake)"
        for stale in sorted(house.edges.get(module, set()) - used):
            yield f"src/modules.cmake: the edge {module} -> {stale} is stale: nothing includes it"


def edges_have_no_cycle(house):
    seen = set()
    for module in house.modules:  # listed lowest first
        for other in sorted(house.edges.get(module, set()) - seen):
            yield f"src/modules.cmake: {module} -> {other}, which is not listed before it"
        seen.add(module)


def reached_from(start, to):
    seen, ahead = set(), [start]
    while ahead:
        at = ahead.pop()
        if at not in seen:
            seen.add(at)
            ahead += to.get(at, {})
    return seen


def folders_of_a_module_have_no_cycle(house):
    """Includes between the folders of one module lead one way."""
    for module in house.modules:
        to = {}  # folder -> {folder it includes: the first place that does}
        for path, text in house.files(f"src/{module}"):
            parts = path.relative_to(f"src/{module}").parts
            for line, form, name in includes(text):
                other = name.split("/")[0]
                if form == '"' and len(parts) > 1 and "/" in name and other != parts[0]:
                    to.setdefault(parts[0], {}).setdefault(other, f"{path}:{line}")
        for start in sorted(to):
            for other in sorted(to[start]):
                if start in reached_from(other, to):
                    yield (f"{to[start][other]}: {module}/{start} includes {other}, "
                           f"which leads back to {start}")


def tables(house):
    """Table name -> the module that owns it."""
    owned = {}
    for path, text in house.files("migrations", suffixes=(".sql",)):
        for name in re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", text):
            owned[name] = OWNERS.get(path.name[:2])
    return owned


def tables_are_touched_by_their_owner(house):
    owned = tables(house)
    if not owned:
        return
    any_table = re.compile(r"\b(" + "|".join(sorted(owned)) + r")\b")
    for module in house.modules:
        for path, text in house.module_files(module):
            prover = module == "proof"
            for line, contents, before in cpp_text.literals(text):
                is_sql = SQL_WORD.search(contents) or re.search(r"\braw\s*[({]\s*$", before)
                if not is_sql:
                    continue
                foreign = {t for t in any_table.findall(contents) if owned[t] != module}
                if foreign and prover and SQL_WRITE.search(contents):
                    yield f"{path}:{line}: the proof only reads: {', '.join(sorted(foreign))}"
                elif not prover:
                    for table in sorted(foreign):
                        yield (f"{path}:{line}: {table} is a table of {owned[table]}, "
                               f"not of {module}")


def drivers_stay_private(house):
    for path, text in house.files("include"):
        for line, _, name in includes(text):
            if any(re.match(driver, name) for driver in DRIVERS):
                yield f"{path}:{line}: {name}: no driver in a public header"
    for module in house.modules:
        for path, text in house.files(f"src/{module}"):
            for line, _, name in includes(text):
                for driver, allowed in DRIVERS.items():
                    if re.match(driver, name) and module not in allowed:
                        yield f"{path}:{line}: {name} is for {', '.join(sorted(allowed))} alone"


def sources_are_listed_by_name(house):
    cmake = [*house.files(".", suffixes=(".cmake",))]
    top = house.root / "CMakeLists.txt"
    if top.exists():
        cmake.append((pathlib.Path("CMakeLists.txt"), house.read(top)))
    for path, text in cmake:
        if path.parts[0].startswith((".", "build")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\bGLOB(_RECURSE)?\b", line.split("#")[0]):
                yield f"{path}:{number}: sources are listed by name, never by GLOB"
    for module in house.modules:
        listing = house.root / "src" / module / "sources.cmake"
        listed = set(re.findall(r"[\w/]+\.cpp", house.read(listing))) if listing.exists() else set()
        for path, _ in house.files(f"src/{module}", suffixes=(".cpp",)):
            name = path.relative_to(f"src/{module}").as_posix()
            if listing.exists() and not {name, path.as_posix()} & listed and name != "pch.cpp":
                yield f"{path}: not listed in src/{module}/sources.cmake"


def the_top_level_is_fixed(house):
    ignore = house.root / ".gitignore"
    lines = house.read(ignore).splitlines() if ignore.exists() else []
    ignored = {line.strip("/ ") for line in lines}
    for entry in sorted(os.listdir(house.root)):
        if not entry.startswith(".") and entry not in TOP_LEVEL | ignored:
            yield f"{entry}: not of the fixed top level"


def awaits_hold_no_lambda(house):
    for path, text in house.files("src", "include", "tests"):
        for line, code in cpp_text.awaited(text):
            if LAMBDA.search(code):
                yield (f"{path}:{line}: a lambda inside a co_await expression: "
                       "GCC 12 destroys it twice; name it first")


def migrations_come_in_both_dialects(house):
    folder = house.root / "migrations"
    if not folder.exists():
        return
    names = {dialect: {p.name for p in (folder / dialect).glob("*")} for dialect in DIALECTS}
    for dialect, other in (DIALECTS, DIALECTS[::-1]):
        for name in sorted(names[dialect] - names[other]):
            yield f"migrations/{dialect}/{name}: missing in migrations/{other}"
    for path, text in house.files("migrations", suffixes=(".sql",)):
        if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", path.name) or path.name[:2] not in OWNERS:
            yield f"{path}: named NNNN_what.sql, NN one of {' '.join(sorted(OWNERS))}"
        code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", text)
        if len([part for part in code.split(";") if part.strip()]) != 1:
            yield f"{path}: one statement a file, so that a crash stops between two"
    embedded = house.root / "src/db/migrations.cmake"
    if embedded.exists():
        listed = set(re.findall(r"\d{4}_\w+", house.read(embedded)))
        for name in sorted(names["sqlite"]):
            if name.removesuffix(".sql") not in listed:
                yield f"migrations/sqlite/{name}: not listed in src/db/migrations.cmake"
    for dialect in DIALECTS:
        numbers = sorted(name[:4] for name in names[dialect])
        for number in sorted({n for n in numbers if numbers.count(n) > 1}):
            yield f"migrations/{dialect}: two files are numbered {number}"


RULES = [
    no_include_leaves_its_folder, modules_include_along_edges, edges_have_no_cycle,
    folders_of_a_module_have_no_cycle,
    tables_are_touched_by_their_owner, drivers_stay_private, sources_are_listed_by_name,
    the_top_level_is_fixed, awaits_hold_no_lambda, migrations_come_in_both_dialects,
    *documents.RULES,
]


def public_headers_stand_alone(house):
    """Compiles each with its module's view: its own headers and those along its edges."""
    with tempfile.TemporaryDirectory() as views:
        for module in house.modules:
            os.makedirs(f"{views}/{module}/market")
            os.symlink((house.root / "include/market" / module).resolve(),
                       f"{views}/{module}/market/{module}")

        def compile_alone(header):
            module, name = header.parts[2], "/".join(header.parts[1:])
            seen = [module, *sorted(house.edges.get(module, set()))]
            done = subprocess.run(
                ["g++", "-std=c++20", "-fsyntax-only", "-DBOOST_ASIO_SEPARATE_COMPILATION",
                 "-x", "c++", *[f"-I{views}/{m}" for m in seen], "-"],
                env=os.environ | {"LC_ALL": "C"}, input=f"#include <{name}>\n",
                capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return None
            first = next((l for l in done.stderr.splitlines() if "error" in l), done.stderr[:300])
            return f"{header}: does not compile alone: {first.replace(views + '/', '')}"

        headers = [path for path, _ in house.files("include", suffixes=(".hpp",))]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from filter(None, pool.map(compile_alone, headers))


def violations(root, headers=False):
    house = House(root)
    rules = RULES + ([public_headers_stand_alone] if headers else [])
    return [message for rule in rules for message in rule(house)]


def main(arguments):
    headers = "--headers" in arguments
    roots = [a for a in arguments if not a.startswith("--")]
    if len(roots) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    found = violations(roots[0], headers)
    for message in found:
        print(message)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
