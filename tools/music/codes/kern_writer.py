"""Writing Humdrum's **kern: a spine for each part, the lowest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from tools.music.codes.kern_tokens import written_pitch
from tools.music.codes.lengths import Written, written
from tools.music.codes.marks import SlurEnd, slur_ends
from tools.music.codes.model import Bar, Part, Piece, played
from tools.music.key import key_of_fifths

_SHARPS, _FLATS = "fcgdaeb", "beadgcf"
_MARKS = {"staccato": "'", "tenuto": "~", "accent": "^", "marcato": "^^", "fermata": ";",
          "sfz": "z"}  # fmt: skip
_SLURS = {"start": ("(", ""), "stop": ("", ")")}


def write_kern(piece: Piece) -> str:
    """Return the piece as Humdrum. Repeats with endings are written out.

    Raises:
        MusicError: a length has no note values.
    """
    parts = [_unfolded(part) for part in reversed(piece.parts)]
    spines = [_Spine(part) for part in parts]
    lines = [f"!!!COM: {_line(piece.composer)}"] if piece.composer else []
    lines += [f"!!!OTL: {_line(piece.title)}"] if piece.title else []
    lines.append(_row(["**kern"] * len(parts)))
    lines.append(_row([f'*I"{_line(part.name)}' for part in parts]))
    lines.append(_row(["*clefF4" if part.low else "*clefG2" for part in parts]))
    lines += _body(piece, parts, spines)
    lines.append(_row(["*-"] * len(parts)))
    return "\n".join(lines) + "\n"


def _body(piece: Piece, parts: Sequence[Part], spines: Sequence[_Spine]) -> Iterator[str]:
    count = len(parts)
    before: Bar | None = None
    for place in range(max((len(part.bars) for part in parts), default=0)):
        bar = _signed([part.bars[place] for part in parts])
        short = place == 0 and bar.length < bar.full
        number = "" if short else str(place + 1)
        ended = ":|!" if before is not None and before.ends else ""
        begun = "|:" if bar.begins else ""
        sign = ":|!|:" if ended and begun else ended or ("!|:" if begun else "")
        if not short:
            yield _row([f"={number}{sign}" if place or sign else "=1-"] * count)
        if before is None or bar.fifths != before.fifths:
            yield _row([f"*k[{_signature(bar.fifths)}]"] * count)
            yield from [_row([_key(bar.fifths, piece.mode)] * count)] if piece.mode else []
        if (before is None or bar.meter != before.meter) and bar.meter[0]:
            yield _row([f"*M{bar.meter[0]}/{bar.meter[1]}"] * count)
        if before is None:
            yield _row([f"*MM{piece.tempo:g}"] * count)
        rows = [dict(spine.tokens(place)) for spine in spines]
        for at in sorted({at for row in rows for at in row}):
            yield _row([row.get(at, ".") for row in rows])
        before = bar
    end = ":|!" if before is not None and before.ends else ""
    yield _row([f"=={end}"] * count)


def _signed(bars: Sequence[Bar]) -> Bar:
    """Return the first of the parts' bars, with the repeat signs that any of them has."""
    begins, ends = any(bar.begins for bar in bars), any(bar.ends for bar in bars)
    return replace(bars[0], begins=begins, ends=ends)


class _Spine:
    """The tokens of a part."""

    def __init__(self, part: Part) -> None:
        self._rows = [written(bar.sounds) for bar in part.bars]
        self._slurs = slur_ends(self._rows)
        self._held: frozenset[object] = frozenset()

    def tokens(self, place: int) -> Iterator[tuple[Fraction, str]]:
        """Yield the tokens of a bar with their starts in it, in quarter notes."""
        now = Fraction()
        for number, head in enumerate(self._rows[place]):
            yield now, self._token(head, self._slurs.get((place, number)))
            now += head.value.quarters

    def _token(self, head: Written, slur: SlurEnd | None) -> str:
        sound, length = head.sound, _length(head)
        before, self._held = self._held, frozenset(sound.tied)
        marks = "".join(_MARKS.get(mark, "") for mark in sound.marks)
        opens, closes = _SLURS[slur] if slur else ("", "")
        if not sound.pitches:
            return f"{length}r{marks}"
        notes = []
        for pitch in sound.pitches:
            came, goes = pitch in before, pitch in sound.tied
            start = "[" if goes and not came else ""
            end = "_" if goes and came else "]" if came else ""
            notes.append(f"{start}{length}{written_pitch(pitch)}{end}")
        notes[0] = f"{opens}{notes[0]}{marks}{closes}"
        return " ".join(notes)


def _length(head: Written) -> str:
    value = head.value
    parts = value.unit * Fraction(*value.ratio)
    if parts < 1 and value.ratio == (1, 1):
        return "0" * int(1 / parts // 2) + "." * value.dots
    plain = str(parts.numerator) + (f"%{parts.denominator}" if parts.denominator > 1 else "")
    return plain + "." * value.dots


def _unfolded(part: Part) -> Part:
    if not any(bar.ending for bar in part.bars):
        return part
    bars = (replace(bar, begins=False, ends=False, ending="") for bar in played(part.bars))
    return replace(part, bars=tuple(bars))


def _signature(fifths: int) -> str:
    if fifths >= 0:
        return "".join(f"{step}#" for step in _SHARPS[:fifths])
    return "".join(f"{step}-" for step in _FLATS[:-fifths])


def _key(fifths: int, mode: str) -> str:
    key = key_of_fifths(fifths, mode)
    tonic = key.tonic.step.lower() if key.minor_like else key.tonic.step
    sign = "#" * key.tonic.alter if key.tonic.alter > 0 else "-" * -key.tonic.alter
    said = {"major": "", "minor": "", "ionian": "", "aeolian": ""}.get(key.mode, key.mode[:3])
    return f"*{tonic}{sign}:{said}"


def _row(cells: Sequence[str]) -> str:
    return "\t".join(cells)


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f]+", " ", text).strip()
