"""The rules of check.py about what the documents say of the code, and the code of the documents."""

import re

import cpp_text

FIXTURES = ("tests", "architecture", "fixtures")
README_LINES_MAX = 40
# The documents that comments cite, by a section's number and perhaps the title of a part of it.
CITED = {"DESIGN.md": "src/DESIGN.md", "API.md": "src/http/API.md"}
CITATION = re.compile(rf'\b({"|".join(map(re.escape, CITED))})[\s/#*]+(\d+)(?:,[\s/#*]*"([^"]+)")?')
UNNUMBERED = re.compile(r"\bDESIGN(?=:| \d)")
HEADING = re.compile(r"^(##+) (?:(\d+)\. )?(.+)$", re.M)
# What stands in back-ticks and is the name of a file, with a function of it or without.
NAMED_FILE = re.compile(
    r"`((?:[\w.-]+/)*[\w.-]+\.(?:cpp|hpp|in|cmake|md|sql|py|sh|toml|yaml|json|html))(?::(\w+))?`")
NAMED_FOLDER = re.compile(r"`((?:[\w.-]+/)+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def citing_files(house):
    """(path, text) of whatever may cite a document."""
    for folder in ("src", "include", "tests", "scripts", "config"):
        for path in sorted((house.root / folder).rglob("*")):
            inside = path.relative_to(house.root)
            if path.is_file() and inside.parts[:3] != FIXTURES and path.suffix != ".pyc":
                yield inside, house.read(path)
    if (house.root / "README.md").exists():
        yield "README.md", house.read(house.root / "README.md")


def sections_of(text):
    """Number of a section -> the titles in it, its own first."""
    sections, titles = {}, []
    for level, number, title in HEADING.findall(without_listings(text)):
        if level == "##":
            titles = sections.setdefault(number, [])
        titles.append(title)
    return sections


def citations_name_a_section(house):
    documents = {}
    for name, at in CITED.items():
        path = house.root / at
        documents[name] = sections_of(house.read(path)) if path.exists() else None
    for path, text in citing_files(house):
        for match in CITATION.finditer(text):
            name, number, title = match.groups()
            here = f"{path}:{cpp_text.line_of(text, match.start())}: cites {name} {number}"
            sections = documents[name]
            if sections is None:
                yield f"{here}, and there is no {CITED[name]}"
            elif number not in sections:
                yield f"{here}, which {CITED[name]} does not have"
            elif title and " ".join(re.sub(r"[/#*]", " ", title).split()) not in sections[number]:
                yield f'{here}, which has no part "{title}"'
        for match in UNNUMBERED.finditer(text):
            yield (f"{path}:{cpp_text.line_of(text, match.start())}: "
                   "the design is cited as DESIGN.md and the number of a section")


def without_listings(text):
    """The text with what stands between ``` as empty lines, so that lines stay."""
    return re.sub(r"^```.*?^```", lambda m: "\n" * m.group().count("\n"), text, flags=re.M | re.S)


def describing_documents(house):
    """(path, text) of the documents that describe the sources."""
    paths = [house.root / "README.md", *sorted((house.root / "src").glob("*.md")),
             *sorted((house.root / "src").glob("*/*.md"))]
    for path in paths:
        if path.exists():
            yield path, without_listings(house.read(path))


def find_named(house, document, name):
    """The file or folder that a document means: named from the top, from src, from the public
    headers, or from the document's own folder; a bare name anywhere below that."""
    bases = [house.root, house.root / "src", house.root / "include/market", document.parent]
    places = [base / name for base in bases]
    if "/" not in name:
        own = document.parent
        below = [own] if own == house.root else [own, house.root / "include/market" / own.name]
        places += [place for folder in below for place in sorted(folder.rglob(name))]
    return next((place for place in places if place.exists()), None)


def defines_function(text, name):
    """Is there a `name(...) ... {`? Behind the brackets of a call stands no body."""
    code = cpp_text.blank(text)
    for match in re.finditer(rf"\b{name}\s*(?=\()", code):
        behind = code[cpp_text.end_of_brackets(code, match.end()):]
        if re.match(r"(\s|const\b|noexcept\b|override\b|final\b|->[^;{}]*|:[^;{}]*)*\{", behind):
            return True
    return False


def named_files_and_functions_exist(house):
    for document, text in describing_documents(house):
        path = document.relative_to(house.root)
        for match in NAMED_FILE.finditer(text):
            here = f"{path}:{cpp_text.line_of(text, match.start())}"
            name, function = match.groups()
            found = find_named(house, document, name)
            if found is None:
                yield f"{here}: there is no file {name}"
            elif function and not defines_function(house.read(found), function):
                yield f"{here}: {name} has no function {function}"
        for match in NAMED_FOLDER.finditer(text):
            if find_named(house, document, match[1]) is None:
                yield (f"{path}:{cpp_text.line_of(text, match.start())}: "
                       f"there is no folder {match[1]}")


def links_lead_somewhere(house):
    for document, text in describing_documents(house):
        for match in LINK.finditer(text):
            if "://" not in match[1] and not (document.parent / match[1]).exists():
                yield (f"{document.relative_to(house.root)}:"
                       f"{cpp_text.line_of(text, match.start())}: a link to {match[1]}, "
                       "which is not there")


def modules_introduce_themselves(house):
    for module in house.modules:
        path = house.root / "src" / module / "README.md"
        lines = house.read(path).splitlines() if path.exists() else []
        if not any(line.strip() for line in lines):
            yield f"src/{module}: no README.md that says what it is for"
        if len(lines) > README_LINES_MAX:
            yield f"src/{module}/README.md: {len(lines)} lines, more than {README_LINES_MAX}"


RULES = [citations_name_a_section, named_files_and_functions_exist, links_lead_somewhere,
         modules_introduce_themselves]
