"""Recipes: retrieved command templates, filled with values and recognised in commands.

A template has `{name}` slots in the syntax of `str.format` (literal braces are doubled).
Filling quotes each value for a shell, so a value can never add a command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from string import Formatter

from runtime.types import Document

DEFAULT = "-"
_PATHS = frozenset(
    "path file dir folder source target archive link repo output first second files".split()
)
_PATTERNS = frozenset(("pattern", "glob"))
_ENDINGS = frozenset(
    "png jpg jpeg gif svg webp flac mp3 mp4 wav ogg mkv avi pdf docx xlsx pptx csv tsv json xml"
    " yaml yml html css txt".split()
)
"""Words that are endings of files where a pattern is wanted: hardly a file is called just so."""
_NUMBERS = frozenset("weeks months years count number n".split())
"""Slots that a span of time gives its number alone."""
_RUN = re.compile(r"\bbash (?:--\w+ )*-c \{(\w+)\}")
_RUNNERS = {"sh": "bash", "bash": "bash", "py": "python3", "pl": "perl"}
_SCRIPT = re.compile(r"[\w./~@+-]+\.(sh|bash|py|pl)")
_SIGNS = {
    **{"comma": ",", "semicolon": ";", "colon": ":", "dot": ".", "pipe": "|", "tab": "\t"},
    **{"space": " ", "blank": " ", "dash": "-", "hyphen": "-", "underscore": "_", "slash": "/"},
}
_ENCODINGS = {
    **{"latin": "latin1", "latin-1": "latin1", "iso latin 1": "latin1", "latin-9": "latin9"},
    **{"ansi": "cp1252", "win1252": "cp1252", "windows 1252": "cp1252", "cp-1252": "cp1252"},
}
"""What people call encodings otherwise than iconv does."""
_SPAN = re.compile(r"(\d+(?:\.\d+)?) (second|minute|hour|week|month|year)s?")
_DATE = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SECONDS |= {"week": 7 * 86400, "month": 30 * 86400, "year": 365 * 86400}


class MissingSlotError(Exception):
    """A slot without default was left out; the argument is the slot's name."""


def fill(recipe: Document, arguments: Sequence[str]) -> str:
    """Return the recipe's command; `arguments` are in slot order, `-` takes the default.

    Raises:
        MissingSlotError: a slot that has no default got no argument.
        ValueError: the document is not a recipe.
    """
    if recipe.template is None:
        raise ValueError(f"{recipe.id} is a passage, not a recipe")
    given = _given(recipe, arguments)
    run = set(_RUN.findall(recipe.template))
    given = {slot: command_line(value) if slot in run else value for slot, value in given.items()}
    quoted = {slot: shell_word(slot, value) for slot, value in given.items()}
    return recipe.template.format(**quoted)


def phrase(recipe: Document, arguments: Sequence[str]) -> str:
    """Return the sentence that introduces the recipe's result, with the values in it."""
    try:
        return (recipe.phrase or recipe.title).format(**_given(recipe, arguments))
    except (MissingSlotError, KeyError, IndexError, ValueError):
        return recipe.title


def _given(recipe: Document, arguments: Sequence[str]) -> dict[str, str]:
    given = {}
    for position, (slot, default) in enumerate(recipe.slots.items()):
        argument = arguments[position] if position < len(arguments) else DEFAULT
        value = default if argument == DEFAULT else fit(slot, argument)
        if value == "" and default == "":
            raise MissingSlotError(slot)
        given[slot] = value
    return given


def literal(text: str) -> str:
    """Return a text as a template says it: braces in it are no slots."""
    return text.replace("{", "{{").replace("}", "}}")


def fit(slot: str, value: str) -> str:
    """Bring a value into the form that a slot wants: `.log` becomes `*.log` for a pattern.

    >>> fit("days", "2 weeks"), fit("weeks", "2 weeks"), fit("date", "2 weeks")
    ('14', '2', '2 weeks')
    >>> fit("delimiter", "commas"), fit("pattern2", ".md"), fit("message", "5 minutes")
    (',', '*.md', '5 minutes')
    >>> fit("pattern", "flac"), fit("pattern", "Makefile"), fit("text", "flac")
    ('*.flac', 'Makefile', 'flac')
    >>> fit("encoding", "Latin-1"), fit("encoding", "ANSI"), fit("encoding", "utf-16")
    ('latin1', 'cp1252', 'utf-16')
    >>> fit("date", "24.12.2026"), fit("interface", "loopback")
    ('2026-12-24', 'lo')
    >>> fit("seconds", "5 minutes"), fit("minutes", "3 hours"), fit("minutes", "90 seconds")
    ('300', '180', '2')
    """
    kind = slot.rstrip("0123456789")
    if kind in _PATTERNS and re.fullmatch(r"(?:\.\w[\w-]*)+", value):
        return f"*{value}"
    if kind in _PATTERNS and value.lower() in _ENDINGS:
        return f"*.{value}"
    if kind in ("extension", "ext"):
        return value.lstrip("*").lstrip(".")
    if kind in ("delimiter", "separator"):
        return _SIGNS.get(value.lower().removesuffix("s"), value)
    if kind == "interface" and value.lower() in ("loopback", "localhost"):
        return "lo"
    if kind == "encoding":
        return _ENCODINGS.get(value.lower(), value)
    if kind in ("date", "day") and (numbers := _DATE.fullmatch(value)):
        return _iso(*numbers.groups())
    span = _SPAN.fullmatch(value)
    if span and slot in ("days", "hours", "minutes", "seconds"):
        return str(max(1, round(float(span[1]) * _SECONDS[span[2]] / _SECONDS[slot[:-1]])))
    if span and slot in _NUMBERS:
        return span[1]
    return value


def _iso(first: str, sign: str, second: str, year: str) -> str:
    """Return a date as programs read it: day and month stand as people write them with the sign.

    >>> _iso("31", ".", "12", "2026"), _iso("12", "/", "31", "2026"), _iso("31", "/", "12", "2026")
    ('2026-12-31', '2026-12-31', '2026-12-31')
    """
    month_first = sign == "/" and int(first) <= 12
    month, day = (first, second) if month_first else (second, first)
    return f"{year}-{int(month):02}-{int(day):02}"


def command_line(value: str) -> str:
    """Return what runs a program: a script that is named by itself is run by what its ending says.

    >>> command_line("scan.py"), command_line("~/clean.sh"), command_line("make all")
    ('python3 scan.py', 'bash ~/clean.sh', 'make all')
    """
    script = _SCRIPT.fullmatch(value)
    return f"{_RUNNERS[script[1]]} {value}" if script else value


def shell_word(slot: str, value: str) -> str:
    """Quote a value for bash. Path slots keep a leading `~` and globs working."""
    if slot not in _PATHS:
        return shlex.quote(value)
    home, rest = re.fullmatch(r"(~[\w-]*(?:/|$))?(.*)", value, re.DOTALL).groups(default="")  # type: ignore[union-attr]
    parts = re.split(r"([*?]+)", rest)
    quoted = (p if re.fullmatch(r"[*?]+", p) else shlex.quote(p) for p in parts if p)
    return home + "".join(quoted)


def recognise(recipe: Document, command: str) -> list[str] | None:
    """Return the slot values with which `recipe` gives `command`; None when it does not."""
    if recipe.template is None:
        return None
    match = _pattern(recipe.template).fullmatch(command)
    if match is None:
        return None
    try:
        return ["".join(shlex.split(match[slot])) for slot in recipe.slots]
    except (ValueError, IndexError):
        return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    out: list[str] = []
    seen: set[str] = set()
    for literal, slot in _parts(template):
        out.append(re.escape(literal))
        if slot is None:
            continue
        word = r"(?:'[^']*'|\"[^\"]*\"|\\.|[^\s'\"|;&<>()])+"
        out.append(f"(?P={slot})" if slot in seen else f"(?P<{slot}>{word})")
        seen.add(slot)
    return re.compile("".join(out), re.DOTALL)


def _parts(template: str) -> Iterator[tuple[str, str | None]]:
    for literal, slot, _, _ in Formatter().parse(template):
        yield literal, slot


def check(recipe: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a recipe as it stands in a recipe file; empty when right."""
    problems = [
        f"{key} is missing" for key in ("id", "title", "command", "phrase") if not recipe.get(key)
    ]
    slots = recipe.get("slots") or {}
    if problems or not isinstance(slots, dict):
        return problems or ["slots must map names to defaults"]
    used = [slot for _, slot in _parts(str(recipe["command"])) if slot is not None]
    if list(dict.fromkeys(used)) != list(slots):
        problems.append(
            f"slots are {list(slots)}, but the command uses {list(dict.fromkeys(used))}"
        )
    for text in (recipe["phrase"], *(recipe.get("asks") or ())):  # type: ignore[misc]
        extra = {slot for _, slot in _parts(str(text)) if slot} - set(slots)
        if extra:
            problems.append(f"{text!r} names slots that the command has not: {sorted(extra)}")
    return problems
