"""Reading ABC notation (the standard's version 2.1): one tune, its voices, bars and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from tools.music.codes import marks_reading
from tools.music.codes.abc_fields import (
    length_of,
    meter_of,
    read_key_field,
    tempo_of,
    tuplet_of,
    unit_of,
)
from tools.music.codes.abc_voice import Voice
from tools.music.codes.bars import Filling, check_bars, same_length
from tools.music.codes.limits import Budget, check_size
from tools.music.codes.model import COMMON_TIME, Part, Piece, Sound, full_bar
from tools.music.codes.problems import Reading, text_of
from tools.music.key import signature
from tools.music.pitch import MusicError, Pitch, pitch_of

_FIELD = re.compile(r"([A-Za-z+]):\s*(.*)")
_TOKEN = re.compile(
    r"""(?P<space>[\s`\\]+|y\d{0,4})
    | (?P<text>"[^"\n]*"?)
    | (?P<mark>![^!\n|]*!|\+[a-z.]+\+|\.(?!\|)|[~HLMOPSTuv]|!)
    | (?P<grace>\{[^}\n]*\}?)
    | (?P<field>\[[A-Za-z]:[^\]\n]*\]?)
    | (?P<bar>(?:\[\|\]|\.?\|\]|\[\||\.?:*\|[|:]*|::+)(?P<ending1>\s*\[?\d[\d,-]*)?
        |\[(?P<ending2>\d[\d,-]*))
    | (?P<chord>\[(?P<inside>[^\]\n|:]*)\](?P<clength>[\d/]*)(?P<ctie>-?))
    | (?P<tuplet>\(\d(?::\d{0,2})?(?::\d{0,2})?)
    | (?P<slur>[()])
    | (?P<note>(?P<accidental>\^\^?|__?|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*)
        (?P<length>[\d/]*)\s*(?P<tie>-?))
    | (?P<rest>[zx](?P<rlength>[\d/]*))
    | (?P<bars>[ZX](?P<count>\d{0,6}))
    | (?P<broken>>{1,3}|<{1,3})
    | (?P<overlay>&)
    """,
    re.VERBOSE,
)
_IN_CHORD = re.compile(r"(\^\^?|__?|=)?([A-Ga-g])([,']*)([\d/]*)(-?)")
Pitches = tuple[Pitch, ...]
_ENOUGH = 100  # problems: what follows is most likely no ABC
_ALTERS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}


class AbcReader:
    """Reads one tune. Every position is of the given text."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._tunes = sum(line.startswith("X:") for line in self._lines)
        self._reading = Reading()
        self._budget = Budget()
        self._header = Voice("", COMMON_TIME, 0, Fraction())
        self._voices: dict[str, Voice] = {}
        self._voice: Voice | None = None
        self._piece = Piece(())
        self._mode = ""
        self._seen: set[str] = set()
        self._symbols = {":"}  # a lone colon is an old repeat sign; the others come from U:

    def read(self) -> Reading:
        """Return the tune with its problems.

        Raises:
            TooLargeError: it has too many notes or bars.
        """
        for number, line in enumerate(self._lines, start=1):
            if self._ends_here(line):
                break
            self._line(line, number)
        self._missing_fields()
        parts = [self._finish(voice) for voice in self._voices.values()]
        if any(part.bars for part in parts):
            self._reading.piece = replace(self._piece, parts=same_length(parts), mode=self._mode)
        elif not self._reading.problems:
            self._reading.report(1, 1, "there are no notes", "write notes after the K: line")
        self._reading.problems.sort()
        return self._reading

    def _ends_here(self, line: str) -> bool:
        """Tell whether the tune ends before this line: at an empty one, or at the next tune."""
        ended = not line.strip() and {"X", "K"} <= self._seen
        ended = ended and any(voice.bar or voice.fillings for voice in self._all())
        ended = ended or (line.startswith("X:") and "X" in self._seen)
        if ended and self._tunes > 1:
            self._reading.pass_over("only the first tune is read")
        return ended

    def _all(self) -> Iterator[Voice]:
        yield from self._voices.values()

    def _line(self, line: str, number: int) -> None:
        plain = line.split("%")[0] if line.startswith("%") else re.sub(r"(?<!\\)%.*", "", line)
        if line.startswith("%%"):
            self._directive(line)
        if not plain.strip():
            return
        named = _FIELD.match(plain) if re.match(r"[A-Za-z+]:(?![|:])", plain) else None
        if named:
            self._field(named[1], named[2].strip(), number, named.start(2) + 1)
        elif "K" in self._seen:
            self._music(plain, number)
        else:
            self._reading.report(
                number, 1, "music before the K: line", "the header ends with K:, e.g. K:C"
            )
            self._seen.add("K")
            self._music(plain, number)

    def _directive(self, line: str) -> None:
        found = re.match(r"%%MIDI\s+program\s+(?:\d{1,2}\s+)?(\d{1,4})", line)
        if found:
            (self._voice or self._header).program = min(int(found[1]), 127)

    def _field(self, name: str, value: str, line: int, column: int) -> None:
        first = name not in self._seen
        self._seen.add(name)
        if name == "T" and first:
            self._piece = replace(self._piece, title=value[:200])
        elif name == "C" and first:
            self._piece = replace(self._piece, composer=value[:200])
        elif name == "V":
            self._change_voice(value)
        elif name in "KMLQ":
            self._musical_field(name, value, line, column)
        elif name == "U":
            self._symbols.add(value[:1])
        elif name in "wW":
            self._reading.pass_over("lyrics (w:)")

    def _musical_field(self, name: str, value: str, line: int, column: int) -> None:
        targets = [self._voice] if self._voice else [self._header, *self._all()]
        try:
            if name == "Q":
                self._tempo(value)
                return
            for voice in targets:
                if name == "K":
                    voice.fifths, mode = read_key_field(value)
                    self._mode = self._mode or mode
                elif name == "M":
                    voice.meter, voice.bar = meter_of(value), _unstarted(voice.bar)
                else:
                    voice.unit = unit_of(value)
        except MusicError as problem:
            self._reading.report(line, column, str(problem)[:200])

    def _tempo(self, value: str) -> None:
        """Keep the tempo of the piece, or mark the next note where it changes."""
        tempo = tempo_of(value, self._piece.tempo)
        if marks_reading.asks_for_swing(value):
            self._piece = replace(self._piece, swing=True)
        if self._voice is None or not self._voice.begun:
            self._piece = replace(self._piece, tempo=tempo)
        else:
            self._voice.marks += (marks_reading.of_tempo(tempo),)

    def _change_voice(self, value: str) -> None:
        name, _, rest = value.partition(" ")
        if name not in self._voices:
            self._budget.spend(bars=1)
            said = re.search(r'(?:name|nm)=(?:"([^"]*)|([^\s"]+))', rest)
            fresh = replace(
                self._header,
                name=(said[1] or said[2] or "").strip() if said else name,
                fillings=[],
                accidentals={},
            )
            self._voices[name] = fresh
        if "K" in self._seen:
            self._voice = self._voices[name]

    def _current(self) -> Voice:
        if self._voice is None:
            if not self._voices:
                self._voices[""] = replace(self._header, fillings=[], accidentals={})
            self._voice = next(iter(self._voices.values()))
        if not self._voice.unit:
            small = full_bar(self._voice.meter) < 3
            self._voice.unit = Fraction(1, 4) if small else Fraction(1, 2)
        return self._voice

    def _music(self, text: str, line: int) -> None:
        place = 0
        while place < len(text) and len(self._reading.problems) < _ENOUGH:
            match = _TOKEN.match(text, place)
            if match is None or match.end() == place:
                self._unknown(text, line, place)
                place += 1
                continue
            self._token(match, line, place + 1)
            place = match.end()

    def _unknown(self, text: str, line: int, place: int) -> None:
        sign = text[place]
        if sign in self._symbols:
            return
        hint = "notes are A to G and a to g, rests z" if sign.isalpha() else "remove it"
        self._reading.report(line, place + 1, f"{sign!r} has no meaning here", hint)

    def _token(self, match: re.Match[str], line: int, column: int) -> None:
        voice = self._current()
        kind = match.lastgroup
        if kind == "note":
            pitch = self._pitch(voice, match["accidental"], match["letter"], match["octave"])
            tied = (pitch,) if match["tie"] else ()
            self._add(voice, match["length"], (pitch,), tied, line, column)
        elif kind == "rest":
            self._add(voice, match["rlength"], (), (), line, column)
        elif kind == "chord":
            self._chord(voice, match, line, column)
        elif kind == "bar":
            ending = match["ending1"] or match["ending2"] or ""
            voice.bar_line(match["bar"], ending)
        elif kind == "bars":
            self._rest_bars(voice, int(match["count"] or 1), line, column)
        elif kind == "tuplet":
            voice.tuplet = tuplet_of(match["tuplet"], voice.meter)
        elif kind == "broken":
            self._broken(voice, match["broken"], line, column)
        elif kind == "field":
            self._inline(match["field"], line, column)
        elif kind == "text":
            self._text(voice, match["text"], line, column)
        elif kind == "mark":
            voice.marks += marks_reading.of_abc(match["mark"])
        elif kind == "slur":
            voice.slur(match["slur"])
        elif kind == "overlay":
            self._reading.report(
                line, column, "voice overlays (&) are not read", "write the voice as V:2"
            )
        elif kind == "grace":
            self._reading.pass_over("grace notes ({})")

    def _text(self, voice: Voice, text: str, line: int, column: int) -> None:
        if not text.endswith('"') or len(text) == 1:
            self._reading.report(line, column, 'a quote (") is not closed', 'write "Am"')
            return
        above = text[1:2] in ("^", "_", "<", ">", "@")
        said = marks_reading.of_words(text) if above or text.rstrip('"').endswith(".") else ()
        voice.marks += said
        if not above and not said:
            voice.chord = text.strip('" ')

    def _inline(self, text: str, line: int, column: int) -> None:
        if not text.endswith("]"):
            self._reading.report(line, column, f"{text!r} is not closed", "end it with ]")
        self._field(text[1], text[3:].rstrip("]").strip(), line, column + 3)

    def _pitch(self, voice: Voice, sign: str | None, letter: str, marks: str) -> Pitch:
        octave = (5 if letter.islower() else 4) + marks.count("'") - marks.count(",")
        octave = max(-1, min(octave, 9))
        step = letter.upper()
        if sign is not None:
            voice.accidentals[step, octave] = _ALTERS[sign]
        natural = signature(voice.fifths).get(step, 0)
        return pitch_of(step, voice.accidentals.get((step, octave), natural), octave)

    def _chord(self, voice: Voice, match: re.Match[str], line: int, column: int) -> None:
        pitches, tied, lengths = [], [], []
        found = list(_IN_CHORD.finditer(match["inside"]))
        rest = _IN_CHORD.sub("", re.sub(r"![^!]*!|\"[^\"]*\"", "", match["inside"])).strip()
        if rest or not found:
            self._reading.report(
                line, column, f"cannot read the chord {match[0]!r}", "write notes in it: [CEG]"
            )
        for note in found:
            pitch = self._pitch(voice, note[1], note[2], note[3])
            pitches.append(pitch)
            lengths.append(note[4])
            tied += [pitch] if note[5] or match["ctie"] else []
        if found:
            try:
                factor = length_of(lengths[0]) * length_of(match["clength"])
            except MusicError as problem:
                self._reading.report(line, column, str(problem)[:200])
                return
            self._sound(voice, factor, tuple(dict.fromkeys(pitches)), tuple(tied), line, column)

    def _add(
        self, voice: Voice, length: str, pitches: Pitches, tied: Pitches, line: int, column: int
    ) -> None:
        try:
            factor = length_of(length)
        except MusicError as problem:
            self._reading.report(line, column, str(problem)[:200])
            return
        self._sound(voice, factor, pitches, tied, line, column)

    def _sound(
        self,
        voice: Voice,
        factor: Fraction,
        pitches: Pitches,
        tied: Pitches,
        line: int,
        column: int,
    ) -> None:
        self._budget.spend(notes=max(1, len(pitches)))
        scale, left = voice.tuplet
        length = factor * voice.unit
        if left:
            length *= scale
            voice.tuplet = (scale, left - 1)
        if voice.broken is not None:
            length, voice.broken = length * voice.broken, None
        sound = Sound(length, pitches, tied, voice.chord, voice.marks_of(pitches))
        voice.chord = ""
        voice.filling(self._budget, line, column).add(sound, line, column)

    def _broken(self, voice: Voice, signs: str, line: int, column: int) -> None:
        if voice.bar is None or not voice.bar.sounds:
            self._reading.report(line, column, f"{signs!r} needs a note before it", "write A>B")
            return
        short = Fraction(1, 2 ** len(signs))
        first, second = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
        last = voice.bar.sounds.pop()
        voice.bar.length -= last.length
        voice.bar.add(replace(last, length=last.length * first), line, column)
        voice.broken = second

    def _rest_bars(self, voice: Voice, count: int, line: int, column: int) -> None:
        self._budget.spend(bars=count)
        for _ in range(count):
            rest = Sound(full_bar(voice.meter))
            voice.filling(self._budget, line, column).add(rest, line, column)
            voice.close()

    def _finish(self, voice: Voice) -> Part:
        voice.close()
        check_bars(voice.fillings, self._reading)
        bars = tuple(filling.bar() for filling in voice.fillings)
        return Part(voice.name, bars, voice.program)

    def _missing_fields(self) -> None:
        if "X" not in self._seen:
            self._reading.report(1, 1, "the tune has no number", "begin with X:1")
        if "K" not in self._seen:
            last = max(len(self._lines), 1)
            self._reading.report(last, 1, "there is no key", "end the header with K:, e.g. K:C")


def _unstarted(bar: Filling | None) -> Filling | None:
    """A meter that changes before a bar's first note is that bar's."""
    return bar if bar is not None and bar.sounds else None


def read_abc(code: str | bytes) -> Reading:
    """Read one tune with its problems.

    Raises:
        MusicError: it is no text, or too large.
    """
    check_size(code)
    return AbcReader(on_lines(text_of(code))).read()


def on_lines(text: str) -> str:
    """Give each field of a header that was typed in one line (`X:1 K:C CDEF|`) a line."""
    plain = text.strip()
    if "\n" in plain or not re.match(r"[XTMLQCK]:", plain):
        return text
    return re.sub(r"(?<=\S)\s+(?=[TMLQCK]:)|(?<=K:)(\S+)\s+", lambda m: (m[1] or "") + "\n", plain)
