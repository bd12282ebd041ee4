"""Rhythms of equal steps: spread evenly, from numbers and grids, at random, rotated."""

from __future__ import annotations

import re

from tools.music.codes.mini_pattern import euclid
from tools.music.drums import Grid
from tools.music.generation import dice
from tools.music.meter import read_meter
from tools.music.pitch import MusicError

MOST_STEPS = 64
_EUCLID = re.compile(
    r"\b(?P<hits>\d{1,3})\s*(?:,|over|in|on|out of|against|/|hits?|strokes?|pulses?|onsets?|beats?)"
    r"\s*(?:over|in|on|out of|across|spread over)?\s*(?P<steps>\d{1,3})\b", re.I
)  # fmt: skip
_TURN = re.compile(
    r"\b(?:rotated?|rotation|shifted|turned|offset)\s*(?:by|of)?\s*(-?\d{1,3})", re.I
)
_GRID = re.compile(r"(?<![\w.])([xXoO.\-_~|]{2,}[xXoO.\-_~| ]*)(?![\w])")
_BINARY = re.compile(r"(?<!\w)([01][01 ]{2,})(?!\w)")
_HEX = re.compile(r"\bhex(?:adecimal)?\s*(?:0x)?([0-9a-f]{1,16})\b|\b0x([0-9a-f]{1,16})\b", re.I)
_ONSETS = re.compile(
    r"\bonsets?\s+(?:at\s+)?((?:\d{1,2}[\s,]+)+\d{1,2})\s+(?:of|in)\s+(\d{1,2})\b", re.I
)
_GAPS = re.compile(r"(?<![\d/])(\d{1,2}(?:\s*\+\s*\d{1,2})+)(?![\d/])")
_USUAL_STEPS, _USUAL_SHARE = 16, 40


def read_pattern(text: str, seed: int | str = 1) -> tuple[bool, ...]:
    """Read a rhythm as people name it: `E(3,8)`, `5 over 8`, `x--x--x-`, `10010010`, `hex 92`,
    `3+3+2`, `onsets 0 3 6 of 8`, `random 16 steps 40%`, each perhaps `rotated 2`.

    >>> shown(read_pattern("E(3,8)")), shown(read_pattern("3+3+2")), shown(read_pattern("hex 92"))
    ('x--x--x-', 'x--x--x-', 'x--x--x-')
    >>> shown(read_pattern("euclidean 5 over 8 rotated by 1"))
    '-xx-xx-x'

    Raises:
        MusicError: it is none of these, or has no strokes or too many steps.
    """
    turn = _TURN.search(text)
    bare = _TURN.sub(" ", text)
    steps = _steps(bare, seed)
    if not 1 <= len(steps) <= MOST_STEPS:
        raise MusicError(f"{len(steps)} steps are out of range; write 1 to {MOST_STEPS}")
    if not any(steps):
        raise MusicError("the rhythm has no strokes; write e.g. x--x--x- or E(3,8)")
    return rotated(steps, int(turn[1])) if turn else tuple(steps)


def _steps(text: str, seed: int | str) -> list[bool]:
    if match := _ONSETS.search(text):
        count = int(match[2])
        places = {int(place) for place in re.findall(r"\d+", match[1])}
        if max(places) >= count:
            raise MusicError(f"there is no step {max(places)} of {count}; count them from 0")
        return [place in places for place in range(count)]
    if match := _HEX.search(text):
        return [sign == "1" for digit in match[1] or match[2] for sign in f"{int(digit, 16):04b}"]
    if match := _BINARY.search(text):
        return [sign == "1" for sign in match[1] if sign != " "]
    if match := _GAPS.search(text):
        gaps = [int(gap) for gap in match[1].split("+")]
        if not all(gaps) or sum(gaps) > MOST_STEPS:
            raise MusicError(f"write groups of 1 or more, {MOST_STEPS} steps in all: 3+3+2")
        return [place == 0 for gap in gaps for place in range(gap)]
    if re.search(r"\brandom", text, re.I):
        return _random(text, seed)
    if match := _EUCLID.search(text.replace("(", " ").replace(")", " ")):
        hits, count = int(match["hits"]), int(match["steps"])
        if not 1 <= hits <= count <= MOST_STEPS:
            raise MusicError(
                f"{hits} strokes do not go into {count} steps; write 1 to {MOST_STEPS} steps and "
                "at most as many strokes, e.g. 3 over 8"
            )
        return euclid(hits, count)
    if match := _GRID.search(text):
        return [sign in "xXoO" for sign in match[1] if sign not in "| "]
    raise MusicError(
        f"cannot read {text!r} as a rhythm; write e.g. E(3,8), 5 over 8, x--x--x-, 10010010, hex "
        "92, 3+3+2, or random 16 steps 40%"
    )


def _random(text: str, seed: int | str) -> list[bool]:
    share = re.search(r"(\d{1,3})\s*%", text)
    number = re.search(r"\b(\d{1,3})\b(?!\s*%)", text)
    count = int(number[1]) if number else _USUAL_STEPS
    likely = min(int(share[1]), 100) if share else _USUAL_SHARE
    rng = dice(seed, "rhythm", count, likely)
    found = [100 * rng.random() < likely for _ in range(min(count, MOST_STEPS + 1))]
    return found if any(found) else [True, *found[1:]]


def rotated(steps: tuple[bool, ...] | list[bool], places: int) -> tuple[bool, ...]:
    """Return the rhythm begun so many steps later.

    >>> shown(rotated((True, False, False), 1))
    '--x'
    """
    turn = places % len(steps)
    return (*steps[turn:], *steps[:turn])


def shown(steps: tuple[bool, ...]) -> str:
    """Return the rhythm as `x` and `-`."""
    return "".join("x" if step else "-" for step in steps)


def gaps_of(steps: tuple[bool, ...]) -> list[int]:
    """Return the distances between strokes, the last to the first stroke of the next round.

    >>> gaps_of(read_pattern("E(5,8)"))
    [2, 1, 2, 1, 2]
    """
    places = [place for place, step in enumerate(steps) if step]
    after = [*places[1:], places[0] + len(steps)]
    return [b - a for a, b in zip(places, after, strict=True)]


def evenness_name(steps: tuple[bool, ...]) -> str:
    """Return `E(k,n)` where the strokes are spread evenly, with the rotation that makes it so."""
    even = tuple(euclid(sum(steps), len(steps)))
    for turn in range(len(steps)):
        if rotated(even, turn) == steps:
            name = f"E({sum(steps)},{len(steps)})"
            return f"{name} rotated by {turn}" if turn else name
    return ""


def grid_of(steps: tuple[bool, ...], drum: str, bpm: int, rounds: int = 4) -> Grid:
    """Return the rhythm on a drum, a bar each round, with the first stroke accented."""
    count = len(steps)
    signs = shown(steps)
    first = signs.index("x")
    signs = signs[:first] + "X" + signs[first + 1 :]
    meter = read_meter("4/4" if count in (4, 8, 16, 32) else f"{count}/8")
    return Grid(((drum, signs * rounds),), count, meter, bpm, f"{shown(steps)[:24]} on {drum}")
