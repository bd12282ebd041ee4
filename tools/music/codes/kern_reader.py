"""Reading Humdrum's **kern: every spine, and every part of a spine that splits, is a voice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeVar

from tools.music.codes.bars import Filling, check_bars, cut, same_length
from tools.music.codes.kern_tokens import read_token
from tools.music.codes.limits import MOST_BARS, MOST_PARTS, Budget, TooLargeError, check_size
from tools.music.codes.marks_reading import ordered, struck
from tools.music.codes.model import COMMON_TIME, Meter, Part, Piece, Sound, bounded_tempo
from tools.music.codes.problems import Reading, quarters, text_of
from tools.music.pitch import MusicError

_MODES = {"dor": "dorian", "phr": "phrygian", "lyd": "lydian", "mix": "mixolydian",
          "loc": "locrian"}  # fmt: skip
_ENOUGH = 100  # problems
_LONGEST = 400  # characters of a token
_T = TypeVar("_T")


@dataclass
class _Voice:
    """What was read of a voice; `free` are voices that split off it and have joined it again."""

    name: str = ""
    sounds: list[Sound] = field(default_factory=list)
    now: Fraction = field(default_factory=Fraction)
    slurs: int = 0
    free: list[_Voice] = field(default_factory=list)
    parent: _Voice | None = None

    def wait(self, until: Fraction) -> None:
        """Rest until a time."""
        if until > self.now:
            self.sounds.append(Sound(until - self.now))
            self.now = until


class KernReader:
    """Reads one file. Spines of other kinds than **kern are passed over."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._reading = Reading()
        self._budget = Budget()
        self._piece = Piece(())
        self._columns: list[_Voice | None] = []  # None: another kind of spine
        self._voices: list[_Voice] = []
        self._meters: list[tuple[Fraction, Meter]] = []
        self._signatures: list[tuple[Fraction, int]] = []
        self._fillings: list[tuple[Fraction, Filling]] = []
        self._begins = False
        self._start = Fraction()
        self._line = 0

    def read(self) -> Reading:
        """Return the music with its problems.

        Raises:
            TooLargeError: it has too many notes, bars or spines.
        """
        for number, line in enumerate(self._lines, start=1):
            self._line = number
            if line.startswith("!!!"):
                self._reference(line)
            elif line.strip() and not line.startswith("!"):
                self._record(line.split("\t"))
            if len(self._reading.problems) > _ENOUGH:
                break
        self._bar_line("=")
        self._finish()
        return self._reading

    def _reference(self, line: str) -> None:
        kind, _, said = line[3:].partition(":")
        if kind == "OTL" or kind.startswith("OTL@"):
            self._piece = replace(self._piece, title=self._piece.title or said.strip()[:200])
        elif kind == "COM":
            self._piece = replace(self._piece, composer=said.strip()[:200])

    def _record(self, cells: list[str]) -> None:
        if cells[0].startswith("**"):
            self._columns = [_Voice() if cell == "**kern" else None for cell in cells[:MOST_PARTS]]
            self._voices += [voice for voice in self._columns if voice is not None]
            if len(cells) > MOST_PARTS or len(self._voices) > MOST_PARTS:
                raise TooLargeError(f"more than {MOST_PARTS} spines; give a score with fewer")
            if None in self._columns:
                self._reading.pass_over("spines of other kinds than **kern")
            return
        if len(cells) != len(self._columns):
            self._bad(f"{len(cells)} columns where there are {len(self._columns)} spines",
                      "write a token for each spine, with tabs between")  # fmt: skip
        elif cells[0].startswith("*"):
            self._interpret(cells)
        elif cells[0].startswith("="):
            self._bar_line(cells[0])
        else:
            for column, (voice, cell) in enumerate(zip(self._columns, cells, strict=True), 1):
                if voice is not None and cell not in (".", ""):
                    self._token(voice, cell, column)

    def _interpret(self, cells: list[str]) -> None:
        now = max((voice.now for voice in self._columns if voice), default=Fraction())
        for voice, cell in zip(self._columns, cells, strict=True):
            if voice is not None:
                self._tandem(voice, cell, now)
        if any(cell in ("*^", "*v", "*-", "*+", "*x") for cell in cells):
            self._split(cells)

    def _tandem(self, voice: _Voice, cell: str, now: Fraction) -> None:
        if cell.startswith('*I"'):
            voice.name = cell[3:83].strip()
        elif match := re.fullmatch(r"\*M(\d{1,2})/(1|2|4|8|16|32|64)", cell):
            self._change(self._meters, now, (max(int(match[1]), 1), int(match[2])))
        elif match := re.fullmatch(r"\*k\[((?:[a-g][#-]){0,7})\]", cell):
            sharps, flats = match[1].count("#"), match[1].count("-")
            self._change(self._signatures, now, sharps - flats)
        elif match := re.fullmatch(r"\*MM(\d{1,4}(?:\.\d+)?)", cell):
            if not now:
                self._piece = replace(self._piece, tempo=bounded_tempo(float(match[1])))
            else:
                self._reading.pass_over("changes of tempo: the first is kept")
        elif match := re.fullmatch(r"\*([A-Ga-g])[#-]*:(\w{3})?", cell):
            plain = "minor" if match[1].islower() else "major"
            mode = _MODES.get(match[2] or "", plain)
            self._piece = replace(self._piece, mode=self._piece.mode or mode)
        elif cell.startswith("*>"):
            self._reading.pass_over("labels of sections (*>): all is read once, in its order")

    def _change(self, changes: list[tuple[Fraction, _T]], now: Fraction, value: _T) -> None:
        """Note a change of key or meter; each spine says it once more."""
        if not changes or changes[-1] != (now, value):
            if changes and changes[-1][0] == now:
                changes.pop()
            changes.append((now, value))
            self._budget.spend(bars=1)

    def _split(self, cells: list[str]) -> None:
        made: list[_Voice | None] = []
        joined: _Voice | None = None
        for voice, cell in zip(self._columns, cells, strict=True):
            if cell == "*v" and joined is not None and voice is not None:
                joined.free.append(voice)
                continue
            joined = voice if cell == "*v" else None
            if cell == "*-":
                continue
            made.append(voice)
            if cell == "*^":
                made.append(self._beside(voice) if voice is not None else None)
            if cell in ("*+", "*x"):
                self._reading.pass_over("spines that are added or exchanged (*+, *x)")
        if len(made) > MOST_PARTS:
            raise TooLargeError(f"more than {MOST_PARTS} spines; give a score with fewer")
        self._columns = made

    def _beside(self, voice: _Voice) -> _Voice:
        """Return a voice that splits off another: one that has joined it before, or a new one."""
        if voice.free:
            fresh = voice.free.pop()
        else:
            fresh = _Voice(parent=voice)
            self._voices.append(fresh)
            if len(self._voices) > MOST_PARTS:
                raise TooLargeError(f"more than {MOST_PARTS} voices; give a score with fewer")
        fresh.wait(voice.now)
        return fresh

    def _token(self, voice: _Voice, cell: str, column: int) -> None:
        if len(cell) > _LONGEST:
            self._bad(f"a token of {len(cell)} characters", "write a chord of fewer notes", column)
            return
        try:
            token = read_token(cell)
        except MusicError as problem:
            self._bad(str(problem), column=column)
            return
        if token.grace:
            self._reading.pass_over("grace notes")
            return
        self._budget.spend(notes=max(1, len(token.pitches)))
        voice.slurs += token.opens
        before = voice.sounds[-1] if voice.sounds else None
        marks = token.marks
        if voice.slurs and struck(before, token.pitches):
            marks = (*marks, "legato")
        voice.slurs = max(0, voice.slurs - token.closes)
        made = ordered(marks) if marks else ()
        voice.sounds.append(Sound(token.length, token.pitches, token.tied, marks=made))
        voice.now += token.length
        if voice.now > 4 * MOST_BARS:
            raise TooLargeError(f"the music lasts over {4 * MOST_BARS} quarters; write less")

    def _bar_line(self, sign: str) -> None:
        """End the bar in all voices; those that lack something are told, and rest."""
        voices = [voice for voice in self._columns or self._voices if voice is not None]
        end = max((voice.now for voice in voices), default=self._start)
        for number, voice in enumerate(voices, 1):
            if voice.now < end and voice.now > self._start:
                self._bad(f"spine {number} of the bar lacks {quarters(end - voice.now)}",
                          "make the spines of a bar equally long")  # fmt: skip
            voice.wait(end)
        if end > self._start:
            self._budget.spend(bars=1)
            meter = self._meters[-1][1] if self._meters else COMMON_TIME
            fifths = self._signatures[-1][1] if self._signatures else 0
            filling = Filling(meter, fifths, self._line, 1, length=end - self._start)
            filling.begins, filling.ends = self._begins, ":|" in sign
            filling.section = bool(re.search(r"[:|!]|==", sign))
            self._fillings.append((self._start, filling))
            self._start, self._begins = end, False
        elif self._fillings and ":|" in sign:
            self._fillings[-1][1].ends = True
        self._begins = self._begins or "|:" in sign

    def _finish(self) -> None:
        check_bars([filling for _, filling in self._fillings], self._reading)
        shorts = {at: f.length for at, f in self._fillings}
        parts = []
        for number, voice in enumerate(self._voices, 1):
            voice.wait(self._start)
            bars = cut(voice.sounds, self._meters, self._signatures, shorts=shorts,
                       budget=Budget())  # fmt: skip
            signed = zip(bars, self._fillings, strict=False)
            bars = tuple(replace(b, begins=f.begins, ends=f.ends) for b, (_, f) in signed)
            parts.append((voice, Part(_name(voice, number), bars)))
        heard = [
            part
            for voice, part in reversed(parts)
            if part.bars and (voice.parent is None or any(s.pitches for s in voice.sounds))
        ]
        if heard:
            self._reading.piece = replace(self._piece, parts=same_length(heard))
        elif not self._reading.problems:
            self._reading.report(1, 1, "there are no notes", "begin with **kern, then e.g. 4c")
        self._reading.problems.sort()

    def _bad(self, message: str, hint: str = "", column: int = 1) -> None:
        bar = len(self._fillings) + 1
        self._reading.report(self._line, column, message[:300], hint, bar=bar)


def _name(voice: _Voice, number: int) -> str:
    if voice.name:
        return voice.name
    return f"{voice.parent.name or 'Part'}, voice {number}" if voice.parent else f"Part {number}"


def read_kern(code: str | bytes) -> Reading:
    """Read a file with its problems.

    Raises:
        MusicError: it is no text, or too large.
    """
    check_size(code)
    return KernReader(text_of(code)).read()
