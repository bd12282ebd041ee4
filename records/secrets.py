"""Masking of keys, tokens and passwords in what is kept.

The table of detectors is `secrets.yaml`. What is not in it is not masked, and neither is a
password that stands in a text by itself.
"""

from __future__ import annotations

import importlib.resources
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import yaml

SHORT = 8_000
_NO_PASSWORDS = frozenset(
    """none null true false yes no required optional sufficient requisite include files compat sss
    systemd ldap nis string prompt ask never always enabled disabled default empty unset password
    passwd changed updated expired locked invalid incorrect""".split()
)
_WORD = re.compile(r"[A-Za-z]+(?:[_.-][A-Za-z]+)*|[A-Za-z_]+\d*\w*(?:\.[A-Za-z_]+\d*[A-Za-z_]*)+")


@dataclass(frozen=True)
class Detector:
    """A row of the table. `hints` are in lower case; one of them must be there."""

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    many_lines: bool
    at_hints: bool
    check: Callable[[str], bool]
    matches: tuple[str, ...]
    leaves: tuple[str, ...]
    note: str


@cache
def detectors() -> tuple[Detector, ...]:
    """Return the table, read once from the package's data file."""
    text = importlib.resources.files("records").joinpath("secrets.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(_detector(row) for row in yaml.load(text, Loader=loader))


def mask(text: str) -> str:
    """Return `text` with each secret replaced by `[masked: NAME]`, all else as it is.

    >>> mask("PGPASSWORD=hunter2 psql app")
    'PGPASSWORD=[masked: password] psql app'
    """
    return _remembered(text) if len(text) <= SHORT else _mask(text)


@lru_cache(maxsize=1024)
def _remembered(text: str) -> str:
    # A conversation's messages come again with every checkpoint.
    return _mask(text)


def _mask(text: str) -> str:
    lowered = text.lower()
    for detector in detectors():
        if any(hint in lowered for hint in detector.hints):
            masked = _masked(detector, text, lowered)
            if masked != text:
                text, lowered = masked, masked.lower()
    return text


def mask_json(value: Any, keep: frozenset[str] = frozenset()) -> Any:
    """Return a JSON value with the secrets in its texts masked.

    What stands under a key of `keep` stays as it is. A text under `arguments` (a tool call's)
    is read as JSON, so that it is JSON afterwards too; `keep` does not reach into it.
    """
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {k: v if k in keep else _under(k, v, keep) for k, v in value.items()}
    if isinstance(value, list):
        return [mask_json(item, keep) for item in value]
    return value


def _under(key: Any, value: Any, keep: frozenset[str]) -> Any:
    if key != "arguments" or not isinstance(value, str):
        return mask_json(value, keep)
    try:
        parsed = json.loads(value)
    except ValueError:
        return mask(value)
    masked = mask_json(parsed)
    return value if masked == parsed else json.dumps(masked, ensure_ascii=False)


def _detector(row: Mapping[str, Any]) -> Detector:
    checks: dict[str, Callable[[str], bool]] = {
        "random": looks_random,
        "password": lambda value: value.lower() not in _NO_PASSWORDS,
    }
    return Detector(
        row["name"],
        tuple(row["hints"]),
        re.compile(row["pattern"]),
        row.get("lines") == "many",
        row.get("at") == "hints",
        checks.get(row.get("check", ""), lambda value: True),
        tuple(row["matches"]),
        tuple(row["leaves"]),
        row.get("note", ""),
    )


def looks_random(value: str) -> bool:
    """Whether a value has letters and digits mixed as chance would, and is no word or path.

    At 3 bits a character, hexadecimal strings of 16 and more count, and no repeated pattern.
    """
    if _WORD.fullmatch(value) or not any(c.isdigit() for c in value):
        return False
    if value.count("/") > 2 and "+" not in value and "=" not in value:
        return False
    counts = Counter(value).values()
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    return bits >= 3.0


def _masked(detector: Detector, text: str, lowered: str) -> str:
    # Lower case may be longer in other scripts: then positions do not fit, and all is searched.
    if detector.many_lines or len(lowered) != len(text):
        return detector.pattern.sub(lambda found: _replaced(detector, found), text)
    pieces, at = [], 0
    for start, end, new in _changes(detector, text, lowered):
        pieces += [text[at:start], new]
        at = end
    return "".join((*pieces, text[at:])) if pieces else text


def _replaced(detector: Detector, found: re.Match[str]) -> str:
    """Return what stands for a match: the same, with the secret in it masked."""
    name = next((g for g in ("secret", "d", "s") if _group(found, g) is not None), None)
    start, end = found.span(name) if name else found.span()
    value = found.string[start:end]
    if not value.strip() or value.startswith("[masked: ") or not detector.check(value):
        return found[0]
    before, after = found[0][: start - found.start()], found[0][end - found.start() :]
    return f"{before}[masked: {detector.name}]{after}"


def _group(found: re.Match[str], name: str) -> str | None:
    return found[name] if name in found.re.groupindex else None


def _changes(detector: Detector, text: str, lowered: str) -> Iterator[tuple[int, int, str]]:
    """Yield parts of the text and what replaces them, in order, without overlap."""
    if not detector.at_hints:
        for start, end in _lines(detector, text, lowered):
            part = text[start:end]
            yield start, end, detector.pattern.sub(lambda f: _replaced(detector, f), part)
        return
    done = 0
    for at in sorted(_places(detector, lowered)):
        found = detector.pattern.match(text, at) if at >= done else None
        if found is not None:
            done = found.end()
            yield at, done, _replaced(detector, found)


def _places(detector: Detector, lowered: str) -> set[int]:
    """Return where hints stand."""
    places: set[int] = set()
    for hint in detector.hints:
        at = lowered.find(hint)
        while at >= 0:
            places.add(at)
            at = lowered.find(hint, at + 1)
    return places


def _lines(detector: Detector, text: str, lowered: str) -> Iterator[tuple[int, int]]:
    """Yield where runs of lines with a hint begin and end, in order, without overlap."""
    starts: set[int] = set()
    for hint in detector.hints:
        at = lowered.find(hint)
        while at >= 0:
            starts.add(text.rfind("\n", 0, at) + 1)
            end = text.find("\n", at)
            at = lowered.find(hint, end) if end >= 0 else -1
    first, last = -1, -2
    for start in sorted(starts):
        if start != last + 1:
            if first >= 0:
                yield first, last
            first = start
        end = text.find("\n", start)
        last = len(text) if end < 0 else end
    if first >= 0:
        yield first, last
