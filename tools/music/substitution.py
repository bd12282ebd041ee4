"""Chords that can stand in for a chord, each with the reason why it works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tools.music.borrowing import DIMINISHED_SEVENTH, DOMINANT_SEVENTH, Offer
from tools.music.chord import Chord
from tools.music.chord_symbol import read_suffix
from tools.music.interval import Interval, transpose
from tools.music.key import Key, diatonic
from tools.music.pitch import Pitch, charted, read_pitch, respellings
from tools.music.quality import Quality
from tools.music.roman import analyse

# Degrees (counted from 0) that do the same work in a key.
_FAMILIES = {
    "tonic": (0, 2, 5),
    "subdominant": (1, 3),
    "dominant": (4, 6),
}
# Roots of symmetrical chords, where no key decides the spelling.
_USUAL = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_SEVENTH = Quality(third="m3", seventh="m7", extent=7)


def substitutes(chord: Chord, key: Key | None = None) -> list[Offer]:
    """Return chords to use in place of `chord`, the usual ones first.

    With a key, chords of the same function in it come first and numerals are given.

    >>> from tools.music.chord_text import read_chord
    >>> [o.chord.symbol for o in substitutes(read_chord("G7"))][:3]
    ['D♭7', 'Bdim7', 'G7sus4']
    """
    plain = replace(chord, bass=None)
    rows = [*(_in_key(plain, key) if key else ()), *_by_kind(plain)]
    found: dict[tuple[int, Quality], Offer] = {}
    for other, reason in rows:
        sound = (other.root.pitch_class, other.quality)
        if sound not in found and other != plain:
            numeral = _numeral(other, key) if key else ""
            found[sound] = Offer(other, numeral, reason)
    return list(found.values())


def common_tones(first: Chord, second: Chord) -> tuple[Pitch, ...]:
    """Return the tones of `second` that sound in `first` too, as `first` spells them.

    >>> from tools.music.chord_text import read_chord
    >>> [p.name for p in common_tones(read_chord("G7"), read_chord("Db7"))]
    ['B', 'F']
    """
    sounds = {tone.pitch_class for tone in second.tones}
    return tuple(tone for tone in first.tones if tone.pitch_class in sounds)


def _by_kind(chord: Chord) -> Iterator[tuple[Chord, str]]:
    quality = chord.quality
    if quality.sus or quality.power:
        yield Chord(chord.root), "the plain triad: the suspended fourth or second resolved"
        yield Chord(chord.root, DOMINANT_SEVENTH), "the dominant seventh that it suspends"
    elif quality.third == "M3" and quality.fifth == "A5" and not quality.seventh:
        yield from _augmented(chord)
    elif quality.third == "M3" and quality.seventh == "m7":
        yield from _dominant(chord)
    elif quality.third == "M3":
        yield from _major(chord)
    elif quality.fifth == "d5" and quality.seventh == "m7":
        yield from _half_diminished(chord)
    elif quality.fifth == "d5":
        yield from _diminished(chord)
    else:
        yield from _minor(chord)


def _dominant(chord: Chord) -> Iterator[tuple[Chord, str]]:
    goal = _at(chord, "P4")
    third, seventh = _at(chord, "M3"), _at(chord, "m7")
    tritone = Chord(charted(transpose(goal, Interval.of("m2"))), DOMINANT_SEVENTH)
    yield (
        tritone,
        f"tritone substitution: keeps the tritone {third.name} {seventh.name}; "
        f"its root falls a semitone to {goal.name}",
    )
    yield (
        Chord(third, DIMINISHED_SEVENTH),
        f"{chord.root.name}7♭9 without its root: the leading-tone chord of {goal.name}",
    )
    yield _of(chord.root, "7sus4"), "delays the leading tone"
    yield (
        Chord(_at(chord, "P5"), _MINOR_SEVENTH),
        f"put before it: the ii of a ii–V to {goal.name}",
    )
    yield (
        Chord(charted(_at(chord, "m3")), DOMINANT_SEVENTH),
        f"backdoor dominant: resolves up a whole tone to {goal.name}, with the ♭6 of its minor",
    )
    yield _of(chord.root, "7alt"), "the same root with altered fifth and ninth, for more pull"


def _major(chord: Chord) -> Iterator[tuple[Chord, str]]:
    root = chord.root
    yield (
        Chord(_at(chord, "-m3"), _MINOR_SEVENTH),
        f"relative minor: holds the whole of {root.name}",
    )
    yield Chord(_at(chord, "M3"), Quality(third="m3")), f"mediant: {root.name}maj7 without its root"
    if chord.quality.seventh == "M7":
        yield _of(root, "6/9"), "the same colour without the leading tone; safe under a tonic tune"
    else:
        yield _of(root, "maj7"), "the same chord with its major seventh"
    yield _of(root, "add9"), "the same chord, more open"
    yield Chord(root, Quality(third="m3")), "borrowed: the same root from the parallel minor"


def _minor(chord: Chord) -> Iterator[tuple[Chord, str]]:
    root = chord.root
    yield (
        _of(_at(chord, "m3"), "6" if chord.quality.seventh == "m7" else "maj7"),
        f"relative major: shares most of {chord.symbol}",
    )
    yield (
        _of(_at(chord, "-M3"), "maj7"),
        f"a third below: holds the whole of {root.name}m",
    )
    yield (
        Chord(root, DOMINANT_SEVENTH),
        f"the third raised: a dominant that leads to {_at(chord, 'P4').name}",
    )
    yield _of(root, "m7b5"), "the fifth lowered: the ii of a minor key"
    yield _of(root, "m9"), "the same chord with seventh and ninth"


def _half_diminished(chord: Chord) -> Iterator[tuple[Chord, str]]:
    sixth = _of(_at(chord, "m3"), "m6")
    yield sixth, f"the same notes: {sixth.symbol} is {chord.symbol} from another root"
    below = _at(chord, "-M3")
    yield _of(below, "9"), f"{below.name}9 without its root has the same notes"
    yield Chord(_at(chord, "m3"), Quality(third="m3")), "the minor triad inside of it"
    yield Chord(chord.root, _MINOR_SEVENTH), "the fifth raised: the ii of a major key"


def _diminished(chord: Chord) -> Iterator[tuple[Chord, str]]:
    for short in ("m3", "d5", "d7"):
        other = Chord(_usual(_at(chord, short)), DIMINISHED_SEVENTH)
        yield other, "the same four sounds from another root"
    for short in ("-M3", "-m2", "M2", "P4"):
        root = _usual(_at(chord, short))
        if short == "-M3":
            yield _of(root, "7b9"), f"{root.name}7♭9 without its root is this chord"
        else:
            yield _of(root, "7b9"), "the same, for another of its four roots"


def _augmented(chord: Chord) -> Iterator[tuple[Chord, str]]:
    for short in ("M3", "A5"):
        other = Chord(charted(_at(chord, short)), chord.quality)
        yield other, "the same three sounds from another root"
    yield _of(chord.root, "7#5"), f"with its seventh: a dominant to {_at(chord, 'P4').name}"
    yield Chord(chord.root, DOMINANT_SEVENTH), "the plain dominant on the same root"


def _in_key(chord: Chord, key: Key) -> Iterator[tuple[Chord, str]]:
    """Chords of the same function in the key, and what is borrowed for it."""
    scale = [pitch.name for pitch in key.scale.pitches]
    if chord.root.name not in scale:
        return
    place = scale.index(chord.root.name)
    size = 4 if chord.quality.seventh else 3
    chords = list(diatonic(key, size))
    if key.mode == "minor":
        raised = diatonic(key, size, raised=True)
        chords[4], chords[6] = raised[4], raised[6]
    for family, places in _FAMILIES.items():
        if place in places:
            for other in places:
                yield chords[other], f"the same function ({family}) in {key.name}"
    if place == 3 and key.mode == "major":
        yield Chord(chord.root, Quality(third="m3")), "borrowed from minor: ♭6 falls to 5"
    if place == 4 and key.mode == "major":
        goal = transpose(key.tonic, Interval.of("m7"))
        yield Chord(goal, DOMINANT_SEVENTH), f"backdoor dominant of {key.tonic.name}"


def _numeral(chord: Chord, key: Key) -> str:
    """The numeral of the spelling that is nearest to the key, with a flat before a sharp."""
    spellings = [replace(chord, root=root) for root in respellings(chord.root)]
    numerals = [analyse(other, key) for other in spellings]
    return min(numerals, key=lambda text: (text.count("♯") + text.count("♭"), "♯" in text))


def _at(chord: Chord, short: str) -> Pitch:
    return transpose(chord.root, Interval.of(short)).at(None)


def _of(root: Pitch, suffix: str) -> Chord:
    return Chord(root, read_suffix(suffix))


def _usual(root: Pitch) -> Pitch:
    return read_pitch(_USUAL[root.pitch_class])
