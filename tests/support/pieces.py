"""Random pieces for property tests of codes: full bars of notes, chords, rests, ties, triplets."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from tools.music.codes.marks_reading import ordered, struck
from tools.music.codes.model import Bar, Part, Piece, Sound, full_bar
from tools.music.pitch import pitch_of

LENGTHS = [Fraction(*p) for p in ((4, 1), (3, 1), (2, 1), (3, 2), (1, 1), (3, 4), (1, 2), (1, 4))]
METERS = ((4, 4), (3, 4), (2, 4), (6, 8), (5, 8), (2, 2), (7, 8))
PITCHES = st.builds(
    pitch_of,
    st.sampled_from("CDEFGAB"),
    st.sampled_from((-1, 0, 0, 0, 1)),
    st.integers(2, 6),
)


@st.composite
def bars(draw: st.DrawFn, meter: tuple[int, int], fifths: int, *, ties: bool, tuplets: bool) -> Bar:
    left = full_bar(meter)
    sounds: list[Sound] = []
    while left > 0:
        if tuplets and left >= 1 and draw(st.integers(0, 5)) == 0:
            lengths = draw(st.sampled_from(((1, 1, 1), (2, 1), (1, 2))))
            made = [Fraction(n, 3) for n in lengths]
        else:
            fit = [length for length in LENGTHS if length <= left] or [left]
            made = [draw(st.sampled_from(fit))]
        for length in made:
            count = draw(st.sampled_from((0, 1, 1, 1, 3)))
            found = draw(
                st.lists(PITCHES, min_size=count, max_size=count, unique_by=lambda p: p.semitones)
            )
            pitches = tuple(sorted(found, key=lambda p: p.semitones))
            if ties and sounds and sounds[-1].pitches and draw(st.integers(0, 6)) == 0:
                last = sounds[-1]
                sounds[-1] = Sound(last.length, last.pitches, last.pitches)
                pitches = last.pitches
            sounds.append(Sound(length, pitches))
            left -= length
    return Bar(tuple(sounds), meter, fifths)


@st.composite
def pieces(
    draw: st.DrawFn, *, ties: bool = True, tuplets: bool = True, most_parts: int = 2
) -> Piece:
    meter, fifths = draw(st.sampled_from(METERS)), draw(st.integers(-6, 6))
    count = draw(st.integers(1, 3))
    one_bar = bars(meter, fifths, ties=ties, tuplets=tuplets)
    parts = [
        Part(f"Part {n}", tuple(draw(one_bar) for _ in range(count)))
        for n in range(draw(st.integers(1, most_parts)))
    ]
    return Piece(tuple(parts), "A title", tempo=float(draw(st.integers(40, 200))), mode="major")


NOTE_MARKS = ("staccato", "tenuto", "accent", "marcato", "fermata", "sfz")
ANY_MARKS = ("p", "mf", "ff", "cresc", "dim", "rit", "accel", "a-tempo")


@st.composite
def marked_pieces(draw: st.DrawFn, *, most_parts: int = 2) -> Piece:
    """Pieces with marks of expression as readers give them: on notes that begin, slurs of two."""
    piece = draw(pieces(most_parts=most_parts))
    swing = draw(st.booleans())
    parts = tuple(_marked(draw, part, number == 0) for number, part in enumerate(piece.parts))
    return replace(piece, parts=parts, swing=swing)


def _marked(draw: st.DrawFn, part: Part, first: bool) -> Part:
    before: Sound | None = None
    count = 0
    made: list[list[Sound]] = []
    for bar in part.bars:
        made.append([])
        for sound in bar.sounds:
            marks: list[str] = draw(st.lists(st.sampled_from(ANY_MARKS), max_size=2))
            begins = struck(before, sound.pitches)
            if begins:
                marks += draw(st.lists(st.sampled_from((*NOTE_MARKS, "legato")), max_size=2))
            if first and before is not None and draw(st.integers(0, 9)) == 0:
                marks.append(f"{210 + count}bpm")
            tied_over = bool(sound.pitches) and not begins
            made[-1].append(replace(sound, marks=() if tied_over else ordered(marks)))
            before, count = sound, count + 1
    bars = tuple(replace(b, sounds=tuple(s)) for b, s in zip(part.bars, made, strict=True))
    return replace(part, bars=bars)
