"""The rules of species counterpoint in two voices, each broken one with its place.

They are those that books after Fux's *Gradus ad Parnassum* (1725) agree on; matters of taste (a
single climax, balance) are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby, pairwise

from tools.music.counterpoint import SIZES, SPECIES, Exercise, Finding, Tone
from tools.music.interval import Interval, between
from tools.music.parts import BAR
from tools.music.pitch import Pitch

FARTHEST, WIDEST = 19, 16  # semitones: a twelfth between the voices, a tenth within one
MOST_ALIKE = 3
MELODIC = frozenset(("P1", "m2", "M2", "m3", "M3", "P4", "P5", "m6", "P8"))
PERFECT = {"P1": "octaves", "P5": "fifths"}
_STRONG, _WEAK = Fraction(0), Fraction(2)


def check(work: Exercise) -> list[Finding]:
    """Return every broken rule, in the order of time.

    >>> from tools.music.counterpoint import exercise
    >>> from tools.music.music_text import read_notes
    >>> from tools.music.parts import Note
    >>> line = [Note(p, BAR) for p in read_notes("D5 C5 D5")]
    >>> [f.rule for f in check(exercise(read_notes("D4 E4 D4"), tuple(line), 1))]
    ['leading tone not raised']
    """
    found = [
        *_rhythm(work), *_ends(work), *_dissonances(work), *_perfect(work), *_places(work),
        *_melody(work), *_monotony(work),
    ]  # fmt: skip
    return sorted(found, key=lambda finding: (finding.bar, finding.beat))


def _at(rule: str, time: Fraction, text: str) -> Finding:
    return Finding(rule, int(time // BAR) + 1, time % BAR + 1, text)


def _rhythm(work: Exercise) -> Iterator[Finding]:
    """Each bar has the notes of its species; the last bar is one whole note."""
    last = BAR * (len(work.cantus) - 1)
    for tone in work.tones:
        end = tone.start >= last
        if end and tone.beats != BAR:
            yield _at("rhythm", tone.start, "the last note is a whole note")
        if work.species == 5:
            if tone.beats < Fraction(1, 2):
                yield _at("rhythm", tone.start, "nothing is shorter than an eighth")
            continue
        size = SIZES[work.species]
        allowed = {size, 2 * size} if work.species == 4 else {size}
        if not end and tone.beats not in allowed:
            name = SPECIES[work.species]
            yield _at("rhythm", tone.start, f"{name} species has notes of {float(size):g} beats")


def _ends(work: Exercise) -> Iterator[Finding]:
    first, last = work.tones[0], work.tones[-1]
    begins = work.interval(first).simple.short
    allowed = ("P1", "P5") if work.above else ("P1",)
    if begins not in allowed:
        where = "a unison, fifth or octave" if work.above else "a unison or octave"
        yield _at("beginning", first.start, f"{work.shown(first)}; begin on {where}")
    if work.interval(last).simple.short != "P1":
        yield _at("ending", last.start, f"{work.shown(last)}; end on a unison or octave")
    if len(work.tones) > 1:
        yield from _cadence(work, work.tones[-2], last)


def _cadence(work: Exercise, before: Tone, last: Tone) -> Iterator[Finding]:
    """Both voices step to the end from opposite sides, with a semitone in one of them."""
    ours = between(before.pitch, last.pitch)
    theirs = between(work.cantus[-2], work.cantus[-1])
    opposite = ours.descending != theirs.descending
    if abs(ours.steps) != 1 or (abs(theirs.steps) == 1 and not opposite):
        text = f"{before.pitch} to {last.pitch}; come to the end by step, against the cantus"
        yield _at("cadence", last.start, text)
    elif not ours.descending and ours.semitones == 2 and theirs.semitones != -1:
        text = f"{before.pitch}; write {before.pitch.step} raised by a semitone"
        yield _at("leading tone not raised", before.start, text)


def _dissonances(work: Exercise) -> Iterator[Finding]:
    tones = work.tones
    for place, tone in enumerate(tones):
        before = tones[place - 1] if place else None
        after = tones[place + 1 : place + 3]
        if not work.consonant(tone):
            yield from _struck_dissonance(work, tone, before, after)
        if tone.tied_over:
            yield from _suspension(work, tone, after)


def _struck_dissonance(
    work: Exercise, tone: Tone, before: Tone | None, after: Sequence[Tone]
) -> Iterator[Finding]:
    if work.species in (1, 4) or tone.beat == _STRONG:
        rule = "dissonance" if work.species == 1 else "dissonance on the strong beat"
        if work.species == 4 and tone.beat != _STRONG:
            rule = "suspension not prepared"
        yield _at(rule, tone.start, work.shown(tone))
        return
    into = between(before.pitch, tone.pitch) if before else None
    out = between(tone.pitch, after[0].pitch) if after else None
    if into is None or out is None or abs(into.steps) != 1:
        yield _at("dissonance by leap", tone.start, work.shown(tone))
    elif abs(out.steps) == 1:
        neighbour = into.descending != out.descending
        if neighbour and work.species == 2:
            yield _at("dissonance not passing", tone.start, work.shown(tone))
    elif not (work.species > 2 and _cambiata(into, out, after)):
        yield _at("dissonance by leap", tone.start, work.shown(tone))


def _cambiata(into: Interval, out: Interval, after: Sequence[Tone]) -> bool:
    """Down a step, down a third, up a step (or the same upside down): Fux's nota cambiata."""
    if len(after) < 2 or abs(out.steps) != 2 or into.descending != out.descending:
        return False
    back = between(after[0].pitch, after[1].pitch)
    return abs(back.steps) == 1 and back.descending != out.descending


def _suspension(work: Exercise, tone: Tone, after: Sequence[Tone]) -> Iterator[Finding]:
    """A tied tone may be dissonant on the strong beat if it then steps down to a consonance."""
    barline = (tone.start // BAR + 1) * BAR
    if work.consonant(tone, barline):
        return
    goals = after[:1] if work.species == 4 else after
    for goal in goals:
        way = between(tone.pitch, goal.pitch)
        same_bar = goal.start < barline + BAR
        if way.steps == -1 and way.descending and same_bar and work.consonant(goal):
            return
    yield _at("suspension not resolved", barline, f"{work.shown(tone, barline)}; step down from it")


def _perfect(work: Exercise) -> Iterator[Finding]:
    """Parallel and direct fifths and octaves where both voices move."""
    for before, after in pairwise(work.tones):
        if after.beat != _STRONG:
            continue
        # The interval that is left: of the last tone with the cantus of its end.
        end = before.start + before.beats - Fraction(1, 8)
        now = work.interval(after).simple.short
        was = work.interval(before, end).simple.short
        ours = between(before.pitch, after.pitch)
        theirs = between(work.cantus_at(end), work.cantus_at(after.start))
        if now not in PERFECT or not ours.semitones or not theirs.semitones:
            continue
        kind = PERFECT[now]
        if was == now:
            yield _at(f"parallel {kind}", after.start, work.shown(after))
        elif ours.descending == theirs.descending:
            yield _at(f"direct {kind}", after.start, work.shown(after))
    if work.species == 2:
        yield from _downbeats(work)


def _downbeats(work: Exercise) -> Iterator[Finding]:
    """Fifths or octaves on two strong beats, unless a leap of a fourth or more lies between."""
    for before, weak, after in zip(work.tones, work.tones[1:], work.tones[2:], strict=False):
        if before.beat != _STRONG or after.beat != _STRONG or weak.beat != _WEAK:
            continue
        now, was = work.interval(after).simple.short, work.interval(before).simple.short
        leap = abs(between(before.pitch, weak.pitch).steps)
        moved = work.cantus_at(before.start) != work.cantus_at(after.start)
        if now in PERFECT and now == was and leap < 3 and moved:
            yield _at(f"{PERFECT[now]} on two strong beats", after.start, work.shown(after))


def _places(work: Exercise) -> Iterator[Finding]:
    last = work.tones[-1]
    for tone in work.tones:
        gap = work.interval(tone).semitones
        if gap < 0:
            yield _at("voices cross", tone.start, work.shown(tone))
        elif gap > FARTHEST:
            yield _at("too far apart", tone.start, work.shown(tone))
        elif gap == 0 and tone not in (work.tones[0], last) and tone.beat == _STRONG:
            yield _at("unison within", tone.start, work.shown(tone))
    heights = [tone.pitch.midi for tone in work.tones]
    if max(heights) - min(heights) > WIDEST:
        yield _at("range too wide", Fraction(0), f"{max(heights) - min(heights)} semitones")


def _melody(work: Exercise) -> Iterator[Finding]:
    for before, after in pairwise(work.tones):
        way = between(before.pitch, after.pitch)
        sixth_down = way.short == "m6" and way.descending
        if way.short not in MELODIC or sixth_down or (way.steps == 0 and way.semitones):
            text = f"{before.pitch} to {after.pitch}, {way.name}{' down' if way.descending else ''}"
            yield _at("melodic interval", after.start, text)
        if way.semitones == 0 and work.species in (2, 3):
            yield _at("repeated note", after.start, str(after.pitch))
    for one, two, three in zip(work.tones, work.tones[1:], work.tones[2:], strict=False):
        rule = leap_problem(one.pitch, two.pitch, three.pitch)
        if rule:
            yield _at(rule, three.start, f"{one.pitch} {two.pitch} {three.pitch}")


def leap_problem(one: Pitch, two: Pitch, three: Pitch) -> str:
    """Name what is wrong with two melodic intervals after each other, if anything is.

    A leap beyond a fifth is followed by a step back; two leaps the same way make a triad.
    """
    first, second, whole = between(one, two), between(two, three), between(one, three)
    same_way = first.descending == second.descending
    if abs(first.semitones) > 7 and (abs(second.steps) != 1 or same_way):
        return "leap not recovered"
    leaps = min(abs(first.steps), abs(second.steps)) > 1
    if leaps and same_way and whole.short not in ("P5", "m6", "M6", "P8"):
        return "two leaps the same way"
    return ""


def _monotony(work: Exercise) -> Iterator[Finding]:
    """In the first species: a note three times, or four thirds or sixths in a row."""
    if work.species != 1:
        return
    for _, run in groupby(work.tones, key=lambda tone: tone.pitch):
        tones = list(run)
        if len(tones) > 2:
            yield _at("repeated note", tones[2].start, f"{tones[2].pitch} for the third time")
    for number, run in groupby(work.tones, key=lambda tone: work.interval(tone).simple.number):
        tones = list(run)
        if number in (3, 6) and len(tones) > MOST_ALIKE:
            name = "thirds" if number == 3 else "sixths"
            tone = tones[MOST_ALIKE]
            yield _at(f"too many {name}", tone.start, f"{len(tones)} in a row")
