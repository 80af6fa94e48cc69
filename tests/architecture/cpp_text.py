"""Just enough of C++ to tell code, comments and string literals apart."""

import re

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""  # comments
    r'''|R"(?P<mark>\w*)\((?P<raw>.*?)\)(?P=mark)"'''  # raw strings
    r'''|"(?P<plain>(?:\\.|[^"\\\n])*)"'''  # strings
    r"""|'(?:\\[^'\n]{1,6}|[^'\\\n])'""",  # characters; 1'000 is none
    re.S)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def blank(text, keep_strings=False):
    """The text with comments (and strings) as spaces, so that positions stay."""
    def spaces(match):
        whole = match.group()
        if keep_strings and not whole.startswith("/"):
            return whole
        return re.sub(r"[^\n]", " ", whole)

    return TOKEN.sub(spaces, text)


def literals(text):
    """(line, contents, what stands before it) of each string literal; neighbours are joined."""
    joined = []
    end_of_last = None
    for match in TOKEN.finditer(text):
        whole = match.group()
        if whole.startswith(("//", "/*", "'")):
            continue
        contents = match["raw"] if match["raw"] is not None else match["plain"]
        between = text[end_of_last:match.start()] if end_of_last is not None else "x"
        if not blank(between).strip():
            line, start, before = joined.pop()
            joined.append((line, start + contents, before))
        else:
            joined.append((line_of(text, match.start()), contents, text[:match.start()][-40:]))
        end_of_last = match.end()
    return joined


def end_of_brackets(code, start):
    """Behind the bracket that closes the one at `start`."""
    depth = 0
    for end in range(start, len(code)):
        depth += (code[end] in "([{") - (code[end] in ")]}")
        if depth == 0:
            return end + 1
    return len(code)


def awaited(text):
    """(line, code) of each co_await expression, to the end of what encloses it."""
    code = blank(text)
    for match in re.finditer(r"\bco_await\b", code):
        depth = 0
        end = match.end()
        while end < len(code):
            char = code[end]
            if char in "([{":
                depth += 1
            elif char in ")]}":
                depth -= 1
                if depth < 0:
                    break
            elif char == ";" and depth == 0:
                break
            end += 1
        yield line_of(code, match.start()), code[match.end():end]
