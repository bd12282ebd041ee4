"""Engraving: a score as an SVG image, checked to hold every note and bar of the score."""

from __future__ import annotations

import functools
import itertools
import math
import re
import threading
from typing import Any

from tools.music.musicxml import to_musicxml
from tools.music.pitch import MusicError
from tools.music.score import Score

_LOCK = threading.Lock()
_OPTIONS = {
    "adjustPageHeight": True,
    "adjustPageWidth": True,
    "pageHeight": 60_000,
    "pageWidth": 1900,
    "pageMarginTop": 40,
    "pageMarginBottom": 40,
    "pageMarginLeft": 40,
    "pageMarginRight": 40,
    "scale": 45,
    "header": "none",
    "footer": "none",
    "minLastJustification": 0.7,
    "smuflTextFont": "none",
    "spacingLinear": 0.45,
    "svgFormatRaw": True,
    "svgViewBox": False,
    "xmlIdSeed": 1,
}
# Where Verovio breaks lines itself, it lays all out twice: so the lines are chosen here, by an
# estimate, and it breaks them itself only where what should fit on one comes out too wide.
_LINE_PX, _WIDEST_PX = 830, 960
_HEAD_PX = {"whole": 112, "half": 77, "quarter": 52, "eighth": 40, "16th": 24}
_HEAD = re.compile(r"<note\b[^>]*>(<chord/>)?.*?<type>(\w+)<", re.DOTALL)
_OPEN = re.compile(r"<svg\b[^>]*>")
_WIDTH = re.compile(r'<svg width="(\d+)px"')
_MEASURE = re.compile(r"<measure\b[^>]*>")
_NEW_LINE = '<print new-system="yes"/>'
_VOICE = re.compile(r"<voice>\d+</voice>")
_GROUND = '<rect width="100%" height="100%" style="fill:white;stroke:none"/>'
# Accidentals in text come as characters of a music font that would have to travel with every
# image (56 kB); the characters that any text font has do as well. The codes are SMuFL's.
_TEXT_SIGN = re.compile(r'(<tspan) font-family="Leipzig" font-size="[\d.]+px">([^<]*)(</tspan>)')
_PLAIN_SIGNS = str.maketrans(
    {0xEA63: "♭♭", 0xEA64: "♭", 0xEA65: "♮", 0xEA66: "♯", 0xEA67: "♯♯", 0xE260: "♭", 0xE262: "♯"}
)


class EngravingError(MusicError):
    """What was engraved is not what was asked for."""


def to_svg(score: Score) -> str:
    """Return the score as one SVG image on a white ground.

    Raises:
        EngravingError: the image does not hold every note and bar. Verovio draws what it
            understands and says nothing of the rest, so the drawing is counted.
    """
    return engrave(to_musicxml(score), notes=score.note_count, bars=len(score.bars))


def engrave(source: str, *, notes: int, bars: int) -> str:
    """Return MusicXML as one SVG image that must hold so many note heads and bars.

    Raises:
        EngravingError: the image holds others.
    """
    with _LOCK:
        svg = _draw(source, bars)
    drawn = len(re.findall(r'class="note\b', svg)), len(re.findall(r'class="measure\b', svg))
    if drawn != (notes, bars):
        raise EngravingError(
            f"engraved {drawn[0]} notes in {drawn[1]} bars instead of {notes} in "
            f"{bars}; please report the music that was asked for"
        )
    return _finished(svg)


def _draw(source: str, bars: int) -> str:
    toolkit = _toolkit()
    line = _bars_in_line(source, bars)
    whole = line >= bars
    # Lines are stretched to the width of a page that is not adjusted to them.
    toolkit.setOptions({"breaks": "none" if whole else "encoded", "adjustPageWidth": whole})
    toolkit.resetXmlIdSeed(1)
    if not toolkit.loadData(source if whole else _broken(source, line)):
        return ""
    svg = str(toolkit.renderToSVG(1))
    width = _WIDTH.search(svg)
    if width is None or int(width[1]) <= _WIDEST_PX:
        return svg
    toolkit.setOptions({"breaks": "auto"})
    toolkit.redoLayout()
    return str(toolkit.renderToSVG(1))


def _bars_in_line(source: str, bars: int) -> int:
    """How many bars to a line: as many as about fit, in fours where the music is.

    The width is estimated by a fit to 365 pictures, nine of ten of them within an eighth.
    """
    voices = max(source.count("<part id"), len(set(_VOICE.findall(source))), 1)
    room = _LINE_PX - 20 - 46 * voices
    widths = _bar_widths(source, voices)
    if sum(widths) <= room:
        return bars
    line = math.ceil(bars / math.ceil(sum(widths) / room))
    line -= line % 4 if bars % 4 == 0 and line > 4 else 0
    while line > 1 and any(
        sum(widths[at : at + line]) > room for at in range(0, len(widths), line)
    ):
        line -= 1
    return line


def _bar_widths(source: str, voices: int) -> list[float]:
    """About how wide each bar is by itself, in px."""
    parts = [part.split("<measure")[1:] for part in source.split("<part id")[1:]]
    return [
        36 + sum(
            _HEAD_PX.get(kind, 0) for bar in column for chord, kind in _HEAD.findall(bar)
            if not chord
        ) / voices
        for column in itertools.zip_longest(*parts, fillvalue="")
    ]  # fmt: skip


def _broken(source: str, line: int) -> str:
    """Return MusicXML with a new line every so many bars."""
    before, part, after = source.partition("</part>")
    numbers = itertools.count()

    def begun(match: re.Match[str]) -> str:
        number = next(numbers)
        return match[0] + _NEW_LINE if number and number % line == 0 else match[0]

    return _MEASURE.sub(begun, before) + part + after


def _finished(svg: str) -> str:
    def plain(match: re.Match[str]) -> str:
        return f'{match[1]} font-size="405px">{match[2].translate(_PLAIN_SIGNS)}{match[3]}'

    return _OPEN.sub(lambda m: m[0] + _GROUND, _TEXT_SIGN.sub(plain, svg), count=1)


@functools.lru_cache(maxsize=1)
def _toolkit() -> Any:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_OPTIONS)
    return toolkit
