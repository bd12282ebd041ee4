"""Engraving: a score as an SVG image, checked to hold every note and bar of the score."""

from __future__ import annotations

import functools
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
    "smuflTextFont": "none",
    "spacingLinear": 0.45,
    "svgViewBox": False,
    "xmlIdSeed": 1,
}
# What fits on one line is laid out once; to break lines Verovio lays it out a second time. Up to
# this width the picture is the same either way.
_ONE_LINE_PX = 819
_LIKELY_LONG_PX = 790
_OPEN = re.compile(r"<svg\b[^>]*>")
_WIDTH = re.compile(r'<svg width="(\d+)px"')
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
    long = _expected_width(source, bars) > _LIKELY_LONG_PX
    toolkit.setOptions({"breaks": "auto" if long else "none"})
    toolkit.resetXmlIdSeed(1)
    if not toolkit.loadData(source):
        return ""
    svg = str(toolkit.renderToSVG(1))
    width = _WIDTH.search(svg)
    if long or width is None or int(width[1]) <= _ONE_LINE_PX:
        return svg
    toolkit.setOptions({"breaks": "auto"})
    toolkit.redoLayout()
    return str(toolkit.renderToSVG(1))


def _expected_width(source: str, bars: int) -> float:
    """About how wide music would be on one line, in px: a fit to 900 pictures, right for 94%."""
    heads = source.count("<note") - source.count("<chord/>")
    voices = max(source.count("<part id"), len(set(_VOICE.findall(source))), 1)
    return 170 + 107 * bars + 21 * heads / voices + 6 * source.count("<harmony")


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
