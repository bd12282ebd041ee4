"""Which lines are wanted: each condition as a command that keeps them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from graphs.composing.reading import Said, basic

_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s?([ap]m)?", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOURS = "match($0, /[0-2][0-9]:[0-5][0-9]/)"
_DAYS = "match($0, /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]/)"
_LEVELS = frozenset("error warning warn info debug fatal critical".split())
_STARTS = {"filled": ("v", "^[[:space:]]*$", "that are not empty"),
           "empty": ("", "^[[:space:]]*$", "that are empty"),
           "uncommented": ("v", "^[[:space:]]*#", "without comments"),
           "code": ("vE", "^[[:space:]]*(#|$)", "without comments and empty ones")}  # fmt: skip


class Choice(NamedTuple):
    """A condition: in words, as a command, and as what it looks at.

    `looks` is `start` for the start or the end of a line, `text` for any place in it, `line` for
    more than grep can tell.
    """

    says: str
    command: str
    looks: str


def choices(of: Said) -> list[Choice] | None:
    """Return the conditions that were said; None where one makes no sense.

    >>> [choice.command for choice in choices({"has": [("a b",)], "filled": [()]})]
    ["grep -v '^[[:space:]]*$'", "grep -F -- 'a b'"]
    >>> choices({"after": [("2026-11",)]})
    """
    try:
        return [*_starts(of), *_texts(of), *_wider(of)]
    except ValueError:
        return None


def _starts(of: Said) -> Iterator[Choice]:
    case = "i" * ("anycase" in of)
    kinds = [kind for kind in ("filled", "empty", "uncommented") if kind in of]
    for kind in ["code"] if {"filled", "uncommented"} <= set(kinds) else kinds:
        flags, pattern, says = _STARTS[kind]
        yield Choice(says, _grep(flags, pattern), "start")
    for (value,) in of.get("starts", ()):
        yield Choice(f"starting with {value}", _grep(case, f"^{basic(value)}"), "start")
    for (value,) in of.get("unstarted", ()):
        yield Choice(f"not starting with {value}", _grep(f"v{case}", f"^{basic(value)}"), "start")
    for (value,) in of.get("ends", ()):
        yield Choice(f"ending with {value}", _grep(case, f"{basic(value)}$"), "start")


def _texts(of: Said) -> Iterator[Choice]:
    for values in of.get("has", ()):
        for value in values:
            yield Choice(f"with {value}", _grep(f"{_case(of, value)}F", value), "text")
    for values in of.get("any", ()):
        flags = f"{_case(of, *values)}F"
        yield Choice(f"with {' or '.join(values)}", _grep(flags, *values), "text")
    for (value,) in of.get("word", ()):
        yield Choice(f"with the word {value}", _grep(f"{_case(of, value)}wF", value), "text")
    for values in of.get("lacks", ()):
        flags = f"v{_case(of, *values)}F"
        yield Choice(f"without {' or '.join(values)}", _grep(flags, *values), "text")


def _case(of: Said, *values: str) -> str:
    """Return the flag that matches either case: where it is said, and for the levels of logs."""
    return "i" * ("anycase" in of or set(values) <= _LEVELS)


def _wider(of: Said) -> Iterator[Choice]:
    """Yield what awk has to tell: lengths and times.

    Raises:
        ValueError: a time is none, or a span of two kinds of times.
    """
    for part, sign in (("longer", ">"), ("shorter", "<")):
        for (number,) in of.get(part, ()):
            says = f"{part} than {int(number)} characters"
            yield Choice(says, f"awk 'length {sign} {number}'", "line")
    for start, end in of.get("span", ()):
        yield _time(f"from {start} to {end}", (">=", start), ("<=", end))
    for (start,) in of.get("after", ()):
        yield _time(f"since {start}", (">=", start))
    for word, end in of.get("before", ()):
        yield _time(f"{word} {end}", ("<" if word.lower() == "before" else "<=", end))
    for (day,) in of.get("on", ()):
        yield _time(f"of {day}", ("==", day))


def _time(says: str, *bounds: tuple[str, str]) -> Choice:
    """Return that the first time (or day) in a line lies within bounds."""
    times = [_clock(time) for _, time in bounds]
    if len({len(time) for time in times}) != 1:
        raise ValueError(f"{says}: a time and a day")
    length = len(times[0])
    found = _DAYS if length == len("2026-11-22") else _HOURS
    tests = [
        f'substr($0, RSTART, {length}) {sign} "{time}"'
        for (sign, _), time in zip(bounds, times, strict=True)
    ]
    return Choice(says, f"awk {shlex.quote(' && '.join([found, *tests]))}", "line")


def _clock(time: str) -> str:
    """Return a time as logs have it, to the minute, or a day.

    >>> _clock("2026-11-02"), _clock("9am"), _clock("12:30"), _clock("1:05 pm")
    ('2026-11-02', '09:00', '12:30', '13:05')

    Raises:
        ValueError: it is neither.
    """
    if _DAY.fullmatch(time):
        return time
    clock = _CLOCK.fullmatch(time)
    if clock is None or not (clock[2] or clock[3]):
        raise ValueError(f"{time} is no time")
    hour, half = int(clock[1]), (clock[3] or "").lower()
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return f"{hour:02}:{clock[2] or '00'}"


def _grep(flags: str, *patterns: str) -> str:
    """Return a grep for any of the patterns."""
    said = f"grep -{flags} " if flags else "grep "
    if len(patterns) > 1:
        return said + " ".join(f"-e {shlex.quote(pattern)}" for pattern in patterns)
    dashes = "-- " if "F" in flags or patterns[0].startswith("-") else ""
    return f"{said}{dashes}{shlex.quote(patterns[0])}"
