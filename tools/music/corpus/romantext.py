"""Roman-numeral analyses written by people, in the RomanText format.

The format: Tymoczko, Gotham, Cuthbert and Ariza (2019), "The RomanText Format". Read here are
bars, beats, keys, numerals and bars that repeat others; variants, notes and forms are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.music.corpus.entry import BarMark, Harmony
from tools.music.corpus.harmony import plain
from tools.music.key import Key
from tools.music.pitch import MusicError, read_pitch

_HEAD = re.compile(r"^(?P<name>[A-Za-z ]+):\s*(?P<text>.*)$")
_BAR = re.compile(r"^m(?P<bar>\d+)(?:-(?P<last>\d+))?(?P<variant>[a-z]\w*)?\s+(?P<text>.*)$")
_COPY = re.compile(r"^=\s*m(?P<bar>\d+)(?:-(?P<last>\d+))?")
_KEY = re.compile(r"^([A-Ga-g])([b#-]*):$")
_FIGURES = re.compile(r"(?<=\d)/(?=\d)")


@dataclass(frozen=True)
class Analysis:
    """Who wrote it, of which work, and the words of each bar: beat (from 1) and what is there."""

    analyst: str
    work: str
    bars: dict[int, list[tuple[float, str]]]


def read_analysis(path: Path) -> Analysis:
    """Read a RomanText file. Keys are in braces, numerals as the index writes them."""
    heads: dict[str, str] = {}
    bars: dict[int, list[tuple[float, str]]] = {}
    for raw in path.read_text(encoding="utf-8", errors="replace").splitlines():
        line = raw.strip()
        bar = _BAR.match(line)
        if bar is None:
            head = _HEAD.match(line)
            if head:
                heads.setdefault(head["name"].strip().lower(), head["text"].strip())
        elif not bar["variant"]:
            _read_bar(bar, bars)
    work = heads.get("bwv") or heads.get("title", "")
    return Analysis(heads.get("analyst", "") or heads.get("proofreader", ""), work, bars)


def _read_bar(match: re.Match[str], bars: dict[int, list[tuple[float, str]]]) -> None:
    first, last = int(match["bar"]), int(match["last"] or match["bar"])
    copy = _COPY.match(match["text"])
    if copy:
        for shift in range(last - first + 1):
            bars[first + shift] = list(bars.get(int(copy["bar"]) + shift, []))
        return
    beat = 1.0
    found = bars.setdefault(first, [])
    for word in match["text"].split():
        if re.fullmatch(r"b\d+(?:\.\d+)?", word):
            beat = float(word[1:])
        elif key := _KEY.match(word):
            found.append((beat, _key(key)))
        elif re.match(r"^[#b]*(?:[ivIV]|N|It|Ger|Fr|Cad)", word):
            found.append((beat, numeral(word)))


def _key(match: re.Match[str]) -> str:
    tonic = read_pitch(match[1].upper() + match[2].replace("-", "b"))
    name = Key(tonic, "minor" if match[1].islower() else "major").name
    return "{" + plain(name) + "}"


def numeral(word: str) -> str:
    """Return a numeral as the index writes it.

    >>> [numeral(w) for w in ("viio6/5", "V7/IV", "ii/o6/5", "bVII6", "Ger6/5", "I6/4")]
    ['viio65', 'V7/IV', 'ii%65', 'bVII6', 'Ger65', 'I64']
    """
    text = _FIGURES.sub("", word.replace("/o", "%"))
    return plain(text)


def placed(analysis: Analysis, bars: Sequence[BarMark]) -> tuple[Harmony, ...]:
    """Return an analysis as harmony in the bars of a score; bars that it lacks are left out.

    Raises:
        MusicError: the last bars have other numbers: the analysis is of another edition.
    """
    marks = {mark.number: (place, mark) for place, mark in enumerate(bars)}
    known = [number for number in analysis.bars if number in marks]
    if not known or abs(max(analysis.bars) - bars[-1].number) > 1:
        raise MusicError("the analysis numbers its bars otherwise than the score")
    found: list[Harmony] = []
    for number in sorted(known):
        place, mark = marks[number]
        end = bars[place + 1].start if place + 1 < len(bars) else mark.start + mark.full
        # A short first bar is the end of a whole one.
        missing = mark.full - (end - mark.start) if place == 0 else 0
        for beat, text in analysis.bars[number]:
            start = mark.start + round((beat - 1) * mark.beat) - missing
            found.append(Harmony(max(start, mark.start), text))
    return tuple(_without_repeats(found))


def _without_repeats(found: Sequence[Harmony]) -> list[Harmony]:
    kept: list[Harmony] = []
    for each in found:
        if not kept or kept[-1].text != each.text:
            kept.append(each)
    return kept
