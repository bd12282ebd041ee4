"""Rules of part-writing in four voices (or two or three), each broken one with its place.

The rules are those of common harmony books: ranges, spacing, crossing and overlap of voices,
parallel and direct fifths and octaves, the leading tone and the seventh, melodic intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

from tools.music.chord import Chord
from tools.music.interval import Interval, between, transpose
from tools.music.key import Key
from tools.music.naming import name_notes
from tools.music.parts import Moment, Texture
from tools.music.pitch import Pitch, read_pitch

RANGES = {
    "soprano": ("C4", "A5"),
    "alto": ("F3", "D5"),
    "tenor": ("C3", "A4"),
    "bass": ("E2", "E4"),
}
OCTAVE_SEMITONES = 12
# How far apart neighbouring upper voices may be; the bass may lie farther from the tenor.
WIDEST = {("soprano", "alto"): 12, ("alto", "tenor"): 12, ("tenor", "bass"): 24}
_PERFECT = {"P5": "fifths", "P8": "octaves", "P1": "octaves"}
_HARD_LEAPS = {"A2", "A3", "A4", "A5", "A6", "m7", "M7"}


@dataclass(frozen=True)
class Finding:
    """A broken rule: its name, where it is, in which voices (by number from the top), and how."""

    rule: str
    start: Fraction
    voices: tuple[int, ...]
    text: str


@dataclass(frozen=True)
class _Here:
    """A moment with the chord that it makes, where it has a common name."""

    moment: Moment
    chord: Chord | None


def check(texture: Texture, key: Key | None = None) -> list[Finding]:
    """Return every finding in the order of time. Without a key the leading tone is not judged.

    >>> from tools.music.voices_text import read_voices
    >>> [f.rule for f in check(read_voices("C3 G3 E4 C5, D3 A3 F4 D5"))]
    ['parallel octaves', 'parallel fifths']
    """
    heres = [_Here(moment, sounding_chord(moment)) for moment in texture.moments]
    found: list[Finding] = []
    for here in heres:
        found += _at_one_time(here, texture.names, key)
    for before, after in pairwise(heres):
        found += _from_one_to_next(before.moment, after.moment, texture.names)
        if key is not None:
            found += _leading_tone(before, after, key)
    found += _sevenths(heres)
    found += _melodies(texture.moments)
    return sorted(found, key=lambda finding: finding.start)


def tell(finding: Finding, texture: Texture) -> str:
    """Say a finding in a line: place, rule, voices, notes."""
    voices = " and ".join(texture.names[voice] for voice in finding.voices)
    detail = f" ({finding.text})" if finding.text else ""
    return f"{texture.where(finding.start)}: {finding.rule}, {voices}{detail}"


def sounding_chord(moment: Moment) -> Chord | None:
    """Return the chord of three notes or more that sounds, where it has a common name."""
    sounding = [pitch for pitch in reversed(moment.pitches) if pitch is not None]
    if len({pitch.pitch_class for pitch in sounding}) < 3:
        return None
    return next(iter(name_notes(sounding, 1)), None)


def _at_one_time(here: _Here, names: Sequence[str], key: Key | None) -> Iterator[Finding]:
    moment = here.moment
    for voice, (name, pitch) in enumerate(zip(names, moment.pitches, strict=True)):
        low, high = (read_pitch(text) for text in RANGES.get(name, ("C0", "C9")))
        if moment.struck[voice] and pitch and not low.midi <= pitch.midi <= high.midi:
            yield Finding("out of range", moment.start, (voice,), f"{pitch}; {low} to {high}")
    for voice in range(len(names) - 1):
        upper, lower = moment.pitches[voice : voice + 2]
        if upper is None or lower is None or not (moment.struck[voice] or moment.struck[voice + 1]):
            continue
        pair = (voice, voice + 1)
        gap = upper.midi - lower.midi
        if gap < 0:
            yield Finding("voices cross", moment.start, pair, f"{upper} below {lower}")
        elif gap > WIDEST.get((names[voice], names[voice + 1]), 24):
            yield Finding("too far apart", moment.start, pair, f"{upper} over {lower}")
    if moment.together:
        yield from _doubled(here, key)


def _doubled(here: _Here, key: Key | None) -> Iterator[Finding]:
    """A leading tone or a chord's seventh in two voices, and a chord without its third."""
    pitches = [pitch for pitch in here.moment.pitches if pitch is not None]
    tender = {}
    if key is not None and is_dominant(pitches, key):
        tender["doubled leading tone"] = leading_tone(key)
    if here.chord is not None and here.chord.quality.seventh and len(here.chord.tones) >= 4:
        tender["doubled seventh"] = seventh_of(here.chord)
    for rule, tone in tender.items():
        voices = [
            voice
            for voice, pitch in enumerate(here.moment.pitches)
            if pitch is not None and pitch.name == tone.name
        ]
        if len(voices) > 1:
            yield Finding(rule, here.moment.start, tuple(voices), tone.name)
    names = {pitch.name: pitch for pitch in pitches}
    if len(pitches) > 2 and len(names) == 2:
        one, two = names.values()
        if "P5" in (between(one, two).simple.short, between(two, one).simple.short):
            every = tuple(range(len(here.moment.pitches)))
            yield Finding("no third", here.moment.start, every, " ".join(names))


def _from_one_to_next(before: Moment, after: Moment, names: Sequence[str]) -> Iterator[Finding]:
    last = len(names) - 1
    for upper, lower in combinations(range(len(names)), 2):
        ends = _moves(before, after, upper, lower)
        if ends is None:
            continue
        finding = _perfect(ends, (upper, lower), after.start, outer=(upper, lower) == (0, last))
        if finding:
            yield finding
    for upper in range(last):
        yield from _overlap(before, after, upper)


_Ends = tuple[Pitch, Pitch, Pitch, Pitch]


def _moves(before: Moment, after: Moment, upper: int, lower: int) -> _Ends | None:
    """Both voices before and after, where both sound throughout and both move."""
    ends = (
        before.pitches[upper], before.pitches[lower], after.pitches[upper], after.pitches[lower]
    )  # fmt: skip
    high, low, high_after, low_after = ends
    if high is None or low is None or high_after is None or low_after is None:
        return None
    if high.midi == high_after.midi or low.midi == low_after.midi:
        return None
    return high, low, high_after, low_after


def _perfect(
    ends: _Ends, voices: tuple[int, int], start: Fraction, *, outer: bool
) -> Finding | None:
    high, low, high_after, low_after = ends
    was, now = _size(low, high), _size(low_after, high_after)
    if now not in _PERFECT:
        return None
    up, up_low = high_after.midi > high.midi, low_after.midi > low.midi
    text = f"{low}–{high} to {low_after}–{high_after}"
    kind = _PERFECT[now]
    if was in _PERFECT and _PERFECT[was] == kind:
        rule = f"parallel {kind}" if up == up_low else f"{kind} by contrary motion"
        return Finding(rule, start, voices, text)
    if outer and up == up_low and abs(between(high, high_after).steps) > 1:
        return Finding(f"direct {kind}", start, voices, text)
    return None


def _size(low: Pitch, high: Pitch) -> str:
    """The interval within an octave, where unison and octave are one."""
    return between(low, high).simple.short


def _overlap(before: Moment, after: Moment, upper: int) -> Iterator[Finding]:
    high, low = before.pitches[upper : upper + 2]
    high_after, low_after = after.pitches[upper : upper + 2]
    pair = (upper, upper + 1)
    if low_after and high and low_after.midi > high.midi and after.struck[upper + 1]:
        yield Finding("voices overlap", after.start, pair, f"{low_after} above the {high} before")
    if high_after and low and high_after.midi < low.midi and after.struck[upper]:
        yield Finding("voices overlap", after.start, pair, f"{high_after} below the {low} before")


def leading_tone(key: Key) -> Pitch:
    """Return the tone a semitone below the tonic."""
    return transpose(key.tonic, Interval.of("M7")).at(None)


def is_dominant(pitches: Sequence[Pitch], key: Key) -> bool:
    """True where the tones are those of V, V7, V9 or the leading-tone chord."""
    sounds = {(pitch.pitch_class - key.tonic.pitch_class) % 12 for pitch in pitches}
    return 11 in sounds and 0 not in sounds and sounds <= {2, 5, 7, 8, 9, 11} and len(sounds) > 1


def is_tonic(pitches: Sequence[Pitch], key: Key) -> bool:
    """True where the tones are those of I or of vi, with the tonic."""
    sounds = {(pitch.pitch_class - key.tonic.pitch_class) % 12 for pitch in pitches}
    return 0 in sounds and sounds <= {0, 3, 4, 7, 8, 9}


def _leading_tone(before: _Here, after: _Here, key: Key) -> Iterator[Finding]:
    """The leading tone of a dominant goes up to the tonic.

    An inner one may fall to the fifth, one in the bass go on down where vi follows.
    """
    first = [pitch for pitch in before.moment.pitches if pitch is not None]
    second = [pitch for pitch in after.moment.pitches if pitch is not None]
    if not is_dominant(first, key) or not is_tonic(second, key):
        return
    tone, home = leading_tone(key), key.tonic.name
    last = len(before.moment.pitches) - 1
    for voice, pitch in enumerate(before.moment.pitches):
        goal = after.moment.pitches[voice]
        if pitch is None or goal is None or pitch.name != tone.name:
            continue
        way = between(pitch, goal)
        inner = 0 < voice < last
        if way == Interval.of("m2") or (inner and way == Interval.of("-M3")):
            continue
        if voice == last and way.steps == -1 and after.chord and after.chord.root.name != home:
            continue
        text = f"{pitch} goes to {goal}, not up to {home}"
        yield Finding("leading tone unresolved", after.moment.start, (voice,), text)


def seventh_of(chord: Chord) -> Pitch:
    """Return the seventh of a seventh chord."""
    seventh = chord.quality.seventh
    return transpose(chord.root, Interval.of(seventh or "m7")).at(None)


def _sevenths(heres: Sequence[_Here]) -> Iterator[Finding]:
    """The seventh of a chord goes down a step, or stays, when the root changes."""
    for before, after in pairwise(heres):
        chord = before.chord
        if chord is None or not chord.quality.seventh or not before.moment.together:
            continue
        if after.chord is not None and after.chord.root.name == chord.root.name:
            continue
        tone = seventh_of(chord)
        for voice, pitch in enumerate(before.moment.pitches):
            goal = after.moment.pitches[voice]
            if pitch is None or goal is None or pitch.name != tone.name or pitch == goal:
                continue
            way = between(pitch, goal)
            if way.steps == 0 or (way.steps == -1 and way.descending):
                continue
            if chord.inversion == 2 and way.steps == 1 and _bass_rises(before, after):
                continue  # the passing V43 between I and I6 lets its seventh rise with the bass
            text = f"{pitch} of {chord.symbol} goes to {goal}, not down a step"
            yield Finding("seventh unresolved", after.moment.start, (voice,), text)


def _bass_rises(before: _Here, after: _Here) -> bool:
    low, high = before.moment.pitches[-1], after.moment.pitches[-1]
    return low is not None and high is not None and between(low, high).steps == 1


def _melodies(moments: Sequence[Moment]) -> Iterator[Finding]:
    """Augmented intervals, sevenths and leaps beyond an octave within one voice."""
    for before, after in pairwise(moments):
        for voice in range(len(before.pitches)):
            first, second = before.pitches[voice], after.pitches[voice]
            if first is None or second is None or not after.struck[voice]:
                continue
            way = between(first, second)
            if way.short in _HARD_LEAPS or abs(way.semitones) > OCTAVE_SEMITONES:
                down = " down" if way.descending else " up"
                text = f"{first} to {second}, {way.name}{down}"
                yield Finding("awkward leap", after.start, (voice,), text)
