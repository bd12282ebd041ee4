"""Marks of expression as each format writes them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal
from xml.sax.saxutils import escape

from tools.music.codes.lengths import Written
from tools.music.codes.marks_reading import struck
from tools.music.codes.model import Part, Sound, played
from tools.music.expression import DYNAMICS, HAIRPINS, SFORZATO

SlurEnd = Literal["start", "stop"]
_WEDGES = {"cresc": "crescendo", "dim": "diminuendo"}
_WORDS = {"rit": "rit.", "accel": "accel.", "a-tempo": "a tempo"}
_XML = {
    "staccato": "<staccato/>", "tenuto": "<tenuto/>", "accent": "<accent/>",
    "marcato": '<strong-accent type="up"/>',
}  # fmt: skip
_ABC = {
    "staccato": ".", "tenuto": "!tenuto!", "accent": "!>!", "marcato": "!^!",
    "fermata": "!fermata!", "cresc": "!<(!", "dim": "!>(!",
}  # fmt: skip
_ABC_ENDS = {"cresc": "!<)!", "dim": "!>)!"}
_LILYPOND = {
    "staccato": "-.", "tenuto": "--", "accent": "->", "marcato": "-^", "fermata": "\\fermata",
    "cresc": "\\<", "dim": "\\>",
}  # fmt: skip


def slur_ends(rows: Sequence[Sequence[Written]]) -> dict[tuple[int, int], SlurEnd]:
    """Return where slurs begin and end, by bar and place: over each run of legato notes."""
    found: dict[tuple[int, int], SlurEnd] = {}
    run: list[tuple[int, int]] = []
    before: Sound | None = None
    for bar, row in enumerate(rows):
        for place, head in enumerate(row):
            sound = head.sound
            if "legato" in sound.marks:
                run.append((bar, place))
            elif not sound.pitches or struck(before, sound.pitches):
                found |= _slur(run)
                run = []
            before = sound
    return found | _slur(run)


def _slur(run: list[tuple[int, int]]) -> dict[tuple[int, int], SlurEnd]:
    return {run[0]: "start", run[-1]: "stop"} if len(run) > 1 else {}


def ends_hairpin(marks: Sequence[str]) -> bool:
    """True where a note's marks end a hairpin that is open."""
    return any(mark in DYNAMICS or mark in HAIRPINS for mark in marks)


def xml_directions(marks: Sequence[str], *, open_wedge: bool) -> str:
    """Return what stands before a note in MusicXML: dynamics, hairpins, words, tempo."""
    out = xml_wedge_end() if open_wedge and ends_hairpin(marks) else ""
    for mark in marks:
        if mark in DYNAMICS or mark == SFORZATO:
            sound = f'<sound dynamics="{DYNAMICS.get(mark, 120) * 100 // 90}"/>'
            out += _direction(f"<dynamics><{mark}/></dynamics>", "below", sound)
        elif mark in HAIRPINS:
            out += _direction(f'<wedge type="{_WEDGES[mark]}"/>', "below")
        elif mark in _WORDS:
            out += _direction(f'<words font-style="italic">{_WORDS[mark]}</words>', "above")
        elif mark.endswith("bpm"):
            metronome = f"<beat-unit>quarter</beat-unit><per-minute>{mark[:-3]}</per-minute>"
            sound = f'<sound tempo="{mark[:-3]}"/>'
            out += _direction(f"<metronome>{metronome}</metronome>", "above", sound)
    return out


def xml_label(label: str) -> str:
    """Return the name of a section over a bar."""
    return _direction(f"<rehearsal>{escape(label)}</rehearsal>", "above")


def xml_wedge_end() -> str:
    """Return the end of a hairpin."""
    return _direction('<wedge type="stop"/>', "below")


def xml_notations(marks: Sequence[str], slur: SlurEnd | None) -> str:
    """Return what stands within a note in MusicXML."""
    inner = "".join(_XML.get(mark, "") for mark in marks)
    out = f'<slur type="{slur}" number="1"/>' if slur else ""
    out += f"<articulations>{inner}</articulations>" if inner else ""
    return out + ("<fermata/>" if "fermata" in marks else "")


def abc_slur(slur: SlurEnd | None) -> tuple[str, str]:
    """Return what stands before and after a note in ABC where a slur begins or ends."""
    return "(" if slur == "start" else "", ")" if slur == "stop" else ""


def abc_before(marks: Sequence[str], hairpin: str) -> str:
    """Return what stands before a note in ABC; `hairpin` is the one that is open, if any."""
    out = _ABC_ENDS[hairpin] if hairpin and ends_hairpin(marks) else ""
    for mark in marks:
        if mark in DYNAMICS or mark == SFORZATO:
            out += f"!{mark}!"
        elif mark in _WORDS:
            out += f'"^{_WORDS[mark]}"'
        elif mark.endswith("bpm"):
            out += f"[Q:1/4={mark[:-3]}]"
        else:
            out += _ABC.get(mark, "")
    return out


def lilypond_after(marks: Sequence[str], slur: SlurEnd | None) -> str:
    """Return what stands after a note in LilyPond; a dynamic ends a hairpin by itself."""
    out = ""
    for mark in marks:
        if mark in DYNAMICS or mark == SFORZATO:
            out += f"\\{mark}"
        elif mark in _WORDS:
            out += f'^\\markup {{ \\italic "{_WORDS[mark]}" }}'
        else:
            out += _LILYPOND.get(mark, "")
    return out + {"start": "(", "stop": ")", None: ""}[slur]


def marked(part: Part) -> list[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """Return start, length and marks of the sounds of a part as it is heard."""
    rows, now = [], Fraction()
    for bar in played(part.bars):
        for sound in bar.sounds:
            rows.append((now, sound.length, sound.marks))
            now += sound.length
    return rows


def _direction(kind: str, placement: str, sound: str = "") -> str:
    return (
        f'<direction placement="{placement}"><direction-type>{kind}</direction-type>{sound}'
        "</direction>"
    )
