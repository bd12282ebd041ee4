"""Which paths a reading command may not open unasked: secrets, and folders nobody knows.

What matches is what a word is certain or able to name: globs, braces and variables inside of a
path count as anything that they could become. A word of which nothing is certain (`"$file"`,
`*`) names nothing here, nor do names that come from another program's output.
"""

from __future__ import annotations

import importlib.resources
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from runtime.yaml_files import parse_yaml
from tools.bash.policy.words import Word

# Wildcards inside a path, as characters that no text can hold (control characters are refused).
# SOME and ONE are the shell's `*` and `?`, PART is a variable's value, ANY crosses folders.
SOME, ONE, PART, ANY, BRACE = "\x01", "\x02", "\x03", "\x04", "\x05"
LONG = SOME + PART + ANY
WILD = frozenset(LONG + ONE)
MOST = 400
MOST_PARTS = 16
_ANY_WILD = re.compile(f"[{LONG}{ONE}]")
_BRACE = re.compile(f"{BRACE}([^{BRACE}}}]*)}}")
_INSIDE = re.compile(r"(?:(?<=[=:,@<>\"'(\s])|(?<=^-[A-Za-z]))[/~][^\s\"'();|&]*")


@dataclass(frozen=True)
class Secret:
    """Paths that hold something secret. `paths` are patterns in which the wildcards stand."""

    paths: tuple[str, ...]
    unless: re.Pattern[str]
    why: str
    should_match: tuple[str, ...]
    should_not_match: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """The table `places.yaml`. `all` matches every secret path that holds no wildcard."""

    roots: frozenset[str]
    secrets: tuple[Secret, ...]
    all: re.Pattern[str]


@cache
def places() -> Places:
    """Return the table, read once from the package's data file."""
    file = importlib.resources.files("tools.bash.policy").joinpath("places.yaml")
    data = parse_yaml(file.read_text("utf-8"))
    secrets = tuple(
        Secret(
            tuple(_wild(path) for path in row["paths"].split()),
            _regex(_wild(path) for path in row.get("unless", "").split()),
            row["why"],
            tuple(row["should_match"]),
            tuple(row["should_not_match"]),
        )
        for row in data["secrets"]
    )
    every = _regex(path for secret in secrets for path in secret.paths)
    return Places(frozenset(data["roots"].split()), secrets, every)


def _wild(path: str) -> str:
    return path.replace("**", ANY).replace("*", PART)


def _regex(paths: Iterable[str]) -> re.Pattern[str]:
    signs = {SOME: "[^/]*", ONE: "[^/]", PART: "[^/]*", ANY: ".*"}
    parts = ["".join(signs.get(char) or re.escape(char) for char in path) for path in paths]
    return re.compile("|".join(parts) or r"(?!)", re.DOTALL)


def secret(word: Word, folders: Iterable[str], *, named: bool = True) -> str | None:
    """Return why what a word names is secret, None where it is not known to be.

    `folders` are those that a relative path may start from. `named`: the word is sure to be a
    path; otherwise it counts only where it looks like one, alone or after `=`, `:` and the like.
    """
    for text in _patterns(word):
        if "/" not in text and "~" not in text and not named:
            continue
        if not text.strip(PART + "."):
            continue  # nothing of it is certain
        if len(text) > MOST:
            return "is too long to be looked at"
        for path in [text, *_INSIDE.findall(text)]:
            for folder in folders if path[:1] not in ("/", "~") else ("",):
                if why := _why(_normal(posixpath.join(folder, path))):
                    return why
    return None


def may_name(word: Word, path: str) -> bool:
    """Return whether a glob or a brace in `word` may stand for just this absolute path."""
    if not {piece.kind for piece in word.pieces} & {"glob", "brace"}:
        return False
    texts = (text for text in _patterns(word) if text.startswith("/"))
    return any(_regex([_normal(text)]).fullmatch(path) is not None for text in texts)


def unknown(word: Word) -> str | None:
    """Return the top-level folder of an absolute path of which nothing is known."""
    if not word.prefix.startswith("/"):
        return None
    for text in _patterns(word):
        top = "/" + _normal(text).lstrip("/").split("/")[0]
        if text.startswith("/") and top not in ("/", *places().roots) and not set(top) & WILD:
            return top
    return None


def _patterns(word: Word) -> list[str]:
    """Return a word's text with wildcards for what is not certain, one for each brace's part."""
    if word.text is not None:
        return [word.text]
    text = ""
    for position, piece in enumerate(word.pieces):
        if piece.kind in ("text", "tilde"):
            text += piece.text
        elif piece.kind == "variable" and position == 0 and piece.text == "$HOME":
            text += "~"
        elif piece.kind == "glob":
            text += {"*": SOME, "?": ONE}.get(piece.text, ANY)
        else:
            text += {"brace": BRACE, "opaque": ANY}.get(piece.kind, PART)
        if text.endswith(ANY):
            break
    return _without_braces(text)


def _without_braces(text: str) -> list[str]:
    done: list[str] = []
    todo = [text]
    while todo:
        text = todo.pop()
        match = _BRACE.search(text)
        if match is None:
            done.append(text.replace(BRACE, ANY))
        elif len(done) + len(todo) > MOST_PARTS:
            return [text[: text.index(BRACE)] + ANY]
        else:
            parts = match[1].split(",") if "," in match[1] else [SOME]
            todo += [text[: match.start()] + part + text[match.end() :] for part in parts]
    return done


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "/" + normal.lstrip("/") if normal.startswith("/") else normal


@lru_cache(maxsize=1024)
def _why(path: str) -> str | None:
    table = places()
    if not path.strip("".join(WILD) + "/."):
        return None
    if not set(path) & WILD and not table.all.fullmatch(path):
        return None
    for row in table.secrets:
        if row.unless.fullmatch(path):
            continue
        if any(_meet(path, pattern) for pattern in row.paths):
            return row.why
    return None


def _meet(path: str, pattern: str) -> bool:
    """Return whether some path matches both, and a letter of the path stands in the pattern."""
    (start, end), (other_start, other_end) = _plain_ends(path), _plain_ends(pattern)
    if not (start.startswith(other_start) or other_start.startswith(start)):
        return False
    if not (end.endswith(other_end) or other_end.endswith(end)):
        return False
    reached = {(0, 0, False)}
    todo = [(0, 0, False)]
    while todo:
        i, j, sure = todo.pop()
        if i == len(path) and j == len(pattern) and sure:
            return True
        for following in _steps(path, pattern, i, j, sure):
            if following not in reached:
                reached.add(following)
                todo.append(following)
    return False


@lru_cache(maxsize=512)
def _plain_ends(pattern: str) -> tuple[str, str]:
    """Return what stands before the first and after the last wildcard."""
    parts = _ANY_WILD.split(pattern)
    return parts[0], parts[-1]


def _steps(path: str, pattern: str, i: int, j: int, sure: bool) -> Iterator[tuple[int, int, bool]]:
    left, right = path[i : i + 1], pattern[j : j + 1]
    if left and left in LONG:
        yield i + 1, j, sure
    if right and right in LONG:
        yield i, j + 1, sure
    if not left or not right or not _fits(left, right):
        return
    # The shell's `*` and `?` leave out names that start with a dot.
    if right == "." and left in (SOME, ONE) and _starts(path, i):
        return
    certain = sure or (left == right and left not in WILD and left not in "/.")
    yield (i if left in LONG else i + 1, j if right in LONG else j + 1, certain)


def _starts(path: str, at: int) -> bool:
    return at == 0 or path[at - 1] == "/"


def _fits(left: str, right: str) -> bool:
    """Return whether one character may stand for both."""
    if ANY in (left, right):
        return True
    if left in WILD or right in WILD:
        return "/" not in (left, right)
    return left == right
