"""Chord progressions by style: which chord follows which, and how phrases end.

The tables are ours: numerals as weights of what usually follows, from common practice in each
style. A progression begins on the tonic, moves by the table and ends with one of the cadences.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tools.music.chart import Chart, of_bars
from tools.music.chord import Chord
from tools.music.generation import choose, dice, read_style
from tools.music.key import Key
from tools.music.pitch import Pitch, respellings, simplest
from tools.music.roman import realise

Follows = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Style:
    """First chords, what follows each chord, and cadences, the likeliest first."""

    starts: tuple[str, ...]
    follows: Follows
    cadences: tuple[tuple[str, ...], ...]


def _table(text: str) -> Follows:
    """Read `I: V 4, vi 3; V: I 1` as a table of weights."""
    rows: dict[str, dict[str, float]] = {}
    for row in text.split(";"):
        head, _, rest = row.partition(":")
        pairs = (item.split() for item in rest.split(","))
        rows[head.strip()] = {numeral: float(weight) for numeral, weight in pairs}
    return rows


def _style(starts: str, table: str, *cadences: str) -> Style:
    return Style(tuple(starts.split()), _table(table), tuple(tuple(c.split()) for c in cadences))


MAJOR: dict[str, Style] = {
    "pop": _style(
        "I I vi IV",
        "I: V 4, vi 4, IV 4, iii 1, ii 1; V: vi 4, IV 3, I 3; vi: IV 4, V 2, ii 2, iii 1;"
        "IV: V 3, I 3, ii 1, vi 1, iv 0.5; ii: V 4, IV 1; iii: vi 3, IV 3; iv: I 1",
        "IV V I",
        "ii V I",
        "V IV I",
        "iv I",
    ),
    "rock": _style(
        "I",
        "I: IV 4, bVII 4, V 3, vi 1, bIII 1; IV: I 4, V 3, bVII 1; V: IV 4, I 3, vi 1;"
        "bVII: IV 5, I 2, bIII 1; vi: IV 3, V 2; bIII: IV 3, bVII 2",
        "V IV I",
        "bVII IV I",
        "IV V I",
    ),
    "folk": _style(
        "I",
        "I: IV 5, V 4, vi 1, ii 1; IV: I 4, V 4, ii 1; V: I 5, IV 1, vi 1; vi: IV 2, ii 2, V 1;"
        "ii: V 1",
        "IV V I",
        "V7 I",
        "IV I",
    ),
    "jazz": _style(
        "Imaj7 Imaj7 ii7",
        "Imaj7: vi7 4, ii7 3, IVmaj7 2, V7/ii 2, iii7 1, bIII°7 1; vi7: ii7 5, V7/V 1;"
        "ii7: V7 8, bII7 1; V7: Imaj7 5, iii7 2, vi7 1; iii7: V7/ii 4, vi7 2; V7/ii: ii7 1;"
        "V7/V: ii7 3, V7 2; IVmaj7: bVII7 2, iii7 2, ivadd6 1, ii7 1; ivadd6: Imaj7 2, iii7 1;"
        "bVII7: Imaj7 2, iii7 1; bII7: Imaj7 1; bIII°7: ii7 1",
        "ii7 V7 Imaj7",
        "ii7 bII7 Imaj7",
        "ivadd6 bVII7 Imaj7",
    ),
    "bossa nova": _style(
        "Imaj9 Iadd6",
        "Imaj9: V9/V 3, ii9 3, V7/ii 2, iii7 1, bIII°7 2; Iadd6: V9/V 3, ii9 3, bIII°7 2;"
        "V9/V: ii9 5, V13 1; ii9: V13 5, bII9 3; V13: Imaj9 3, iii7 2, Iadd6 1; V7/ii: ii9 1;"
        "iii7: V7/ii 2, bIII°7 2; bIII°7: ii9 1; bII9: Imaj9 1",
        "ii9 V13 Imaj9",
        "ii9 bII9 Imaj9",
        "ii9 bII9 Iadd6",
    ),
    "gospel": _style(
        "I I7",
        "I: I7 3, V7/vi 2, IV 2, vi7 1; I7: IV 1; IV: #iv°7 3, ivadd6 2, I 2, V7sus4 1;"
        "#iv°7: I64 1; I64: V7/ii 3, vi7 2; V7/vi: vi7 1; vi7: V7/V 2, ii7 3; V7/ii: ii7 3, V7/V 2;"
        "V7/V: ii7 1, V7 2; ii7: V7sus4 2, V7 3; V7sus4: V7 1; V7: I 3, vi7 1; ivadd6: I 1",
        "ii7 V7 I",
        "IV ivadd6 I",
        "V7sus4 V7 I",
    ),
    "classical": _style(
        "I",
        "I: IV 3, ii6 3, V 2, vi 2, V65 1, I6 2; I6: IV 3, ii6 3, V43 1; ii6: V 4, V7 3, I64 2;"
        "IV: V 3, ii6 2, I64 1, viio6 1; V: I 4, vi 2; V7: I 4, vi 1; V65: I 1; V43: I 1;"
        "vi: IV 2, ii6 3, V7/V 1; V7/V: V 1; viio6: I 2, I6 2; I64: V7 1",
        "ii6 I64 V7 I",
        "IV V7 I",
        "ii6 V7 I",
    ),
    "lofi": _style(
        "Imaj9 IVmaj9 ii9",
        "Imaj9: vi9 3, IVmaj9 3, iii7 2, ii9 2; vi9: ii9 3, IVmaj9 2, iii7 1;"
        "iii7: vi9 3, IVmaj9 2; ii9: V13 3, iii7 1, IVmaj9 1; V13: Imaj9 3, iii7 1;"
        "IVmaj9: iii7 3, ivadd6 2, V13 1; ivadd6: Imaj9 2, iii7 1",
        "ii9 V13 Imaj9",
        "IVmaj9 ivadd6 Imaj9",
    ),
}
MINOR: dict[str, Style] = {
    "pop": _style(
        "i i VI",
        "i: VI 4, VII 3, iv 2, III 2, v 1; VI: VII 4, III 3, iv 1; VII: i 3, III 2, VI 2;"
        "III: VII 4, iv 1, VI 1; iv: VII 2, V 1, i 1; v: VI 2, iv 1; V: i 1",
        "VI VII i", "iv V i", "VI v i",
    ),
    "rock": _style(
        "i",
        "i: VII 4, VI 3, iv 3, III 1; VII: VI 3, i 3, iv 1, III 1; VI: VII 4, iv 1; iv: i 3, VII 2;"
        "III: VII 2, iv 2",
        "VI VII i", "VII VI i", "iv VII i",
    ),
    "folk": _style(
        "i",
        "i: VII 4, iv 3, III 2, V 1; VII: i 4, III 2, VI 1; iv: i 3, V 2, VII 1; III: VII 3, VI 1;"
        "VI: VII 2, V 1; V: i 1",
        "iv V i", "VII i", "VI VII i",
    ),
    "jazz": _style(
        "i7 iadd6",
        "i7: iv7 3, VImaj7 3, iiø7 3; iadd6: iv7 3, iiø7 3, VImaj7 2; iv7: VII7 2, iiø7 2, V7 1;"
        "VII7: IIImaj7 1; IIImaj7: VImaj7 2, iiø7 1; VImaj7: iiø7 4, V7 1; iiø7: V7 8, bII7 1;"
        "V7: i7 3, iadd6 2; bII7: iadd6 1",
        "iiø7 V7 iadd6", "iiø7 V7 i7", "iv7 V7 iadd6",
    ),
    "bossa nova": _style(
        "i9 iadd6",
        "i9: iv7 3, iiø7 3, VImaj7 2; iadd6: iiø7 3, iv7 2; iv7: V7b9 2, VII9 2; VII9: IIImaj9 1;"
        "IIImaj9: VImaj7 2, iiø7 2; VImaj7: iiø7 3, V7b9 1;"
        "iiø7: V7b9 4, bII9 2; V7b9: i9 2, iadd6 1;"
        "bII9: iadd6 1",
        "iiø7 V7b9 i9", "iiø7 bII9 iadd6",
    ),
    "gospel": _style(
        "i",
        "i: iv7 3, VI 2, i7 1; i7: iv7 1; iv7: V7 3, VII7 2; VII7: III 1; III: VI 2, iiø7 1;"
        "VI: iiø7 3, V7 1; iiø7: V7 1; V7: i 3, VI 1",
        "iiø7 V7 i", "iv7 V7 i",
    ),
    "classical": _style(
        "i",
        "i: iv 3, iiø65 3, V 2, VI 2, V65 1, i6 1; i6: iv 2, iiø65 2; iv: V 4, V7 2, i64 1;"
        "iiø65: V7 3, i64 2; V: i 4, VI 1; V7: i 4, VI 1; V65: i 1; VI: iv 2, iiø65 2, N6 1;"
        "N6: V7 1; i64: V7 1",
        "iiø65 i64 V7 i", "iv V7 i", "N6 V7 i",
    ),
    "lofi": _style(
        "i9 VImaj9",
        "i9: iv9 3, VImaj9 3, v7 1; iv9: VII13 2, i9 2, VImaj9 1; VImaj9: v7 2, iv9 1, VII13 1;"
        "v7: i9 1, VImaj9 1; VII13: IIImaj9 1; IIImaj9: VImaj9 2, iv9 1",
        "iv9 v7 i9", "VImaj9 VII13 i9",
    ),
    "flamenco": _style(
        "i iv",
        "i: VII 5, iv 2; VII: VI 1; VI: V 1; V: i 3, VI 1; iv: III 1, VII 1; III: VI 1",
        "VII VI V", "iv VI V",
    ),
}  # fmt: skip
NAMES: dict[str, tuple[str, ...]] = {
    "pop": ("ballad", "pop song", "anthem", "indie", "edm", "dance", "happy", "sad", "trance"),
    "rock": ("hard rock", "punk", "metal", "grunge", "rock and roll", "classic rock"),
    "folk": ("country", "bluegrass", "campfire", "irish", "celtic", "hymn", "traditional"),
    "jazz": ("jazzy", "swing", "bebop", "standard", "big band"),
    "bossa nova": ("bossa", "latin", "brazilian", "samba"),
    "gospel": ("soul", "r&b", "rnb", "church", "neo soul", "motown"),
    "classical": ("baroque", "mozart", "romantic", "common practice", "chorale", "bach"),
    "lofi": ("lo fi", "chill", "chillhop", "lofi hip hop", "hip hop", "ambient"),
    "flamenco": ("andalusian", "spanish", "phrygian"),
    "blues": ("12 bar blues", "twelve bar blues", "bluesy", "blues rock", "boogie"),
}
_BLUES = (
    ("I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", 4.0),
    ("I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", 4.0),
    ("I7 IV7 I7 I7 IV7 #iv°7 I7 V7/ii ii7 V7 I7 V7", 2.0),
    ("I7 IV7 I7 I7 IV7 IV7 I7 V7/ii ii7 V7 I7 V7", 2.0),
)
_MINOR_BLUES = (
    ("i7 i7 i7 i7 iv7 iv7 i7 i7 VI7 V7 i7 V7", 3.0),
    ("i7 iv7 i7 i7 iv7 iv7 i7 i7 iiø7 V7 i7 V7", 2.0),
)
_EIGHT = "I7 V7 IV7 IV7 I7 V7 I7 V7"
_MINOR_EIGHT = "i7 V7 iv7 iv7 i7 V7 i7 V7"


def progression(style: str, key: Key, bars: int, seed: int | str) -> tuple[Chart, str]:
    """Return a chart of one chord a bar and its numerals.

    >>> from tools.music.key import read_key
    >>> chart, numerals = progression("pop", read_key("G"), 4, 1)
    >>> len(chart.changes), numerals.split()[-1]
    (4, 'I')

    Raises:
        MusicError: the style is unknown.
    """
    name = read_style(style, NAMES, "style of chords")
    minor = key.minor_like or name == "flamenco"
    home = Key(key.tonic, "minor") if minor and not key.minor_like else key
    rng = dice(seed, name, bars, minor)
    if name == "blues":
        numerals = _blues(rng, bars, minor=minor)
    else:
        table = MINOR if minor else MAJOR
        numerals = _walk(table[name], bars, rng)
    chords = [_readable(numeral.chord) for numeral in realise(" ".join(numerals), home)]
    return of_bars([[chord] for chord in chords], home), " ".join(numerals)


def _readable(chord: Chord) -> Chord:
    """Write a chord as charts do: B7 instead of C♭7, whose seventh is a double flat."""
    root = simplest(chord.root)
    heavy = any(abs(tone.alter) > 1 for tone in chord.tones)
    if not heavy and root == chord.root:
        return chord
    if root == chord.root:
        root = min(respellings(chord.root), key=lambda p: sum(abs(t.alter) for t in _on(chord, p)))
    return replace(chord, root=root, bass=simplest(chord.bass) if chord.bass else None)


def _on(chord: Chord, root: Pitch) -> tuple[Pitch, ...]:
    return replace(chord, root=root).tones


def _walk(style: Style, bars: int, rng: random.Random) -> list[str]:
    """Go by the table so that the cadence follows what came before it."""
    usable = [cadence for cadence in style.cadences if len(cadence) < bars]
    if not usable:
        return list(style.cadences[0][-bars:])
    cadence = choose(rng, {c: 1.0 / (1 + place) for place, c in enumerate(usable)})
    free = bars - len(cadence)
    paths: list[list[str]] = []
    for _ in range(60):
        paths.append(_path(style, free, rng))
        if cadence[0] in style.follows[paths[-1][-1]]:
            return [*paths[-1], *cadence]
    moving = (path for path in paths if cadence[0] != path[-1])
    return [*next(moving, paths[0]), *cadence]


def _path(style: Style, count: int, rng: random.Random) -> list[str]:
    path = [rng.choice(style.starts)]
    while len(path) < count:
        options = dict(style.follows[path[-1]])
        # Coming straight back is less welcome than going on.
        if len(path) > 1 and path[-2] in options and len(options) > 1:
            options[path[-2]] *= 0.4
        path.append(choose(rng, options))
    return path


def _blues(rng: random.Random, bars: int, *, minor: bool) -> list[str]:
    """Choruses of twelve bars; the last bar of all turns home."""
    forms = _MINOR_BLUES if minor else _BLUES
    numerals: list[str] = []
    while len(numerals) < bars:
        form = choose(rng, dict(forms)).split()
        # Eight bars have a form of their own; other numbers take the first bars of twelve.
        left = bars - len(numerals)
        numerals += (_MINOR_EIGHT if minor else _EIGHT).split() if left == 8 else form[:left]
    tonic = forms[0][0].split()[0]
    return [*numerals[:-1], tonic]
