"""Writing MusicXML 4.0: parts, bars, tuplets, ties, beams, chord symbols."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from tools.music.chord_text import read_chord
from tools.music.codes import marks
from tools.music.codes.lengths import Written, written
from tools.music.codes.model import Bar, Part, Piece
from tools.music.expression import HAIRPINS
from tools.music.musicxml import accidentals, harmony
from tools.music.pitch import MusicError, Pitch

_TYPES = {
    Fraction(1, 2): "breve", Fraction(1): "whole", Fraction(2): "half", Fraction(4): "quarter",
    Fraction(8): "eighth", Fraction(16): "16th", Fraction(32): "32nd", Fraction(64): "64th",
    Fraction(128): "128th",
}  # fmt: skip
_MOST_DIVISIONS = 50_000


def write_musicxml(piece: Piece) -> str:
    """Return the piece as a partwise score.

    Raises:
        MusicError: a length has no note values.
    """
    listed = "".join(_listed(part, number) for number, part in enumerate(piece.parts, start=1))
    parts = "".join(_PartWriter(piece, number).part() for number in range(len(piece.parts)))
    composer = f'<creator type="composer">{_text(piece.composer)}</creator>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<score-partwise version="4.0">\n'
        f"<work><work-title>{_text(piece.title)}</work-title></work>\n"
        f"{f'<identification>{composer}</identification>' if piece.composer else ''}"
        f"<part-list>{listed}</part-list>\n{parts}</score-partwise>\n"
    )


def _listed(part: Part, number: int) -> str:
    channel = 10 if part.percussion else (number - 1) % 9 + 1
    return (
        f'<score-part id="P{number}"><part-name>{_text(part.name)}</part-name>'
        f'<score-instrument id="P{number}-I1"><instrument-name>{_text(part.name)}'
        f'</instrument-name></score-instrument><midi-instrument id="P{number}-I1">'
        f"<midi-channel>{channel}</midi-channel><midi-program>{part.program + 1}</midi-program>"
        "</midi-instrument></score-part>"
    )


class _PartWriter:
    """Writes one part; what changes from bar to bar is kept here."""

    def __init__(self, piece: Piece, number: int) -> None:
        self._piece, self._number = piece, number
        self._part = piece.parts[number]
        self._heads = [written(bar.sounds) for bar in self._part.bars]
        lengths = {head.value.quarters for row in self._heads for head in row}
        self._divisions = math.lcm(1, *(length.denominator for length in lengths))
        if self._divisions > _MOST_DIVISIONS:
            raise MusicError("the lengths have no common unit; write simpler lengths")
        self._held: frozenset[Pitch] = frozenset()
        self._slurs = marks.slur_ends(self._heads)
        self._wedge = False

    def part(self) -> str:
        """Return the part's element."""
        bars = [self._measure(place) for place in range(len(self._part.bars))]
        return f'<part id="P{self._number + 1}">\n{"".join(bars)}</part>\n'

    def _measure(self, place: int) -> str:
        bar = self._part.bars[place]
        before = self._part.bars[place - 1] if place else None
        head = self._attributes(bar, before)
        if place == 0 and self._number == 0:
            head += (
                '<direction placement="above"><direction-type>'
                f"<words>{'Swing' if self._piece.swing else ''}</words></direction-type>"
                f'<sound tempo="{self._piece.tempo:g}"/></direction>'
            )
        head += marks.xml_label(bar.label) if bar.label and self._number == 0 else ""
        short = ' implicit="yes"' if place == 0 and bar.length < bar.full else ""
        number = "0" if short else str(place + 1)
        last = place == len(self._part.bars) - 1
        left, right = _lines(bar, last, ended=self._ending_over(place))
        beams = _beams(self._heads[place], bar)
        signs = accidentals([head.sound.pitches for head in self._heads[place]], bar.fifths)
        rows = zip(self._heads[place], signs, beams, strict=True)
        notes = "".join(
            self._directions(found)
            + self._head(found, sign, beam, self._slurs.get((place, number)))
            for number, (found, sign, beam) in enumerate(rows)
        )
        if last and self._wedge:
            notes += marks.xml_wedge_end()
        return f'<measure number="{number}"{short}>{left}{head}{notes}{right}</measure>\n'

    def _directions(self, head: Written) -> str:
        """Return the marks before a note, and remember whether a hairpin is open."""
        found = head.sound.marks
        said = marks.xml_directions(found, open_wedge=self._wedge)
        if marks.ends_hairpin(found):
            self._wedge = any(mark in HAIRPINS for mark in found)
        return said

    def _ending_over(self, place: int) -> str:
        """Return the number of the volta bracket that ends with this bar."""
        bars = self._part.bars
        number = ""
        for at in range(place, -1, -1):
            number = bars[at].ending
            if number or (at < place and bars[at].ends):
                break
        after = bars[place + 1] if place + 1 < len(bars) else None
        ends = bars[place].ends or after is None or bool(after.ending) or after.begins
        return number if ends else ""

    def _attributes(self, bar: Bar, before: Bar | None) -> str:
        inside = f"<divisions>{self._divisions}</divisions>" if before is None else ""
        if before is None or bar.fifths != before.fifths:
            known = self._piece.mode if before is None else ""
            mode = f"<mode>{known}</mode>" if known else ""
            inside += f"<key><fifths>{bar.fifths}</fifths>{mode}</key>"
        if before is None or bar.meter != before.meter:
            beats = bar.meter if bar.meter[0] else (4, 4)
            inside += f"<time><beats>{beats[0]}</beats><beat-type>{beats[1]}</beat-type></time>"
        if before is None:
            inside += f"<clef>{self._clef()}</clef>"
        return f"<attributes>{inside}</attributes>" if inside else ""

    def _clef(self) -> str:
        if self._part.percussion:
            return "<sign>percussion</sign>"
        return "<sign>F</sign><line>4</line>" if self._part.low else "<sign>G</sign><line>2</line>"

    def _head(
        self, head: Written, signs: list[str], beam: str, slur: marks.SlurEnd | None = None
    ) -> str:
        sound, value = head.sound, head.value
        duration = int(value.quarters * self._divisions)
        before, self._held = self._held, frozenset(sound.tied)
        modification = ""
        if value.ratio != (1, 1):
            modification = (
                f"<time-modification><actual-notes>{value.ratio[0]}</actual-notes>"
                f"<normal-notes>{value.ratio[1]}</normal-notes></time-modification>"
            )
        shape = f"<type>{_TYPES[value.unit]}</type>{'<dot/>' * value.dots}"
        out = [_harmony(sound.chord)] if sound.chord else []
        for place, pitch in enumerate(sound.pitches or (None,)):
            tied = [kind for kind, held in (("stop", before), ("start", sound.tied))
                    if pitch in held]  # fmt: skip
            drawn = "".join(f'<tied type="{kind}"/>' for kind in tied)
            if place == 0:
                drawn += '<tuplet type="start"/>' if head.opens else ""
                drawn += '<tuplet type="stop"/>' if head.closes else ""
                drawn += marks.xml_notations(sound.marks, slur)
            sign = f"<accidental>{signs[place]}</accidental>" if signs and signs[place] else ""
            out.append(
                f"<note>{'<chord/>' if place else ''}{self._pitch(pitch)}"
                f"<duration>{duration}</duration>"
                f"{''.join(f'<tie type={quoteattr(kind)}/>' for kind in tied)}<voice>1</voice>"
                f"{shape}{sign}{modification}{'' if place else beam}"
                f"{f'<notations>{drawn}</notations>' if drawn else ''}</note>"
            )
        return "".join(out)

    def _pitch(self, pitch: Pitch | None) -> str:
        if pitch is None:
            return "<rest/>"
        if self._part.percussion:
            return (
                f"<unpitched><display-step>{pitch.step}</display-step>"
                f"<display-octave>{pitch.octave}</display-octave></unpitched>"
            )
        alter = f"<alter>{pitch.alter}</alter>" if pitch.alter else ""
        return f"<pitch><step>{pitch.step}</step>{alter}<octave>{pitch.octave}</octave></pitch>"


def _lines(bar: Bar, last: bool, ended: str) -> tuple[str, str]:
    left = right = ""
    opening = f'<ending number="{bar.ending}" type="start"/>' if bar.ending else ""
    if bar.begins or opening:
        style = "<bar-style>heavy-light</bar-style>" if bar.begins else ""
        repeat = '<repeat direction="forward"/>' if bar.begins else ""
        left = f'<barline location="left">{style}{opening}{repeat}</barline>'
    closing = f'<ending number="{ended}" type="stop"/>' if ended else ""
    if bar.ends or last or closing:
        style = "<bar-style>light-heavy</bar-style>" if bar.ends or last else ""
        repeat = '<repeat direction="backward"/>' if bar.ends else ""
        right = f'<barline location="right">{style}{closing}{repeat}</barline>'
    return left, right


def _beams(heads: list[Written], bar: Bar) -> list[str]:
    """Join short notes within a beat."""
    beat = Fraction(3, 2) if bar.meter[1] == 8 and bar.meter[0] % 3 == 0 else Fraction(1)
    out = [""] * len(heads)
    now = Fraction()
    group: list[int] = []
    group_beat: Fraction | None = None
    for place, head in enumerate(heads):
        short = head.value.unit >= 8 and bool(head.sound.pitches)
        this = now // beat
        if not short or this != group_beat:
            _join(group, heads, out)
            group = []
        if short:
            group.append(place)
            group_beat = Fraction(this)
        now += head.value.quarters
    _join(group, heads, out)
    return out


def _join(group: list[int], heads: list[Written], out: list[str]) -> None:
    if len(group) < 2:
        return
    for at, place in enumerate(group):
        levels = []
        for level in range(1, _flags(heads[place]) + 1):
            left = at > 0 and _flags(heads[group[at - 1]]) >= level
            right = at + 1 < len(group) and _flags(heads[group[at + 1]]) >= level
            hook = "forward hook" if at == 0 else "backward hook"
            kind = {(False, True): "begin", (True, True): "continue", (True, False): "end"}
            levels.append(f'<beam number="{level}">{kind.get((left, right), hook)}</beam>')
        out[place] = "".join(levels)


def _flags(head: Written) -> int:
    return max(0, int(math.log2(head.value.unit)) - 2)


def _harmony(symbol: str) -> str:
    try:
        return harmony(read_chord(symbol))
    except MusicError:
        return ""


def head_count(source: str) -> int:
    """Count the note heads of a score that Mica has written: its notes less its rests."""
    return len(re.findall(r"<note\b", source)) - source.count("<rest/>")


def _text(text: str) -> str:
    return escape("".join(sign for sign in text if sign.isprintable()))
