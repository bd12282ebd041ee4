"""Reading the mini-notation of TidalCycles and Strudel, alone or inside of their code."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from fractions import Fraction

from tools.music.chord import stack
from tools.music.chord_text import read_chord
from tools.music.codes import mini_pattern as patterns
from tools.music.codes.bars import cut, same_length, stream
from tools.music.codes.limits import Budget, check_size
from tools.music.codes.mini_parser import MiniParser
from tools.music.codes.model import Part, Piece, bounded_tempo
from tools.music.codes.problems import Reading, UnreadableError, text_of
from tools.music.codes.spelling import spell, with_key
from tools.music.pitch import MusicError, Pitch, pitch_of

DRUMS = {
    "bd": 36, "kick": 36, "sd": 38, "sn": 38, "rim": 37, "cp": 39, "hh": 42, "ch": 42, "hc": 42,
    "oh": 46, "ho": 46, "lt": 41, "mt": 47, "ht": 50, "cr": 49, "cy": 49, "rd": 51, "cb": 56,
    "sh": 70, "perc": 76, "tb": 54, "can": 64, "drum": 38,
}  # fmt: skip
_TEXT = re.compile(r'"(?P<double>[^"]*)"|`(?P<back>[^`]*)`|(?P<open>["`])')
_BEFORE = re.compile(r"([A-Za-z_]\w*)\s*[($]?\s*\(?\s*$")
_NOT_PATTERNS = frozenset(("samples", "import", "initHydra", "setTitle", "loadOrc", "evaluate"))
_NOTES = frozenset(("note", "n", "up", "freq"))
_NOTE = re.compile(r"([a-g])(s|f|#|b|ss|ff|bb|##)?(-?\d)?$", re.IGNORECASE)
_BEATS = 4  # quarter notes that a cycle is written as


@dataclass
class _Text:
    """A pattern in a code: its text, where it begins, and the function that takes it."""

    text: str
    at: int
    function: str


class MiniReader:
    """Reads the patterns of a code. `middle_octave` is the octave of middle C: 4 in Strudel, 5 in
    TidalCycles.
    """

    def __init__(self, text: str, middle_octave: int) -> None:
        self._text, self._middle = text, middle_octave
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._reading = Reading()
        self._budget = Budget()

    def read(self) -> Reading:
        """Return the music of as many cycles as repeat, and the problems.

        Raises:
            TooLargeError: it has too many events.
        """
        rows = []
        for found in self._texts():
            row = self._pattern(found)
            if row is not None:
                rows.append((found, row))
        if not rows and not self._reading.problems:
            self._reading.report(1, 1, "there is no pattern", 'write e.g. note("c4 e4 g4")')
        heard = [(f, p) for f, p in rows if f.function not in _SETTINGS]
        cycles = patterns.common(iter([row.period for _, row in heard]))
        parts = [part for found, row in heard for part in self._parts(found, row, cycles)]
        if parts:
            self._reading.piece = with_key(Piece(same_length(parts), tempo=self._tempo()))
        self._reading.problems.sort()
        return self._reading

    def _texts(self) -> list[_Text]:
        """Return the patterns: texts in quotes, or the whole where there are none."""
        plain = re.sub(r"(?m)(?://|--)[^\n\"`]*$", lambda m: " " * len(m[0]), self._text)
        if not re.search(r'["`]', plain):
            if re.search(r"\w\s*[($]", plain) and not re.search(r"\(\d+\s*,", plain):
                self._reading.pass_over("code without a pattern in double quotes")
            return [_Text(plain, 0, "")] if plain.strip() else []
        found = []
        for match in _TEXT.finditer(plain):
            if match["open"]:
                line, column = self._place(match.start())
                self._reading.report(line, column, "this quote is never closed", "close it")
                continue
            before = _BEFORE.search(plain, max(0, match.start() - 80), match.start())
            function = before[1] if before else ""
            if function not in _NOT_PATTERNS:
                group = "double" if match["double"] is not None else "back"
                found.append(_Text(match[group], match.start(group), function))
        self._brackets(_TEXT.sub(lambda m: " " * len(m[0]), plain))
        return found

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def _brackets(self, code: str) -> None:
        pairs, opened = {")": "(", "]": "[", "}": "{"}, []
        for match in re.finditer(r"[()\[\]{}]", code):
            sign = match[0]
            if sign in pairs.values():
                opened.append((sign, match.start()))
            elif not opened or opened.pop()[0] != pairs[sign]:
                line, column = self._place(match.start())
                self._reading.report(line, column, f"{sign!r} closes nothing", "remove it")
                return
        for sign, at in opened[:1]:
            line, column = self._place(at)
            self._reading.report(line, column, f"{sign!r} is never closed", "close it")

    def _pattern(self, found: _Text) -> patterns.Pattern | None:
        parser = MiniParser(found.text, lambda at: self._place(found.at + at))
        try:
            row = parser.parse()
            list(row.cycle(0, patterns.Counter()))
        except UnreadableError as problem:
            self._reading.problems.append(problem.problem)
            return None
        if parser.random:
            self._reading.pass_over("chance (? and |) and changing factors: the first is taken")
        return row

    def _parts(self, found: _Text, row: patterns.Pattern, cycles: int) -> list[Part]:
        """Return the notes and the drums of a pattern as parts."""
        counter = patterns.Counter()
        notes: list[tuple[Fraction, Fraction, tuple[Pitch, ...]]] = []
        drums: list[tuple[Fraction, Fraction, tuple[Pitch, ...]]] = []
        events = 0
        for number in range(cycles):
            for each in row.cycle(number, counter):
                self._budget.spend(notes=1)
                events += 1
                start, length = (number + each.start) * _BEATS, (each.end - each.start) * _BEATS
                if each.value in DRUMS:
                    drums.append((start, length, (spell(DRUMS[each.value], 0),)))
                elif pitches := self._pitches(each.value, found.function):
                    notes.append((start, length, pitches))
        what = found.function or "pattern"
        self._reading.facts.append(
            f"{what}: {events} events in {cycles} cycle{'' if cycles == 1 else 's'}"
        )
        end = Fraction(cycles * _BEATS)
        kinds = ((notes, False, "Notes"), (drums, True, "Drums"))
        return [
            Part(name, cut(stream(rows, end), budget=self._budget), percussion=percussion)
            for rows, percussion, name in kinds
            if rows
        ]

    def _pitches(self, value: str, function: str) -> tuple[Pitch, ...]:
        match = _NOTE.match(value)
        if match and (function in _NOTES or not function):
            sign = (match[2] or "").lower()
            alter = sum({"s": 1, "#": 1, "f": -1, "b": -1}[letter] for letter in sign)
            octave = int(match[3]) if match[3] else self._middle - (self._middle == 4)
            return (pitch_of(match[1].upper(), alter, octave - self._middle + 4),)
        if function in ("note", "n", "up") and re.fullmatch(r"-?\d{1,3}", value):
            number = int(value) if int(value) >= 24 and self._middle == 4 else 60 + int(value)
            return (spell(number, 0),) if 0 <= number <= 127 else ()
        if function in ("chord", "chords") or "'" in value:
            try:
                return stack(read_chord(value.replace("'", "").replace("^", "maj")).pitches)
            except MusicError:
                return ()
        return ()

    def _tempo(self) -> float:
        """Read `setcps 0.5`, `setcpm(120/4)`: cycles are bars of four quarter notes."""
        one = r"(\d{1,6}(?:\.\d+)?)\s*"
        number = rf"\(?\s*{one}(?:/\s*{one})?(?:/\s*{one})?"
        for word, scale in (("setcps", 240.0), ("setcpm", 4.0), ("setCps", 240.0), ("setCpm", 4.0)):
            match = re.search(rf"\b{word}\s*{number}", self._text)
            if match:
                value = float(match[1]) * scale
                for divisor in match.groups()[1:]:
                    value /= float(divisor or 1) or 1.0
                return bounded_tempo(value)
        return 120.0 if self._middle == 4 else 135.0


_SETTINGS = frozenset(
    """gain speed pan room size lpf hpf cutoff resonance attack release sustain decay delay
    orbit legato vowel shape bank struct mask crush coarse amp clip velocity scale color
    delaytime vib""".split()
)


def read_mini(code: str | bytes, middle_octave: int = 4) -> Reading:
    """Read a code with its problems.

    Raises:
        MusicError: it is no text, or too large.
    """
    check_size(code)
    return MiniReader(text_of(code), middle_octave).read()
