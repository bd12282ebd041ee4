"""Scores as MusicXML 4.0, with every accidental written out as it must be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from tools.music.chord import Chord
from tools.music.key import signature
from tools.music.pitch import Pitch
from tools.music.quality import Quality
from tools.music.score import Event, Score

_TYPES = {1: ("quarter", 0), 2: ("half", 0), 3: ("half", 1), 4: ("whole", 0)}
_ACCIDENTALS = {
    -3: "triple-flat", -2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp",
    3: "triple-sharp",
}  # fmt: skip
_KINDS = {
    ("M3", "P5", ""): "major", ("m3", "P5", ""): "minor", ("M3", "A5", ""): "augmented",
    ("m3", "d5", ""): "diminished", ("M3", "P5", "m7"): "dominant",
    ("M3", "P5", "M7"): "major-seventh", ("m3", "P5", "m7"): "minor-seventh",
    ("m3", "d5", "d7"): "diminished-seventh", ("m3", "d5", "m7"): "half-diminished",
    ("M3", "A5", "m7"): "augmented-seventh", ("m3", "P5", "M7"): "major-minor",
    ("M3", "P5", "6"): "major-sixth", ("m3", "P5", "6"): "minor-sixth",
}  # fmt: skip
# Below this average pitch (MIDI) a score is written in the bass clef.
_BASS_CLEF_BELOW = 55


def to_musicxml(score: Score) -> str:
    """Return the score as a MusicXML document of one part."""
    bars = [_measure(score, number) for number in range(len(score.bars))]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<score-partwise version="4.0">'
        f"<work><work-title>{escape(score.title)}</work-title></work>"
        '<part-list><score-part id="P1"><part-name print-object="no">Music</part-name>'
        '</score-part></part-list><part id="P1">'
        f"{''.join(bars)}</part></score-partwise>\n"
    )


def accidentals(bar: Iterable[Sequence[Pitch]], fifths: int) -> list[list[str]]:
    """Return, for each of the pitches that sound one after the other, the accidental to print.

    It is an empty string where none is; one holds for its line until the end of the bar.
    """
    own = signature(fifths)
    state: dict[tuple[str, int | None], int] = {}
    printed = []
    for pitches in bar:
        row = []
        for pitch in pitches:
            place = (pitch.step, pitch.octave)
            current = state.get(place, own.get(pitch.step, 0))
            row.append("" if current == pitch.alter else _ACCIDENTALS.get(pitch.alter, ""))
            state[place] = pitch.alter
        printed.append(row)
    return printed


def _measure(score: Score, number: int) -> str:
    bar = score.bars[number]
    printed = accidentals([event.pitches for event in bar], score.fifths)
    body = "".join(_event(event, row) for event, row in zip(bar, printed, strict=True))
    head = _attributes(score) if number == 0 else ""
    last = number == len(score.bars) - 1
    end = '<barline location="right"><bar-style>light-heavy</bar-style></barline>' if last else ""
    return f'<measure number="{number + 1}">{head}{body}{end}</measure>'


def _attributes(score: Score) -> str:
    heights = [pitch.midi for event in score.events for pitch in event.pitches]
    bass = sum(heights) / len(heights) < _BASS_CLEF_BELOW
    clef = "<sign>F</sign><line>4</line>" if bass else "<sign>G</sign><line>2</line>"
    return (
        f"<attributes><divisions>1</divisions><key><fifths>{score.fifths}</fifths></key>"
        f'<time print-object="no"><beats>{score.beats}</beats><beat-type>4</beat-type></time>'
        f"<clef>{clef}</clef></attributes>"
        f'<direction placement="above"><sound tempo="{score.tempo}"/></direction>'
    )


def _event(event: Event, accidental_row: list[str]) -> str:
    notes = [
        _note(pitch, event.beats, accidental, chord=place > 0)
        for place, (pitch, accidental) in enumerate(zip(event.pitches, accidental_row, strict=True))
    ]
    return (harmony(event.chord) if event.chord else "") + "".join(notes)


def _note(pitch: Pitch, beats: int, accidental: str, *, chord: bool) -> str:
    kind, dots = _TYPES[beats]
    alter = f"<alter>{pitch.alter}</alter>" if pitch.alter else ""
    sign = f"<accidental>{accidental}</accidental>" if accidental else ""
    return (
        f"<note>{'<chord/>' if chord else ''}<pitch><step>{pitch.step}</step>{alter}"
        f"<octave>{pitch.octave}</octave></pitch><duration>{beats}</duration>"
        f"<voice>1</voice><type>{kind}</type>{'<dot/>' * dots}{sign}</note>"
    )


def harmony(chord: Chord) -> str:
    """Return a chord symbol to stand over the next note."""
    bass = ""
    if chord.bass is not None:
        alter = f"<bass-alter>{chord.bass.alter}</bass-alter>" if chord.bass.alter else ""
        bass = f"<bass><bass-step>{chord.bass.step}</bass-step>{alter}</bass>"
    alter = f"<root-alter>{chord.root.alter}</root-alter>" if chord.root.alter else ""
    kind = f"<kind text={quoteattr(chord.quality.symbol)}>{_kind(chord.quality)}</kind>"
    root = f"<root><root-step>{chord.root.step}</root-step>{alter}</root>"
    return f"<harmony>{root}{kind}{bass}</harmony>"


def _kind(quality: Quality) -> str:
    """MusicXML's name of a plain chord, for programs that play it; `other` for the rest."""
    plain = not (quality.altered or quality.added or quality.omitted or quality.sus)
    if quality.power:
        return "power"
    if quality.sus == ("P4",) and not quality.seventh:
        return "suspended-fourth"
    if quality.sus == ("M2",) and not quality.seventh:
        return "suspended-second"
    sixth = "6" if quality.sixth and quality.extent == 0 else ""
    if not plain or (quality.sixth and not sixth) or quality.extent > 7:
        return "other"
    return _KINDS.get((quality.third, quality.fifth, sixth or quality.seventh or ""), "other")
