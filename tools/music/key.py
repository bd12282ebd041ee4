"""Keys: signatures, relatives and the chords that belong to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.interval import Interval, transpose
from tools.music.naming import quality_of
from tools.music.numbers import CARDINALS
from tools.music.pitch import STEPS, MusicError, Pitch, read_pitch, respellings
from tools.music.scale import Scale, read_scale, scale_candidates
from tools.music.scale_types import MODE_FIFTHS
from tools.music.text import nearest, plain_signs

SHARPS = tuple("FCGDAEB")
_MODES = {"natural minor": "minor"}
_COUNTED = re.compile(
    r"(?P<n>\d|no|zero|one|two|three|four|five|six|seven)\s+(?P<sign>sharp|flat)s?(?:\s+or\s+flats?)?",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"(?P<n>\d)\s*(?P<sign>[#b])")
_COLON = re.compile(r"(?P<tonic>[A-Ga-g][#b]*)\s*:")
_NUMBERS = {"no": 0, "zero": 0} | CARDINALS


@dataclass(frozen=True)
class Key:
    """A tonic with a mode: `major`, `minor`, or one of the church modes."""

    tonic: Pitch
    mode: str = "major"

    @property
    def name(self) -> str:
        """The name: `E♭ major`."""
        return f"{self.tonic.name} {self.mode}"

    @property
    def fifths(self) -> int:
        """Sharps of the signature; flats are negative.

        >>> Key(Pitch("E", -1)).fifths, Key(Pitch("F", 1), "minor").fifths
        (-3, 3)
        """
        return fifths_of(self.tonic) + MODE_FIFTHS[self.mode]

    @property
    def printed_fifths(self) -> int:
        """The signature to print: none where it would have more than seven accidentals."""
        return self.fifths if abs(self.fifths) <= 7 else 0

    @property
    def scale(self) -> Scale:
        """The scale of the key (natural minor in minor)."""
        return Scale(self.tonic, "natural minor" if self.mode == "minor" else self.mode)

    @property
    def signature(self) -> tuple[Pitch, ...]:
        """The sharpened or flattened notes in the order of the signature.

        >>> [p.name for p in Key(Pitch("E", -1)).signature]
        ['B♭', 'E♭', 'A♭']
        """
        count = abs(self.fifths)
        sign = 1 if self.fifths > 0 else -1
        order = SHARPS if sign > 0 else SHARPS[::-1]
        altered = [(order[i % 7], sign * (1 + i // 7)) for i in range(count)]
        final = dict(altered)
        return tuple(Pitch(step, final[step]) for step in order if step in final)

    @property
    def minor_like(self) -> bool:
        """True where the third of the key is minor."""
        return self.scale.minor_like

    @property
    def relative(self) -> Key:
        """The minor key of the same signature, or the major one.

        >>> Key(Pitch("A"), "minor").relative.name
        'C major'
        """
        if self.mode == "major":
            return Key(transpose(self.tonic, Interval.of("-m3")).at(None), "minor")
        places = STEPS.index(self.tonic.step)
        for step in range(7):
            tonic = next(p for p in self.scale.pitches if p.step == STEPS[(places + step) % 7])
            if Key(tonic).fifths == self.fifths:
                return Key(tonic)
        raise MusicError(f"{self.name} has no relative major")

    @property
    def parallel(self) -> Key:
        """The minor key on the same tonic, or the major one."""
        return Key(self.tonic, "major" if self.minor_like else "minor")


def read_key(text: str) -> Key:
    """Read a key; a bare note is major, a capital or small letter alike.

    >>> read_key("E flat major").name, read_key("c#m").name, read_key("the key of G").name
    ('E♭ major', 'C♯ minor', 'G major')
    >>> read_key("3 flats").name
    'E♭ major'

    Raises:
        MusicError: there is no such key.
    """
    if not text.strip():
        raise MusicError("no key was given; write one such as E flat major or F# minor")
    try:
        return _read(text)
    except _UnreadError as problem:
        near = nearest(scale_candidates(_bare(text)), _read)
        hint = near or "; write one such as E flat major or F# minor"
        raise MusicError(f"cannot read {text!r} as a key{hint}") from problem


class _UnreadError(MusicError):
    """A text that names no key."""


def _bare(text: str) -> str:
    """Take "in the key of" and the like away."""
    plain = re.sub(r"\b(?:the|in|signature|a)\s+(?=key\b|of\b)", "", plain_signs(text.strip()))
    plain = re.sub(
        r"^(?:in\s+)?(?:the\s+)?key\s+(?:signature\s+)?(?:of|is|:)?\s*", "", plain, flags=re.I
    )
    return re.sub(r"^in\s+", "", plain)


def _read(text: str) -> Key:
    counted = count_of(text)
    if counted is not None:
        return key_of_fifths(counted)
    colon = _COLON.fullmatch(plain_signs(text.strip()))
    if colon:
        # As analyses are headed: a small letter is minor.
        return Key(read_pitch(colon["tonic"]), "major" if colon["tonic"][0].isupper() else "minor")
    try:
        scale = read_scale(_bare(text))
    except MusicError as problem:
        raise _UnreadError(str(problem)) from None
    if scale.kind in ("harmonic minor", "melodic minor"):
        return Key(scale.tonic, "minor")
    mode = _MODES.get(scale.kind, scale.kind)
    if mode not in MODE_FIFTHS:
        raise MusicError(
            f"{scale.name} is a scale, not a key; did you mean {scale.tonic.name} "
            f"{'minor' if scale.minor_like else 'major'}?"
        )
    return Key(scale.tonic, mode)


def count_of(text: str) -> int | None:
    """Read a signature by its number of sharps or flats: `3 flats` is -3."""
    match = _SIGNS.fullmatch(plain_signs(text).strip()) or _COUNTED.search(text)
    if match is None:
        return None
    said = match["n"].lower()
    number = int(said) if said.isdigit() else _NUMBERS[said]
    sign = "sharp" if match["sign"].lower() in ("sharp", "#") else "flat"
    if number > 7:
        raise MusicError(
            f"{number} {sign}s are too many; a signature has at most 7; did you mean 7 {sign}s?"
        )
    return number if sign == "sharp" else -number


def key_of_fifths(fifths: int, mode: str = "major") -> Key:
    """Return the key with that many sharps (flats: negative).

    >>> key_of_fifths(-5).name, key_of_fifths(2, "minor").name
    ('D♭ major', 'B minor')
    """
    return Key(pitch_at(fifths - MODE_FIFTHS[mode]), mode)


def fifths_of(pitch: Pitch) -> int:
    """Return a pitch's place on the line of fifths: C is 0, G is 1, F is -1.

    >>> fifths_of(Pitch("C")), fifths_of(Pitch("F", 1)), fifths_of(Pitch("E", -1))
    (0, 6, -3)
    """
    return SHARPS.index(pitch.step) - 1 + 7 * pitch.alter


def pitch_at(fifths: int) -> Pitch:
    """Return the note name at a place on the line of fifths.

    >>> pitch_at(6).name, pitch_at(-3).name
    ('F♯', 'E♭')
    """
    alter, place = divmod(fifths + 1, 7)
    return Pitch(SHARPS[place], alter)


def signature(fifths: int) -> dict[str, int]:
    """Return the alteration of each letter that a key signature alters.

    >>> signature(-2)
    {'B': -1, 'E': -1}
    """
    order = SHARPS if fifths > 0 else SHARPS[::-1]
    return dict.fromkeys(order[: abs(fifths)], 1 if fifths > 0 else -1)


def enharmonic(key: Key) -> Key | None:
    """Return the key that sounds the same with fewer accidentals, where there is one.

    >>> enharmonic(Key(Pitch("G", 1))).name
    'A♭ major'
    """
    same = [Key(tonic.at(None), key.mode) for tonic in respellings(key.tonic.at(None))]
    best = min(same, key=lambda k: abs(k.fifths))
    return best if abs(best.fifths) < abs(key.fifths) else None


@lru_cache(maxsize=256)
def diatonic(key: Key, size: int, *, raised: bool = False) -> tuple[Chord, ...]:
    """Return the chords of `size` notes on each degree, in thirds.

    With `raised` the seventh degree is raised (harmonic minor).

    >>> [c.symbol for c in diatonic(Key(Pitch("C")), 3)]
    ['C', 'Dm', 'Em', 'F', 'G', 'Am', 'Bdim']
    """
    return stacked(Scale(key.tonic, "harmonic minor") if raised else key.scale, size)


def stacked(scale: Scale, size: int) -> tuple[Chord, ...]:
    """Return the chords of `size` notes on each degree of a scale of seven notes, in thirds.

    Raises:
        MusicError: the notes of one have no chord name.

    >>> [c.symbol for c in stacked(Scale(Pitch("A"), "melodic minor"), 3)]
    ['Am', 'Bm', 'Caug', 'D', 'E', 'F♯dim', 'G♯dim']
    """
    notes = scale.pitches
    chords = []
    for place, root in enumerate(notes):
        tones = [notes[(place + 2 * k) % 7] for k in range(size)]
        quality = quality_of(root, tones)
        if quality is None:
            names = " ".join(tone.name for tone in tones)
            raise MusicError(f"the notes {names} have no chord name")
        chords.append(Chord(root, quality))
    return tuple(chords)
