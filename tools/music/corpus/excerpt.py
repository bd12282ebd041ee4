"""Bars of an indexed score, as a piece that can be engraved, played and written to files."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from tools.music.codes.model import Bar, Part, Piece, Sound
from tools.music.corpus.catalogue import Catalogue, Row, short_name
from tools.music.corpus.entry import TICKS, BarMark, Entry, Line
from tools.music.corpus.index import Index
from tools.music.corpus.place import CorpusError
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

MOST_BARS = 16
USUAL_BARS = 8
TEMPO = 84.0
_BARS = re.compile(r"(\d{1,4})(?:\s*(?:-|–|to|through|until|\.\.)\s*(\d{1,4}))?")


def find_piece(index: Index, text: str) -> Row:
    """Return the score that is meant: by its name here, its file's name, BWV number or title.

    Raises:
        CorpusError: there is none; with the nearest.
    """
    said = short_name(text.strip(" .?!\"'").lower())
    number = re.search(r"\bbwv\s*(\d+(?:\.\d+)?\w*)", said)
    tail = f"bwv{number[1]}" if number else said.rsplit("/", 1)[-1]
    if not tail:
        raise CorpusError("no piece was named; write one as find_in_corpus names it")
    catalogue = index.catalogue()
    names = [(place, name) for place, name in enumerate(catalogue.names) if tail in name]
    by_name = [place for place, name in names if name == said]
    by_file = [place for place, name in names if name.rsplit("/", 1)[-1] == tail]
    begins = [place for place, name in names if re.search(rf"/{re.escape(tail)}(?:[.#-]|$)", name)]
    found = by_name or by_file or begins or _titled(catalogue, said) or [p for p, _ in names]
    if not found:
        near = did_you_mean(said, [short_name(row.source) for row in catalogue.rows])
        near = near or " write it as find_in_corpus names it, e.g. bach/bwv269"
        raise CorpusError(f"there is no piece {text!r} in the index;{near}")
    return catalogue.rows[found[0]]


def _titled(catalogue: Catalogue, said: str) -> list[int]:
    return [place for place, title in enumerate(catalogue.titles) if said in title]


def read_bars(text: str, entry: Entry) -> tuple[int, int]:
    """Read `12`, `bars 12-15` or nothing (the first eight), as bar numbers of the score.

    Raises:
        MusicError: the text names no bars, too many, or bars that the piece has not.
    """
    first, last = entry.bars[0].number, entry.bars[-1].number
    if not text.strip():
        return first, min(first + USUAL_BARS - 1, last)
    match = _BARS.search(text)
    if match is None:
        raise MusicError(f"cannot read {text!r} as bars; write e.g. 12-15")
    start, end = int(match[1]), int(match[2] or match[1])
    if not first <= start <= end <= last:
        raise MusicError(f"there are no bars {start}-{end}; the piece has bars {first} to {last}")
    if not any(start <= mark.number <= end for mark in entry.bars):
        raise MusicError(f"the score numbers no bar {start}-{end}; ask for the bars around it")
    if end - start >= MOST_BARS:
        raise MusicError(f"{end - start + 1} bars are too many; show at most {MOST_BARS} at once")
    return start, end


def cut(entry: Entry, first: int, last: int) -> Piece:
    """Return the bars of these numbers; notes that reach over an edge are cut there."""
    marks = [mark for mark in entry.bars if first <= mark.number <= last]
    following = [mark.start for mark in entry.bars if mark.start > marks[-1].start]
    end = following[0] if following else max(entry.end, marks[-1].start + 1)
    parts = [_part(line, marks, end) for line in entry.lines]
    heard = [part for part in parts if any(sound.pitches for sound in part.sounds)]
    title = f"{entry.title}, {_said(first, last)}"
    return Piece(tuple(heard or parts[:1]), title, entry.composer, TEMPO)


def _said(first: int, last: int) -> str:
    return f"bar {first}" if first == last else f"bars {first}-{last}"


def _part(line: Line, marks: list[BarMark], end: int) -> Part:
    bars = []
    for mark, after in zip(marks, (*marks[1:], None), strict=True):
        stop = after.start if after else end
        sounds = _sounds(line, mark.start, stop)
        bars.append(Bar(tuple(sounds), mark.meter, mark.fifths))
    if bars and bars[-1].sounds:
        # Nothing follows that a tie could lead to.
        *front, final = bars[-1].sounds
        bars[-1] = replace(bars[-1], sounds=(*front, replace(final, tied=())))
    return Part(line.name, tuple(bars), line.program)


def _sounds(line: Line, start: int, stop: int) -> list[Sound]:
    """Return what a line sounds between two times, rests included."""
    sounds: list[Sound] = []
    now = start
    for note in line.notes:
        if note.end <= start or note.start >= stop:
            continue
        begin, end = max(note.start, start), min(note.end, stop)
        if begin > now:
            sounds.append(Sound(_quarters(begin - now)))
        tied = note.pitches if note.end > stop else ()
        sounds.append(Sound(_quarters(end - begin), note.pitches, tied))
        now = end
    if now < stop:
        sounds.append(Sound(_quarters(stop - now)))
    return sounds


def _quarters(ticks: int) -> Fraction:
    return Fraction(ticks, TICKS)
