"""Reading the fields of ABC: keys, meters, lengths, tempi, tuplets."""

from __future__ import annotations

import re
from fractions import Fraction

from tools.music.codes.model import Meter, bounded_tempo
from tools.music.key import fifths_of
from tools.music.pitch import MusicError, Pitch
from tools.music.scale_types import MODE_FIFTHS

_KEY = re.compile(r"([A-G])([#b]?)\s*(?:([A-Za-z]{1,3})[A-Za-z]*)?")
_MODES = {
    "": "major", "maj": "major", "ion": "ionian", "m": "minor", "min": "minor", "aeo": "aeolian",
    "dor": "dorian", "phr": "phrygian", "lyd": "lydian", "mix": "mixolydian", "loc": "locrian",
}  # fmt: skip
# How many notes of a tuplet fall in the time of how many; 5, 7 and 9 depend on the meter.
_IN_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
FREE: Meter = (0, 4)


def read_key_field(value: str) -> tuple[int, str]:
    """Read what stands after K: the fifths and the mode.

    >>> read_key_field("Bb"), read_key_field("A dor"), read_key_field("none")
    ((-2, 'major'), (1, 'dorian'), (0, ''))

    Raises:
        MusicError: it is no key.
    """
    if not value.strip() or value.strip().lower().split()[0] in ("none", "clef=perc"):
        return 0, ""
    if value.startswith(("HP", "Hp")):
        return 2, "mixolydian"
    if re.match(r"\w+=", value):
        return 0, ""
    match = _KEY.match(value)
    mode = _MODES.get((match[3] or "").lower(), "") if match else ""
    if match and match[3] and match[3].lower() in ("cle", "tra", "oct", "exp", "tre", "bas", "alt"):
        mode = "major"
    if match is None or not mode:
        raise MusicError(f"cannot read the key {value!r}; write K:G, K:Bb, K:Em or K:D dorian")
    alter = {"#": 1, "b": -1}.get(match[2], 0)
    fifths = fifths_of(Pitch(match[1], alter)) + MODE_FIFTHS[mode]
    if abs(fifths) > 7:
        raise MusicError(
            f"the key {value!r} has {abs(fifths)} accidentals; write it enharmonically"
        )
    return fifths, mode


def length_of(text: str) -> Fraction:
    """Read a length: `2`, `/2`, `3/2`, `//`.

    >>> [str(length_of(t)) for t in ("", "2", "/", "3/2", "//")]
    ['1', '2', '1/2', '3/2', '1/4']

    Raises:
        MusicError: it is none, or not between 1/128 and 128.
    """
    match = re.fullmatch(r"(\d{0,3})(?:(/+)(\d{0,3}))?", text)
    top = int(match[1] or 1) if match else 0
    slashes = len(match[2] or "") if match else 0
    bottom = int(match[3]) if match and match[3] else 2 ** min(slashes, 8)
    if not top or not bottom or not Fraction(1, 128) <= Fraction(top, bottom) <= 128:
        raise MusicError(f"the length {text!r} cannot be read; write e.g. 2, /2 or 3/2")
    return Fraction(top, bottom)


def tuplet_of(text: str, meter: Meter) -> tuple[Fraction, int]:
    """Read `(3` or `(p:q:r`: the factor of the lengths, and for how many notes.

    >>> tuplet_of("(3", (4, 4)), tuplet_of("(5:4:5", (4, 4))
    ((Fraction(2, 3), 3), (Fraction(4, 5), 5))
    """
    parts = [int(part) if part else 0 for part in text[1:].split(":")]
    notes = max(parts[0], 1)
    compound = meter[1] == 8 and meter[0] % 3 == 0
    time = parts[1] if len(parts) > 1 and parts[1] else _IN_TIME.get(notes, 3 if compound else 2)
    count = parts[2] if len(parts) > 2 and parts[2] else notes
    return Fraction(time, notes), count


def meter_of(value: str) -> Meter:
    """Read what stands after M:.

    >>> meter_of("C|"), meter_of("2+3/8"), meter_of("none") == FREE
    ((2, 2), (5, 8), True)

    Raises:
        MusicError: it is no meter.
    """
    plain = value.strip().replace("(", "").replace(")", "")
    if plain.lower() in ("none", "free", ""):
        return FREE
    if plain in ("C", "C|"):
        return (4, 4) if plain == "C" else (2, 2)
    match = re.fullmatch(r"(\d{1,2}(?:\+\d{1,2})*)/(1|2|4|8|16|32|64)", plain)
    top = sum(int(part) for part in match[1].split("+")) if match else 0
    if match is None or not top:
        raise MusicError(f"cannot read the meter {value!r}; write M:4/4, M:6/8 or M:C")
    return top, int(match[2])


def unit_of(value: str) -> Fraction:
    """Read what stands after L:, in quarter notes.

    Raises:
        MusicError: it is no length.
    """
    match = re.fullmatch(r"1(?:/(1|2|4|8|16|32|64))?", value.strip())
    if match is None:
        raise MusicError(f"cannot read the unit length {value!r}; write L:1/8 or L:1/4")
    return Fraction(4, int(match[1] or 1))


def tempo_of(value: str, default: float) -> float:
    """Read what stands after Q:, in quarter notes a minute; words alone leave the default.

    >>> tempo_of("3/8=60", 100.0)
    90.0

    Raises:
        MusicError: it is no tempo.
    """
    match = re.search(
        r"(?:(\d{1,3})/(\d{1,3})\s*=\s*)?(\d{1,4}(?:\.\d+)?)\s*$", re.sub('"[^"]*"', "", value)
    )
    if match is None:
        if '"' in value:
            return default
        raise MusicError(f"cannot read the tempo {value!r}; write Q:1/4=120")
    beat = Fraction(4 * int(match[1]), int(match[2]) or 1) if match[1] else Fraction(1)
    return bounded_tempo(float(Fraction(match[3]) * beat))
