"""Writing ABC notation."""

from __future__ import annotations

import re
from fractions import Fraction

from tools.music.codes.lengths import Written, written
from tools.music.codes.marks import SlurEnd, abc_before, abc_slur, ends_hairpin, slur_ends
from tools.music.codes.model import Bar, Part, Piece
from tools.music.expression import HAIRPINS
from tools.music.key import key_of_fifths, signature
from tools.music.pitch import Pitch

UNIT = Fraction(1, 2)
_BARS_A_LINE = 4
_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_MODES = {"major": "", "minor": "m", "ionian": "", "aeolian": "m"}


def write_abc(piece: Piece) -> str:
    """Return the piece as a tune with `L:1/8`, a voice for each part.

    Raises:
        MusicError: a length has no note values.
    """
    first = piece.first
    lines = ["X:1", f"T:{_line(piece.title) or 'Untitled'}"]
    lines += [f"C:{_line(piece.composer)}"] if piece.composer else []
    swing = '"Swing" ' if piece.swing else ""
    lines += [f"M:{_meter(first)}", "L:1/8", f"Q:{swing}1/4={piece.tempo:g}"]
    single = len(piece.parts) == 1
    for number, part in enumerate(() if single else piece.parts, start=1):
        clef = " clef=bass" if part.low else ""
        lines.append(f'V:{number} name="{_line(part.name).replace(chr(34), "")}"{clef}')
    clef = " clef=bass" if single and piece.parts and piece.parts[0].low else ""
    lines.append(f"K:{key_field(first.fifths, piece.mode)}{clef}")
    for number, part in enumerate(piece.parts, start=1):
        lines += [] if single else [f"V:{number}"]
        lines += [f"%%MIDI program {part.program}"] if part.program else []
        lines += _body(part, first)
    return "\n".join(lines) + "\n"


def key_field(fifths: int, mode: str) -> str:
    """Return a key as ABC writes it; with no mode, the major key of the signature.

    >>> key_field(-3, "minor"), key_field(1, ""), key_field(1, "dorian")
    ('Cm', 'G', 'A dorian')
    """
    key = key_of_fifths(fifths, mode or "major")
    return key.tonic.ascii + _MODES.get(key.mode, f" {key.mode}")


def note(pitch: Pitch) -> str:
    """Return a pitch without its accidental: `C,`, `c'`."""
    octave = pitch.octave if pitch.octave is not None else 4
    if octave >= 5:
        return pitch.step.lower() + "'" * (octave - 5)
    return pitch.step + "," * (4 - octave)


def _body(part: Part, first: Bar) -> list[str]:
    cells = []
    hairpin = [""]
    rows = [written(bar.sounds) for bar in part.bars]
    slurs = slur_ends(rows)
    meter, fifths = first.meter, first.fifths
    for place, bar in enumerate(part.bars):
        changed = f"[M:{_meter(bar)}]" if bar.meter != meter else ""
        changed += f"[K:{key_field(bar.fifths, '')}]" if bar.fifths != fifths else ""
        meter, fifths = bar.meter, bar.fifths
        after = part.bars[place + 1] if place + 1 < len(part.bars) else None
        label = f'"^{_plain(bar.label)}"' if bar.label else ""
        begins = "|:" if place == 0 and bar.begins else ""
        ending = f"[{bar.ending} " if bar.ending else ""
        ends = [slurs.get((place, number)) for number in range(len(rows[place]))]
        body = _bar(bar, rows[place], ends, hairpin)
        cells.append(f"{begins}{ending}{changed}{label}{body} {_line_after(bar, after)}")
    lines = [cells[at : at + _BARS_A_LINE] for at in range(0, len(cells), _BARS_A_LINE)]
    return [" ".join(line) for line in lines]


def _line_after(bar: Bar, after: Bar | None) -> str:
    if after is None:
        return ":|" if bar.ends else "|]"
    if bar.ends:
        return "::" if after.begins else ":|"
    return "|:" if after.begins else "|"


def _bar(bar: Bar, heads: list[Written], slurs: list[SlurEnd | None], hairpin: list[str]) -> str:
    """Write a bar; `slurs` begin or end with its heads, `hairpin` holds the one that is open."""
    state: dict[tuple[str, int | None], int] = {}
    own = signature(bar.fifths)
    out = []
    for head, slur in zip(heads, slurs, strict=True):
        found = head.sound.marks
        before = abc_before(found, hairpin[0])
        if ends_hairpin(found):
            hairpin[0] = next((mark for mark in found if mark in HAIRPINS), "")
        opens, closes = abc_slur(slur)
        out.append(f"{opens}{_head(head, state, own, before)}{closes}")
    return " ".join(out)


def _head(
    head: Written, state: dict[tuple[str, int | None], int], own: dict[str, int], marks: str = ""
) -> str:
    sound = head.sound
    tuplet = f"({head.value.ratio[0]}:{head.value.ratio[1]}:{head.size}" if head.opens else ""
    length = _length(head.value.quarters * Fraction(*head.value.ratio) / UNIT)
    symbol = f'"{_plain(sound.chord)}"' if sound.chord else ""
    if not sound.pitches:
        return f"{symbol}{tuplet}{marks}z{length}"
    notes = []
    for pitch in sound.pitches:
        place = (pitch.step, pitch.octave)
        # Readers differ on whether a sign holds in other octaves: it is repeated there.
        others = {a for (step, _), a in state.items() if step == pitch.step}
        known = {state.get(place, own.get(pitch.step, 0)), *others}
        sign = _SIGNS.get(pitch.alter, "") if known != {pitch.alter} else ""
        state[place] = pitch.alter
        notes.append((sign + note(pitch), "-" if pitch in sound.tied else ""))
    if len(notes) == 1:
        return f"{symbol}{tuplet}{marks}{notes[0][0]}{length}{notes[0][1]}"
    inside = "".join(name + tie for name, tie in notes)
    return f"{symbol}{tuplet}{marks}[{inside}]{length}"


def _length(units: Fraction) -> str:
    if units.denominator == 1:
        return "" if units == 1 else str(units.numerator)
    top = "" if units.numerator == 1 else str(units.numerator)
    return f"{top}/{units.denominator}"


def _meter(bar: Bar) -> str:
    return f"{bar.meter[0]}/{bar.meter[1]}" if bar.meter[0] else "none"


def _plain(symbol: str) -> str:
    return symbol.replace("♯", "#").replace("♭", "b").replace('"', "")


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f%\\]+", " ", text).strip()
