"""Writing LilyPond: absolute pitches, a staff for each part, a bar on each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tools.music.codes.lengths import Value, Written, written
from tools.music.codes.lilypond_words import written_name
from tools.music.codes.marks import SlurEnd, lilypond_after, slur_ends
from tools.music.codes.model import Bar, Part, Piece
from tools.music.key import key_of_fifths
from tools.music.pitch import Pitch

VERSION = "2.24.0"


@dataclass(frozen=True)
class Section:
    """Bars that are played once, or twice with `endings`."""

    bars: tuple[Bar, ...]
    repeated: bool = False
    endings: tuple[tuple[Bar, ...], ...] = ()


def write_lilypond(piece: Piece) -> str:
    """Return the piece as a LilyPond file.

    Raises:
        MusicError: a length has no note values.
    """
    lines = [f'\\version "{VERSION}"']
    head = [f"  title = {_quoted(piece.title)}"] if piece.title else []
    head += [f"  composer = {_quoted(piece.composer)}"] if piece.composer else []
    lines += ["\\header {", *head, "}"] if head else []
    lines += ["\\score {", "  <<"]
    for part in piece.parts:
        lines += [f"    {line}" for line in _staff(piece, part)]
    lines += ["  >>", "  \\layout { }", "  \\midi { }", "}"]
    return "\n".join(lines) + "\n"


def sections(bars: Sequence[Bar]) -> Iterator[Section]:
    """Split bars at their repeat signs."""
    start = place = 0
    while place < len(bars):
        if bars[place].begins and place > start:
            yield Section(tuple(bars[start:place]))
            start = place
        if bars[place].ends:
            body = tuple(bars[start : place + 1])
            first = next((i for i, bar in enumerate(body) if bar.ending), None)
            place += 1
            if first is None:
                yield Section(body, True)
            else:
                end = place + 1 if place < len(bars) and bars[place].ending else place
                second = tuple(bars[place:end])
                yield Section(body[:first], True, (body[first:], second))
                place = end
            start = place
            continue
        place += 1
    if start < len(bars):
        yield Section(tuple(bars[start:]))


def _staff(piece: Piece, part: Part) -> Iterator[str]:
    name = f" \\with {{ instrumentName = {_quoted(part.name)} }}" if part.name else ""
    yield f"\\new Staff{name} {{"
    yield f"  \\clef {'bass' if part.low else 'treble'}"
    swing = '"Swing" ' if piece.swing else ""
    yield f"  \\tempo {swing}4 = {round(piece.tempo)}"
    state = _BarWriter(piece.mode, part.bars)
    for section in sections(part.bars):
        if not section.repeated:
            yield from (f"  {state.bar(bar)}" for bar in section.bars)
            continue
        yield "  \\repeat volta 2 {"
        yield from (f"    {state.bar(bar)}" for bar in section.bars)
        yield "  }"
        if section.endings:
            yield "  \\alternative {"
            for ending in section.endings:
                yield f"    {{ {' '.join(state.bar(bar) for bar in ending)} }}"
            yield "  }"
    yield '  \\bar "|."'
    yield "}"


class _BarWriter:
    """Writes bars in their order; remembers key, meter and where slurs end."""

    def __init__(self, mode: str, bars: Sequence[Bar]) -> None:
        self._mode = mode or "major"
        self._rows = [written(bar.sounds) for bar in bars]
        self._slurs = slur_ends(self._rows)
        self._place = 0
        self._fifths: int | None = None
        self._meter: tuple[int, int] | None = None

    def changes(self, bar: Bar) -> str:
        """Return the key and meter where they change."""
        out = ""
        if bar.fifths != self._fifths:
            key = key_of_fifths(bar.fifths, self._mode)
            out += f"\\key {written_name(key.tonic.step, key.tonic.alter)} \\{key.mode} "
        if bar.meter != self._meter and bar.meter[0]:
            out += f"\\time {bar.meter[0]}/{bar.meter[1]} "
        self._fifths, self._meter = bar.fifths, bar.meter
        return out

    def bar(self, bar: Bar) -> str:
        """Return a bar with its bar line."""
        changes = self.changes(bar)
        if 0 < bar.length < bar.full:
            changes += f"\\partial {_length_text(bar.length)} "
        label = f"\\mark {_quoted(bar.label)} " if bar.label else ""
        place, self._place = self._place, self._place + 1
        slurs = [self._slurs.get((place, number)) for number in range(len(self._rows[place]))]
        return f"{label}{changes}{' '.join(_heads(self._rows[place], slurs))} |"


def _heads(heads: list[Written], slurs: list[SlurEnd | None]) -> Iterator[str]:
    for head, slur in zip(heads, slurs, strict=True):
        if head.opens:
            yield f"\\tuplet {head.value.ratio[0]}/{head.value.ratio[1]} {{"
        tempo = next((mark[:-3] for mark in head.sound.marks if mark.endswith("bpm")), "")
        if tempo:
            yield f"\\tempo 4 = {tempo}"
        yield _head(head) + lilypond_after(head.sound.marks, slur)
        if head.closes:
            yield "}"


def _head(head: Written) -> str:
    sound, length = head.sound, _value(head.value)
    above = f"^{_quoted(sound.chord)}" if sound.chord else ""
    if not sound.pitches:
        return f"r{length}{above}"
    all_tied = bool(sound.tied) and set(sound.tied) >= set(sound.pitches)
    if len(sound.pitches) == 1:
        return f"{_name(sound.pitches[0])}{length}{'~' if all_tied else ''}{above}"
    inside = " ".join(
        _name(p) + ("~" if p in sound.tied and not all_tied else "") for p in sound.pitches
    )
    return f"<{inside}>{length}{'~' if all_tied else ''}{above}"


def _value(value: Value) -> str:
    name = "\\breve" if value.unit == Fraction(1, 2) else str(value.unit)
    return name + "." * value.dots


def _length_text(length: Fraction) -> str:
    """Return a length as LilyPond's: a note value, or a multiple of a whole note."""
    whole = length / 4
    if whole.numerator == 1:
        return str(whole.denominator)
    return f"1*{whole.numerator}/{whole.denominator}"


def _name(pitch: Pitch) -> str:
    octave = (pitch.octave if pitch.octave is not None else 4) - 3
    return written_name(pitch.step, pitch.alter) + ("'" * octave if octave > 0 else "," * -octave)


def _quoted(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
