"""The circle of fifths as a picture: major keys outside, minor ones inside, their signatures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.music.drawing import INK, LINE, MUTED, ROOT, SHADE, TONE, TONE_EDGE, Drawing
from tools.music.key import Key, key_of_fifths

SIZE = 440
_MIDDLE = SIZE / 2
_RIM, _OUTER, _INNER = 204, 164, 108
_DISC, _SMALL = 27, 21


def draw_circle(keys: Sequence[Key]) -> str:
    """Return the circle as SVG; the first key is filled, the others on the way are tinted.

    Keys of other modes stand at the major or minor key of their signature.
    """
    names = ", ".join(key.name for key in keys)
    picture = Drawing("Circle of fifths", f"The circle of fifths with {names} marked")
    picture.circle(_MIDDLE, _MIDDLE, _OUTER + _DISC + 4, SHADE)
    picture.circle(_MIDDLE, _MIDDLE, _INNER + _SMALL + 5, "#ffffff", edge=LINE)
    marked = [(key.fifths % 12, key.minor_like) for key in keys]
    for place in range(12):
        for minor in (False, True):
            _key(picture, place, minor, marked)
        x, y = _point(place, _RIM)
        picture.text(x, y + 4, _signature(place), size=11, fill=MUTED)
    return picture.svg(SIZE, SIZE)


def _key(picture: Drawing, place: int, minor: bool, marked: Sequence[tuple[int, bool]]) -> None:
    x, y = _point(place, _INNER if minor else _OUTER)
    radius = _SMALL if minor else _DISC
    colour = INK
    if marked and marked[0] == (place, minor):
        picture.circle(x, y, radius, ROOT)
        colour = "#ffffff"
    elif (place, minor) in marked:
        picture.circle(x, y, radius, TONE, edge=TONE_EDGE, thick=1.5)
    size = (13 if minor else 16) - (4 if place == 6 else 0)
    picture.text(x, y + size / 3, _name(place, minor), size=size, fill=colour, bold=not minor)


def _name(place: int, minor: bool) -> str:
    """The key's name, with both spellings opposite of C."""
    fifths = [6, -6] if place == 6 else [place if place < 6 else place - 12]
    mode = "minor" if minor else "major"
    names = [key_of_fifths(count, mode).tonic.name for count in fifths]
    return "/".join(f"{name}m" if minor else name for name in names)


def _signature(place: int) -> str:
    if place == 0:
        return "0"
    return "6♯ 6♭" if place == 6 else f"{place}♯" if place < 6 else f"{12 - place}♭"


def _point(place: int, radius: float) -> tuple[float, float]:
    angle = math.radians(30 * place - 90)
    return _MIDDLE + radius * math.cos(angle), _MIDDLE + radius * math.sin(angle)
