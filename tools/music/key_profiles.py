"""Key finding by published profiles: how often, or how fitting, each degree is in a key.

Each method correlates the notes' pitch classes with a profile for major and one for minor, turned
to every tonic. Sources: Krumhansl and Kessler 1982 (listeners' ratings; the method is Krumhansl and
Schmuckler's of 1990); Temperley, Music and Probability, 2007 (the Kostka and Payne corpus); Bellman
2005, after Budge's count of chords of 1943; Aarden 2003 (the Essen folk songs); Sapp's plain
weights (the tones of the scale, tonic and fifth twice).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.music.key import Key
from tools.music.key_finding import MAJOR_PROFILE, MINOR_PROFILE, candidates, correlation
from tools.music.pitch import MusicError, Pitch
from tools.music.text import did_you_mean


@dataclass(frozen=True)
class Profile:
    """A method: the weights of the twelve semitones above the tonic, in major and in minor."""

    name: str
    major: tuple[float, ...]
    minor: tuple[float, ...]

    def fit(self, weights: Mapping[int, float], key: Key) -> float:
        """Return the correlation of pitch classes' weights with a key's profile, -1 to 1."""
        tonic = key.tonic.pitch_class
        turned = [float(weights.get((tonic + k) % 12, 0.0)) for k in range(12)]
        return correlation(turned, self.minor if key.mode == "minor" else self.major)


METHODS: Mapping[str, Profile] = {
    "krumhansl": Profile("Krumhansl-Schmuckler", MAJOR_PROFILE, MINOR_PROFILE),
    "temperley": Profile(
        "Temperley",
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
    ),
    "bellman": Profile(
        "Bellman-Budge",
        (16.80, 0.86, 12.95, 1.41, 13.49, 11.93, 1.25, 20.28, 1.80, 8.04, 0.62, 10.57),
        (18.16, 0.69, 12.99, 13.34, 1.07, 11.15, 1.38, 21.07, 7.49, 1.53, 0.92, 10.21),
    ),
    "aarden": Profile(
        "Aarden-Essen",
        (17.7661, 0.145624, 14.9265, 0.160186, 19.8049, 11.3587, 0.291248, 22.062, 0.145624,
         8.15494, 0.232998, 4.95122),
        (18.2648, 0.737619, 14.0499, 16.8599, 0.702494, 14.4362, 0.702494, 18.6161, 4.56621,
         1.93186, 7.37619, 1.75623),
    ),
    "simple": Profile(
        "simple weights",
        (2, 0, 1, 0, 1, 1, 0, 2, 0, 1, 0, 1),
        (2, 0, 1, 1, 0, 1, 0, 2, 1, 0, 0.5, 0.5),
    ),
}  # fmt: skip
_OTHER_NAMES = {
    "schmuckler": "krumhansl", "kessler": "krumhansl", "ks": "krumhansl", "kostka": "temperley",
    "payne": "temperley", "tkp": "temperley", "budge": "bellman", "bb": "bellman",
    "essen": "aarden", "ae": "aarden", "sapp": "simple", "weights": "simple",
}  # fmt: skip


def read_method(text: str) -> Profile:
    """Read a method's name.

    >>> [read_method(t).name for t in ("Krumhansl-Schmuckler", "aarden essen", "Temperley's")]
    ['Krumhansl-Schmuckler', 'Aarden-Essen', 'Temperley']

    Raises:
        MusicError: it is none, with the names that there are.
    """
    words = text.lower().replace("'s", "").replace("-", " ").replace("’s", "").split()
    for word in words:
        if (name := _OTHER_NAMES.get(word, word)) in METHODS:
            return METHODS[name]
    near = did_you_mean(text, METHODS) or f" write {', '.join(METHODS)}"
    raise MusicError(f"unknown method of key finding {text!r};{near}")


def rank(tones: Sequence[Pitch], method: Profile) -> list[tuple[float, Key]]:
    """Return the keys with their correlations, the likeliest first.

    Of enharmonic keys the one is kept that spells the tones as they are written, or else has fewer
    accidentals.
    """
    weights = dict.fromkeys(range(12), 0.0)
    for tone in tones:
        weights[tone.pitch_class] += 1
    written = {tone.name for tone in tones}
    best: dict[tuple[int, str], tuple[tuple[int, int], Key]] = {}
    for key in candidates():
        apart = len(written - {p.name for p in key.scale.pitches})
        price = (apart, abs(key.printed_fifths))
        sound = (key.tonic.pitch_class, key.mode)
        if sound not in best or price < best[sound][0]:
            best[sound] = (price, key)
    ranked = [(method.fit(weights, key), key) for _, key in best.values()]
    return sorted(ranked, key=lambda row: -row[0])


def opinions(tones: Sequence[Pitch]) -> dict[str, list[str]]:
    """Return the keys that the methods find, each with the methods' names, most first."""
    found: dict[str, list[str]] = {}
    for method in METHODS.values():
        found.setdefault(rank(tones, method)[0][1].name, []).append(method.name)
    return dict(sorted(found.items(), key=lambda row: -len(row[1])))


def told(tones: Sequence[Pitch]) -> str:
    """Say in a sentence which methods agree.

    >>> told([Pitch(step) for step in "CEGCFGBC"])
    'By notes alone all five profiles say C major.'
    """
    found = opinions(tones)
    if len(found) == 1:
        return f"By notes alone all five profiles say {next(iter(found))}."
    said = "; ".join(f"{key} ({', '.join(methods)})" for key, methods in found.items())
    return f"By notes alone the profiles differ: {said}."
