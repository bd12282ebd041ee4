"""Csound: reading the score and orchestra of a .csd (or a .sco alone), and writing a simple one.

The orchestra is not compiled: instruments, their p-fields, brackets and blocks are checked.
Macros, includes, loops of scores and Python-like score generators are not read.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from tools.music.codes.bars import cut, same_length, stream
from tools.music.codes.limits import Budget, check_size
from tools.music.codes.midi_writer import midi_number, timed
from tools.music.codes.model import Part, Piece, bounded_tempo
from tools.music.codes.problems import Reading, text_of
from tools.music.codes.spelling import spell, with_key
from tools.music.pitch import Pitch

_SECTION = re.compile(r"<(/?)(Cs\w+|CsoundSynthesizer)>")
_INSTR = re.compile(r"^\s*instr\s+(.+?)\s*$")
_STATEMENT = re.compile(r"\s*([a-zA-Z{}])\s*(.*)$")
_STRINGS = re.compile(r'"[^"\n]*"')
_PITCHED = {"cpspch": "pch", "cpsmidinn": "midi", "cpsoct": "oct", "mtof": "midi", "ntom": ""}
_KNOWN = frozenset("iftsabCdemnqrvxyz{}")


@dataclass
class _Instrument:
    """What an instrument asks of a note: its highest p-field, and the one that is a pitch."""

    name: str
    line: int
    fields: int = 3
    pitch: tuple[int, str] | None = None


@dataclass
class _Score:
    """Notes as instrument, start and length in beats, and p-fields."""

    notes: list[tuple[str, float, float, list[str]]] = field(default_factory=list)
    tempo: float = 60.0
    tables: set[int] = field(default_factory=set)


class CsoundReader:
    """Reads one file."""

    def __init__(self, text: str) -> None:
        self._lines = _without_comments(text).splitlines()
        self._reading = Reading()
        self._budget = Budget()
        self._instruments: dict[str, _Instrument] = {}
        self._score = _Score()

    def read(self) -> Reading:
        """Return the notes, where their pitches are known, and the problems.

        Raises:
            TooLargeError: there are too many notes.
        """
        orchestra, score, whole = self._sections()
        if whole:
            self._orchestra(orchestra)
        self._read_score(score, checked=whole)
        self._facts(whole)
        self._piece()
        self._reading.problems.sort()
        return self._reading

    def _sections(self) -> tuple[list[tuple[int, str]], list[tuple[int, str]], bool]:
        rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
        opened: list[tuple[str, int]] = []
        for number, line in enumerate(self._lines, start=1):
            match = _SECTION.search(line)
            if match is None:
                rows[opened[-1][0] if opened else ""].append((number, line))
            elif not match[1]:
                opened.append((match[2], number))
                rows[match[2]] = rows[match[2]]
            elif opened and opened[-1][0] == match[2]:
                opened.pop()
            else:
                self._reading.report(
                    number, match.start() + 1, f"</{match[2]}> closes nothing", "remove it"
                )
        for name, number in opened[:1]:
            self._reading.report(number, 1, f"<{name}> is never closed", f"add </{name}>")
        if not any(name for name in rows):
            return [], rows[""], False
        for name in ("CsInstruments", "CsScore"):
            if name not in rows:
                self._reading.report(1, 1, f"there is no <{name}>", f"add <{name}> ... </{name}>")
        return rows["CsInstruments"], rows["CsScore"], True

    # The orchestra

    def _orchestra(self, lines: list[tuple[int, str]]) -> None:
        inside: list[_Instrument] = []
        blocks: list[tuple[str, int]] = []
        for number, line in lines:
            plain = _STRINGS.sub('""', line)
            if "#include" in plain or "#define" in plain:
                self._reading.pass_over("#include and #define")
            self._balance(plain, number)
            match = _INSTR.match(plain)
            if match:
                if inside:
                    self._reading.report(number, 1, "instr inside of an instr", "end it: endin")
                names = [name.strip().lstrip("+") for name in match[1].split(",")]
                inside = [_Instrument(name, number) for name in names]
                for made in inside:
                    if made.name in self._instruments:
                        self._reading.report(
                            number,
                            1,
                            f"instr {made.name} is defined twice",
                            "give it another number",
                        )
                    self._instruments[made.name] = made
            elif re.match(r"\s*endin\b", plain):
                if not inside:
                    self._reading.report(number, 1, "endin without instr", "remove it")
                self._open_blocks(blocks)
                inside, blocks = [], []
            else:
                self._instrument_line(plain, inside)
                self._block(plain, number, blocks)
        if inside:
            self._reading.report(
                inside[0].line, 1, f"instr {inside[0].name} has no endin", "add endin"
            )
        if not self._instruments:
            self._reading.report(1, 1, "the orchestra has no instrument", "write instr 1 ... endin")

    def _balance(self, plain: str, number: int) -> None:
        if plain.count("(") != plain.count(")") or plain.count("[") != plain.count("]"):
            column = len(plain) - len(plain.lstrip()) + 1
            self._reading.report(number, column, "the brackets do not match", "close each one")
        if plain.count('"') % 2:
            self._reading.report(number, plain.rfind('"') + 1, "a text is not closed", 'add "')

    def _instrument_line(self, plain: str, inside: list[_Instrument]) -> None:
        for made in inside:
            for match in re.finditer(r"\bp(\d{1,3})\b", plain):
                made.fields = max(made.fields, int(match[1]))
            for match in re.finditer(r"\b(\w+)[:\w]*\s*\(?\s*(?:int\s*\(\s*)?p(\d{1,3})\b", plain):
                kind = _PITCHED.get(match[1])
                if kind and made.pitch is None:
                    made.pitch = (int(match[2]), kind)

    def _block(self, plain: str, number: int, blocks: list[tuple[str, int]]) -> None:
        code = plain.split(";")[0]
        if re.match(r"\s*(?:if|elseif)\b.*\b(?:then)\s*$", code) and "elseif" not in code:
            blocks.append(("if", number))
        elif re.match(r"\s*(while|until)\b.*\bdo\s*$", code):
            blocks.append(("while", number))
        elif re.match(r"\s*(endif|od|fi)\b", code):
            if not blocks:
                self._reading.report(number, 1, f"{code.strip()} closes nothing", "remove it")
            else:
                blocks.pop()

    def _open_blocks(self, blocks: list[tuple[str, int]]) -> None:
        for name, number in blocks[:1]:
            end = "endif" if name == "if" else "od"
            self._reading.report(number, 1, f"this {name} is never closed", f"add {end}")

    # The score

    def _read_score(self, lines: list[tuple[int, str]], *, checked: bool) -> None:
        before: dict[str, list[str]] = {}
        last = ""
        section, longest = 0.0, 0.0
        for number, line in lines:
            if not line.strip():
                continue
            match = _STATEMENT.match(_STRINGS.sub(lambda m: m[0].replace(" ", "_"), line))
            if match is None or match[1] not in _KNOWN:
                self._reading.report(
                    number, 1, f"{line.strip()[:20]!r} is no score statement",
                    "statements begin with i, f, t, s or e",
                )  # fmt: skip
                continue
            kind, fields = match[1], match[2].split()
            if kind == "i":
                last = self._note(number, fields, before, last, section, checked=checked)
                longest = max([longest, *(n[1] + n[2] for n in self._score.notes[-1:])])
            elif kind == "t":
                self._tempo(number, fields)
            elif kind == "f":
                self._table(number, fields)
            elif kind == "s":
                section, before = longest, {}
            elif kind == "e":
                break
            elif kind in "mnqr{}xvb":
                self._reading.pass_over(f"score statement {kind}")

    def _note(
        self, number: int, fields: list[str], before: dict[str, list[str]], last: str,
        section: float, *, checked: bool,
    ) -> str:  # fmt: skip
        self._budget.spend(notes=1)
        if len(fields) < 3 and not (last and fields):
            self._reading.report(
                number, 1, f"a note needs p1, p2 and p3, this has {len(fields)}",
                "write i instrument start length",
            )  # fmt: skip
            return last
        name = last if fields[0] == "." else fields[0]
        key = name.strip('"').split(".")[0]
        known = before.get(key, [])
        full = list(fields)
        for place in range(max(len(fields), len(known) if len(fields) < len(known) else 0)):
            if place >= len(full):
                full.append(known[place])
            elif full[place] == "." and place < len(known):
                full[place] = known[place]
        start = self._time(number, full[1], "start", known)
        length = self._time(number, full[2], "length", known)
        if checked:
            self._against_instrument(number, key, full)
        before[key] = [full[0], f"{start:g}", f"{length:g}", *full[3:]]
        self._score.notes.append((key, section + start, abs(length), full))
        return name

    def _time(self, number: int, text: str, what: str, known: list[str]) -> float:
        if text == "+" and known:
            return float(known[1]) + abs(float(known[2]))
        match = re.fullmatch(r"\^\+(\d+(?:\.\d+)?)", text)
        if match and known:
            return float(known[1]) + float(match[1])
        if re.fullmatch(r"-?(?:\d{1,9}(?:\.\d*)?|\.\d+)(?:e-?\d{1,2})?", text):
            value = float(text)
            if what == "start" and value < 0:
                self._reading.report(number, 1, f"a start of {text}", "starts are 0 or later")
            return min(value, 1e7)
        if text.startswith("["):
            self._reading.pass_over("expressions in [ ]")
            return 0.0
        self._reading.report(number, 1, f"cannot read the {what} {text!r}", "write a number")
        return 0.0

    def _against_instrument(self, number: int, name: str, fields: list[str]) -> None:
        made = self._instruments.get(name.lstrip("-"))
        if made is None:
            listed = ", ".join(list(self._instruments)[:5]) or "none"
            self._reading.report(
                number, 1, f"there is no instr {name}", f"the orchestra has: {listed}"
            )
        elif len(fields) < made.fields:
            self._reading.report(
                number, 1, f"instr {name} reads p{made.fields}, the note has {len(fields)} fields",
                f"add p{len(fields) + 1} to p{made.fields}",
            )  # fmt: skip

    def _tempo(self, number: int, fields: list[str]) -> None:
        if len(fields) < 2 or not re.fullmatch(r"\d{1,4}(?:\.\d+)?", fields[1]):
            self._reading.report(number, 1, "cannot read the tempo", "write t 0 120")
            return
        self._score.tempo = bounded_tempo(float(fields[1]))
        if len(fields) > 2:
            self._reading.pass_over("changes of tempo: the first is kept")

    def _table(self, number: int, fields: list[str]) -> None:
        if fields and fields[0].lstrip("-") == "0":
            return
        if len(fields) < 4:
            self._reading.report(
                number,
                1,
                f"a table needs 4 fields, this has {len(fields)}",
                "write f 1 0 16384 10 1",
            )
        elif fields[0].isdigit():
            self._score.tables.add(int(fields[0][:9]))

    # The end

    def _facts(self, whole: bool) -> None:
        notes = self._score.notes
        if not notes and not self._reading.problems:
            self._reading.report(1, 1, "the score has no notes", "write i 1 0 1")
        end = max((start + length for _, start, length, _ in notes), default=0.0)
        said = f"{len(self._instruments)} instruments, " if whole else "a score without orchestra, "
        self._reading.facts.append(
            f"{said}{len(notes)} notes, {end:g} beats at {self._score.tempo:g} bpm"
        )

    def _piece(self) -> None:
        rows: dict[str, list[tuple[Fraction, Fraction, tuple[Pitch]]]] = defaultdict(list)
        for name, start, length, fields in self._score.notes:
            made = self._instruments.get(name)
            pitch = _pitch(made, fields) if made else None
            if pitch is not None:
                at = Fraction(start).limit_denominator(48)
                size = Fraction(length).limit_denominator(48)
                # A note of no length is a trigger: heard, shortly.
                rows[name].append((at, size or Fraction(1, 4), (pitch,)))
        parts = [Part(f"instr {name}", cut(stream(found), budget=self._budget))
                 for name, found in rows.items()]  # fmt: skip
        if parts:
            self._reading.piece = with_key(Piece(same_length(parts), tempo=self._score.tempo))


def _pitch(made: _Instrument, fields: list[str]) -> Pitch | None:
    if made.pitch is None or len(fields) < made.pitch[0]:
        return None
    said, kind = fields[made.pitch[0] - 1], made.pitch[1]
    if not re.fullmatch(r"\d{1,4}(?:\.\d+)?", said):
        return None
    value = float(said)
    if kind == "pch":
        octave, step = divmod(round(value * 100), 100)
        value = 12 * (octave - 3) + step
    elif kind == "oct":
        value = 12 * (value - 3)
    return spell(round(value), 0) if 0 <= value <= 127 else None


def _without_comments(text: str) -> str:
    """Blank comments, so that places stay what they are."""
    plain = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL)
    return re.sub(r"(;|//)[^\n]*", lambda m: " " * len(m[0]), plain)


def read_csound(code: str | bytes) -> Reading:
    """Read a .csd or a score with its problems.

    Raises:
        MusicError: it is no text, or too large.
    """
    check_size(code)
    return CsoundReader(text_of(code)).read()


_ORCHESTRA = """sr = 44100
ksmps = 32
nchnls = 2
0dbfs = 1

; p4: loudness 0 to 1, p5: MIDI number
instr 1
  aenv linsegr 0, 0.01, 1, 0.2, 0.6, 0.1, 0
  asig vco2 p4 * 0.3, cpsmidinn(p5)
  afil moogladder asig, 2000, 0.2
  outs afil * aenv, afil * aenv
endin"""


def write_csound(piece: Piece) -> str:
    """Return the piece as a .csd; all parts are played by one instrument.

    Raises:
        MusicError: a pitch is outside MIDI's range.
    """
    rows = [
        f"i 1 {_number(start)} {_number(end - start)} 0.5 {midi_number(pitch)}"
        for part in piece.parts
        for start, end, pitch in timed(part)
    ]
    score = "\n".join([f"t 0 {piece.tempo:g}", *rows, "e"])
    return (
        "<CsoundSynthesizer>\n<CsOptions>\n-odac\n</CsOptions>\n<CsInstruments>\n"
        f"{_ORCHESTRA}\n</CsInstruments>\n<CsScore>\n{score}\n</CsScore>\n</CsoundSynthesizer>\n"
    )


def _number(value: Fraction) -> str:
    return f"{math.floor(value * 10**6 + Fraction(1, 2)) / 10**6:g}"
