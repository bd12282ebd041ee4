"""The conditions on files and folders, as tests of `find` and in words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import NamedTuple

from graphs.composing.reading import Piece, UnclearError

_BYTES = {"c": 1, "k": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_MINUTES = {"min": 1, "hour": 60, "hr": 60}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_SINCE = {"month": "%Y-%m-01", "year": "%Y-01-01"}
EXTENSIONS = frozenset(
    "log txt csv tsv json py md conf cfg ini yaml yml xml html htm css scss js ts jsx tsx jpg jpeg"
    " png gif svg webp bmp tif tiff heic pdf sh c h cpp hpp cc java php rb go rs tar gz tgz zip bz2"
    " xz 7z rar bak tmp swp mp3 mp4 wav flac ogg opus m4a mkv avi mov webm sql db sqlite doc docx"
    " xls xlsx ppt pptx odt ods odp rtf epub iso img deb rpm ipynb r rmd tex bib out err pid lock"
    " cr2 nef raw psd toml env properties crt pem key ics eml mbox dat bin parquet o so a class jar"
    " pyc vue lua pl tcl bat ps1 dump".split()
)
"""Words that name a kind of file by its ending."""
MEDIA = {
    "pictures": r".*\.\(jpe?g\|png\|gif\|webp\|bmp\|tiff?\|svg\|heic\)",
    "videos": r".*\.\(mp4\|mkv\|avi\|mov\|webm\|mpe?g\|wmv\|m4v\)",
    "scripts": r".*\.\(sh\|bash\|py\|pl\|rb\|awk\)",
    "configs": r".*\.\(conf\|cfg\|cnf\|ini\|ya?ml\|toml\|env\|properties\)",
    "music": r".*\.\(mp3\|flac\|ogg\|opus\|wav\|m4a\|aac\|midi?\)",
}
_RIGHTS = {
    "-o=w": "writable by everyone",
    "-o=r": "readable by everyone",
    "-g=w": "writable by their group",
    "-4000": "with the setuid bit",
    "-2000": "with the setgid bit",
}


NAMED = 1
"""Where tests of names stand."""


class Test(NamedTuple):
    """Words of a `find` command that hold for some files, and the same in plain words.

    `order` tells where it must stand: options first, what starts a program last.
    """

    find: str
    says: str
    order: int = 2


def test_of(piece: Piece, *, any_case: bool) -> Test | None:
    """Return the test that a piece of a request asks for; None where it asks for none.

    Raises:
        UnclearError: its values are not what they should be.
    """
    make = _TESTS.get(piece.part)
    if make is not None:
        return make(piece)
    named = _NAMED.get(piece.part)
    return named(piece, "i" if any_case else "") if named is not None else None


def _size(piece: Piece) -> Test:
    if piece.gives == "zero":
        if _bytes(piece.values[0]):
            raise UnclearError
        return Test("-empty", "empty")
    low, high = _bytes(piece.values[0], like=piece.values[-1]), _bytes(piece.values[-1])
    said = [value.removesuffix("c") for value in piece.values]
    if piece.gives == "between":
        if low >= high:
            raise UnclearError
        return Test(f"-size +{low - 1}c -size -{high + 1}c", f"from {said[0]} to {said[1]}")
    find = {
        "over": f"-size +{_short(piece.values[0], low)}",
        "under": f"-size -{low}c",
        "least": f"-size +{low - 1}c",
        "most": f"-size -{low + 1}c",
        "exactly": f"-size {low}c",
    }[piece.gives]
    words = {"least": "at least", "most": "at most"}.get(piece.gives, piece.gives)
    return Test(find, f"{words} {said[0]}")


def _short(value: str, size: int) -> str:
    """Return a size for `-size +`, which rounds up: whole units mean the same as bytes there."""
    return value if re.fullmatch(r"\d+[ckMG]", value) else f"{size}c"


def _bytes(value: str, like: str = "") -> int:
    """Return a size in bytes; a bare number has the unit of another, as in "1 to 5 MB"."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([ckMGT]?)", value)
    unit = (found[2] if found else "") or like[-1:]
    if found is None or unit not in _BYTES:
        raise UnclearError
    return int(float(found[1]) * _BYTES[unit])


def _span(piece: Piece, days: str, minutes: str, done: str) -> Test:
    """Return a test of how long ago something was done to a file."""
    says = "not {0} for {1}" if piece.gives == "over" else "{0} in the last {1}"
    number = _number(piece.values[0]) if len(piece.values) > 1 else 1
    unit = re.sub(r"s$", "", piece.values[-1].lower())
    sign = "+" if piece.gives == "over" else "-"
    if unit in ("min", "minute", "hour", "hr"):
        count = number * (60 if unit in ("hour", "hr") else 1)
        full = {"min": "minute", "hr": "hour"}.get(unit, unit)
        return Test(f"-{minutes} {sign}{count}", says.format(done, _many(number, full)))
    count = number * _DAYS[unit]
    return Test(f"-{days} {sign}{count}", says.format(done, _many(count, "day")))


def _number(value: str) -> int:
    found = re.fullmatch(r"(\d+)(?: \w+)?", value)
    if found is None or int(found[1]) == 0:
        raise UnclearError
    return int(found[1])


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}s" if number != 1 else unit if unit == "day" else f"1 {unit}"


def _on(piece: Piece) -> Test:
    day = {"0": "today", "1": "yesterday"}[piece.gives]
    return Test(f"-daystart -mtime {piece.gives}", f"changed {day}", 0)


def _dates(piece: Piece) -> Test:
    first, last = _date(piece.values[0]), _date(piece.values[-1])
    if piece.gives == "before":
        return Test(f"! -newermt {shlex.quote(first)}", f"last changed before {first}")
    if piece.gives == "since":
        if first.isalpha():
            day = "yesterday 0:00" if first.lower() == "yesterday" else f"last {first}"
            return Test(f"-newermt {shlex.quote(day)}", f"changed since {first}")
        return Test(f"-newermt {shlex.quote(first)}", f"changed since {first}")
    if ":" in last or last.endswith("m"):
        raise UnclearError
    until = shlex.quote(f"{last} +1 day")
    says = f"changed on {first}" if piece.gives == "on" else f"changed from {first} to {last}"
    return Test(f"-newermt {shlex.quote(first)} ! -newermt {until}", says)


def _date(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}", value):  # a month: `find` reads days only
        raise UnclearError
    return value


def _year(piece: Piece) -> Test:
    year = piece.values[0]
    if not re.fullmatch(r"(?:19[7-9]|20\d)\d", year):
        raise UnclearError
    return Test(f"-newermt {year}-01-01 ! -newermt {int(year) + 1}-01-01", f"changed in {year}")


def _newer(piece: Piece) -> Test:
    file = shlex.quote(piece.values[0])
    if piece.gives:
        return Test(f"! -newer {file}", f"not newer than {piece.values[0]}")
    return Test(f"-newer {file}", f"newer than {piece.values[0]}")


def _kinds(piece: Piece, case: str) -> Test:
    """Return a test of endings."""
    globs = [_glob_of(value) for value in piece.values]
    tests = [f"-{case}name {shlex.quote(glob)}" for glob in dict.fromkeys(globs)]
    says = "named " + " or ".join(dict.fromkeys(globs))
    return Test(tests[0] if len(tests) == 1 else rf"\( {' -o '.join(tests)} \)", says, NAMED)


def _glob_of(value: str) -> str:
    """Return the pattern of a kind of files: `.png`, `pngs` and `*.png` are the same."""
    if any(sign in value for sign in "*?["):
        return value
    word = value.lower()
    for ending in (word.lstrip("."), word.removesuffix("s")):
        if value.startswith(".") or ending in EXTENSIONS:
            return f"*.{ending}" if not value.startswith(".") else f"*{value}"
    raise UnclearError


def _name(piece: Piece, case: str) -> Test:
    value = piece.values[0]
    if piece.gives == f"*{value}" and value.lower() in EXTENSIONS:
        value = f".{value}"
        return Test(f"-{case}name {shlex.quote(f'*{value}')}", f"named *{value}", NAMED)
    if piece.gives == value:
        pattern = value
    else:
        pattern = piece.gives.replace(value, re.sub(r"([*?\[\\])", r"\\\1", value))
    return Test(f"-{case}name {shlex.quote(pattern)}", f"named {pattern}", NAMED)


def _not_name(piece: Piece, case: str) -> Test:
    if re.fullmatch(r"\.\w+", piece.values[0]) and piece.values[0][1:].lower() not in EXTENSIONS:
        return _without(piece)
    pattern = _glob_of(piece.values[0])
    return Test(f"! -{case}name {shlex.quote(pattern)}", f"not named {pattern}", NAMED)


def _text(piece: Piece, case: str) -> Test:
    if len(piece.values) > 1:
        both = [_text(Piece(piece.part, "", (value,)), case) for value in piece.values]
        return Test(
            " ".join(one.find for one in both), f"containing {' and '.join(piece.values)}", 9
        )
    text = piece.values[0]
    no = "! " if piece.part == "no text" else ""
    flags = f"-q{case}IF" if not no else f"-q{case}F"
    says = f"{'not ' if no else ''}containing {text}"
    return Test(rf"{no}-exec grep {flags} -- {shlex.quote(text)} {{}} \;", says, 9)


def _without(piece: Piece) -> Test:
    folders = [value.rstrip("/").removeprefix("./") for value in piece.values]
    if any(folder in ("", ".", "..", "~") for folder in folders):
        raise UnclearError
    paths = [f"{path}/*" if path.startswith("/") else f"*/{path}/*" for path in folders]
    tests = " ".join(f"! -path {shlex.quote(path)}" for path in paths)
    return Test(tests, f"not in {' or '.join(folders)}")


def _depth(piece: Piece) -> Test:
    depth = _number(piece.gives)
    says = "not in subfolders" if depth == 1 else f"at most {depth} levels down"
    return Test(f"-maxdepth {depth}", says, -1)


def _rights(piece: Piece) -> Test:
    mode = piece.gives
    if mode not in _RIGHTS and not re.fullmatch(r"[0-7]{3,4}", mode):
        raise UnclearError
    return Test(f"-perm {mode}", _RIGHTS.get(mode, f"with mode {mode}"))


def _flag(find: str, says: str, no: str = "not ") -> Callable[[Piece], Test]:
    """Return what makes a test that a piece may turn round."""
    return lambda piece: Test(f"! {find}", no + says) if piece.gives == "!" else Test(find, says)


_TESTS: Mapping[str, Callable[[Piece], Test]] = {
    "size": _size,
    "empty": _flag("-empty", "empty"),
    "changed": lambda piece: _span(piece, "mtime", "mmin", "changed"),
    "read": lambda piece: _span(piece, "atime", "amin", "read"),
    "on": _on,
    "not on": lambda _: Test("-daystart ! -mtime 0", "not changed today", 0),
    "dates": _dates,
    "year": _year,
    "newer": _newer,
    "media": lambda piece: Test(f"-iregex {shlex.quote(MEDIA[piece.gives])}", piece.gives, NAMED),
    "spaces": lambda _: Test("-name '* *'", "with a space in the name"),
    "without": _without,
    "depth": _depth,
    "rights": _rights,
    "this": lambda p: Test(
        f'-newermt "$(date +{_SINCE[p.values[0].lower()]})"', f"changed this {p.values[0]}"
    ),
    "read only": _flag("! -perm /222", "read-only"),
    "executable": _flag("-executable", "executable"),
    "hidden": _flag("-name '.*'", "hidden"),
    "owner": lambda p: Test(f"-user {shlex.quote(p.values[0])}", f"owned by {p.values[0]}"),
    "no owner": lambda p: Test(
        f"! -user {shlex.quote(p.values[0])}", f"not owned by {p.values[0]}"
    ),
    "group": lambda p: Test(f"-group {shlex.quote(p.values[0])}", f"of the group {p.values[0]}"),
}
_NAMED: Mapping[str, Callable[[Piece, str], Test]] = {
    "kinds": _kinds,
    "name": _name,
    "exact": _name,
    "named file": _name,
    "no name": _not_name,
    "text": _text,
    "no text": _text,
}
"""Tests that upper or lower case may not matter to."""
