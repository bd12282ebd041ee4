"""Chords from outside a key: borrowed from the parallel key, and dominants of its other chords."""

from __future__ import annotations

from dataclasses import dataclass

from tools.music.chord import Chord
from tools.music.interval import Interval, between, transpose
from tools.music.key import Key, diatonic
from tools.music.quality import Quality
from tools.music.roman import NUMERALS, analyse

DOMINANT_SEVENTH = Quality(seventh="m7", extent=7)
DIMINISHED_SEVENTH = Quality(third="m3", fifth="d5", seventh="d7", extent=7)

# What a borrowed chord is used for, by its numeral in the key that borrows it.
_USES = {
    "i": "darkens the tonic",
    "ii°": "leads to V; its ♭6 falls to 5",
    "♭III": "a bright third away from I; often goes to ♭VI or IV",
    "iv": "leads to I or V; its ♭6 falls to 5",
    "v": "softens the dominant; often goes to ♭VII or IV",
    "♭VI": "leads to V or ♭VII; V can resolve to it by surprise",
    "♭VII": "leads to I or IV without a leading tone",
    "I": "ends a piece in minor: the Picardy third",
    "ii": "leads to V with the raised sixth",
    "♯iii": "colours the tonic; shares its raised third with I",
    "IV": "the dorian IV: brightens the way to i or V",
    "vi": "a bright goal for V in place of VI",
    "V": "the dominant with its leading tone",
    "♯vii°": "leads to i with the raised seventh",
}


@dataclass(frozen=True)
class Offer:
    """A chord that somebody could use, with its numeral (where there is a key) and the reason."""

    chord: Chord
    numeral: str
    reason: str


@dataclass(frozen=True)
class Applied:
    """The dominants that lead to one chord of a key."""

    goal: Chord
    numeral: str
    dominant: Chord
    leading: Chord


def borrowed(key: Key) -> list[Offer]:
    """Return the triads of the parallel key that the key itself does not have.

    The dominant and the leading-tone chord of minor count as its own.

    >>> from tools.music.key import read_key
    >>> [(o.chord.symbol, o.numeral) for o in borrowed(read_key("C"))][:4]
    [('Cm', 'i'), ('Ddim', 'ii°'), ('E♭', '♭III'), ('Fm', 'iv')]
    """
    own = {*diatonic(key, 3)}
    if key.mode == "minor":
        raised = diatonic(key, 3, raised=True)
        own |= {raised[4], raised[6]}
    offers = []
    for chord in diatonic(key.parallel, 3):
        if chord not in own and chord.quality.fifth != "A5":
            numeral = _plain_numeral(chord, key)
            offers.append(Offer(chord, numeral, _USES.get(numeral, "colours the key")))
    return offers


def borrowed_sevenths(key: Key) -> list[Chord]:
    """Return the seventh chords on the roots of the borrowed triads."""
    roots = {offer.chord for offer in borrowed(key)}
    parallel = key.parallel
    pairs = zip(diatonic(parallel, 3), diatonic(parallel, 4), strict=True)
    return [seventh for triad, seventh in pairs if triad in roots]


def neapolitan(key: Key) -> Chord:
    """Return the major chord on the lowered second degree.

    >>> from tools.music.key import read_key
    >>> neapolitan(read_key("A minor")).symbol
    'B♭'
    """
    return Chord(transpose(key.tonic, Interval.of("m2")))


def applied(key: Key) -> list[Applied]:
    """Return the secondary dominants and leading-tone chords of every consonant triad but I.

    In minor the fifth degree is the major V.

    >>> from tools.music.key import read_key
    >>> [(a.dominant.symbol, a.numeral) for a in applied(read_key("C"))]
    [('A7', 'ii'), ('B7', 'iii'), ('C7', 'IV'), ('D7', 'V'), ('E7', 'vi')]
    """
    triads = list(diatonic(key, 3))
    if key.mode == "minor":
        triads[4] = diatonic(key, 3, raised=True)[4]
    found = []
    for goal in triads[1:]:
        if goal.quality.fifth == "P5":
            found.append(Applied(goal, analyse(goal, key), *dominants_of(goal)))
    return found


def dominants_of(goal: Chord) -> tuple[Chord, Chord]:
    """Return the dominant seventh and the diminished seventh that lead to a chord.

    >>> from tools.music.key import read_key
    >>> [c.symbol for c in dominants_of(diatonic(read_key("D"), 3)[0])]
    ['A7', 'C♯dim7']
    """
    fifth = transpose(goal.root, Interval.of("P5")).at(None)
    below = transpose(goal.root, Interval.of("-m2")).at(None)
    return Chord(fifth, DOMINANT_SEVENTH), Chord(below, DIMINISHED_SEVENTH)


def _plain_numeral(chord: Chord, key: Key) -> str:
    """The degree and quality of a triad: IV, where an analysis might hear V/VII."""
    numeral = analyse(chord, key)
    if "/" not in numeral:
        return numeral
    place = between(key.tonic, chord.root).simple.steps
    return NUMERALS[place] if chord.quality.third == "M3" else NUMERALS[place].lower()
