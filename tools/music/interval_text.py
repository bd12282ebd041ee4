"""Reading intervals as people say them: `up a perfect fourth`, `a third below`, `3 semitones`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.music.interval import NUMBER_WORDS, OCTAVE, Interval, for_semitones
from tools.music.numbers import CARDINALS
from tools.music.pitch import MusicError
from tools.music.text import (
    ORDINALS,
    check_length,
    corrected,
    nearest,
    plain_accidentals,
    with_article,
)

_COUNTS = {"a": 1, "an": 1, "half": 1, "couple": 2} | CARDINALS
_QUALITIES = {
    "perfect": "P", "perf": "P", "pure": "P", "major": "M", "maj": "M", "minor": "m", "min": "m",
    "augmented": "A", "aug": "A", "diminished": "d", "dim": "d",
}  # fmt: skip
_NUMBERS = {word: place + 1 for place, word in enumerate(NUMBER_WORDS)} | {
    "prime": 1, "fourths": 4, "sixths": 6,
}  # fmt: skip
_UP = frozenset("up over above higher upward upwards ascending raise raised sharpen".split())
_DOWN = frozenset(
    "down below lower downward downwards descending under beneath lowered flatten".split()
)
_IGNORED = frozenset(
    "by of from the a an interval is it to transpose and plus note then in transposed move moved "
    "simple compound exactly just go natural me".split()
)
# Other ways to write what the readers below know.
_WRITTEN = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"\b(?:8ve|8va)\b", "octave"),
        (r"\b8v[ab] ?b?\b", "octave down"),
        (r"\b15m[ab]\b|\bdouble octave\b", "two octaves"),
        (r"\btritave\b", "perfect twelfth"),
        (r"\bchromatic (?:semitone|half[- ]step)\b", "augmented unison"),
        (r"\bdiatonic (?:semitone|half[- ]step)\b", "minor second"),
        (r"\bdominant (?=seventh|7th)", "minor "),
        (r"\b(?:half|semitone) an? (?=step|tone)", "half "),
        (r"\+(?=\d(?:st|nd|rd|th)\b)", "aug"),
        (r"(?<!\w)[°o](?=\d)", "dim"),
        (r"\b(?i:augm|aug)\.?\s*(?=\d)", "aug"),
        (r"\b(?i:dim)\.?\s*(?=\d)", "dim"),
        (r"\b(?i:perf|per|p)\.?\s*(?=\d)", "P"),
        (r"\b(?:[Mm]aj|M)\.?\s*(?=\d)", "M"),
        (r"\b(?:[Mm]in|m)\.?\s*(?=\d)", "m"),
        (r"(?<=[A-Za-z#b])(\d{1,2})(?:st|nd|rd|th)\b", r"\1"),
    )
)
_SHORT = re.compile(r"(?P<q>P|M|m|A{1,4}|d{1,4}|(?i:maj|min|perf|per|aug|dim))(?P<n>\d{1,2})")
_DEGREE = re.compile(r"(?P<signs>[b#]*)(?P<n>\d{1,2})")
_SPOKEN_DEGREE = re.compile(
    r"\b(?P<double>double[\s-]+)?(?P<sign>flat|sharp|raised|lowered|flattened|sharpened)[\s-]+"
    rf"(?P<n>{'|'.join(ORDINALS)})\b"
)
_OCTAVES_AND = re.compile(r"^(?P<octaves>.*?\boctaves?)\s+(?:and|plus|\+)\s+(?P<rest>.+)$")
_STEPS = re.compile(
    r"(?:(?P<count>\d+(?:\.5)?|\b[a-z]+)\s*-?\s*)?(?:(?P<more>and a half)\s+)?"
    r"(?:(?P<half>half|whole)[\s-]+)?(?<![a-z])"
    r"(?P<unit>semi-?tones?|half-?(?:steps?|tones?)|whole-?(?:steps?|tones?)|steps?|tones?|st)\b"
    r"(?P<plus>\s+and\s+a\s+half)?"
)
# A note named beside the interval ("a third above E flat") is not part of it.
_REFERENCE = re.compile(r"\b(above|below|over|under|from|of)\s+[A-Ga-g][b#]*\d?$")
_PLAIN_NUMBER = re.compile(r"[+-]?\s*(\d{1,2})")
_SPELLED = frozenset(
    word
    for word in (*_NUMBERS, *_QUALITIES, *_UP, *_DOWN, *_IGNORED, *_COUNTS, *ORDINALS)
    if len(word) > 2
)
_WORDS = _SPELLED.union("semitone semitones octave octaves tritone step steps whole half".split())


@dataclass(frozen=True)
class Shift:
    """An interval as it was asked for.

    `exact` is false where only semitones were named, so that the spelling is free. `assumed`
    is true where the quality was left out ("a fourth") and the usual one was taken.
    """

    interval: Interval
    exact: bool = True
    assumed: bool = False

    @property
    def words(self) -> str:
        """How to say it: `up a perfect fourth`, `down 3 semitones`."""
        way = "down" if self.interval.descending else "up"
        if not self.exact:
            count = abs(self.interval.semitones)
            return f"{way} {count} semitone{'' if count == 1 else 's'}"
        return f"{way} {with_article(self.interval.name)}"


def read_interval(text: str) -> Shift:
    """Read an interval with its direction (up, where none is said).

    >>> read_interval("up a fourth").interval.short, read_interval("a fourth up").assumed
    ('P4', True)
    >>> read_interval("minor third below").words
    'down a minor third'
    >>> read_interval("down 3 semitones").words, read_interval("-m3").words
    ('down 3 semitones', 'down a minor third')

    Raises:
        MusicError: names what cannot be read and the nearest interval.
    """
    check_length(text, "an interval")
    try:
        return _read(text)
    except _UnreadError:
        near = nearest(corrected(text, _WORDS), _read) or f"; {_EXAMPLES}"
        raise MusicError(f"cannot read {text!r} as an interval{near}") from None


class _UnreadError(MusicError):
    """A text that names no interval."""


def _read(text: str) -> Shift:
    plain = _REFERENCE.sub(r"\1", plain_accidentals(text).strip(" .?!,;:'\""))
    for pattern, written in _WRITTEN:
        plain = pattern.sub(written, plain)
    lowered = plain.lower()
    words = re.findall(r"[a-z]+", _SPOKEN_DEGREE.sub(" ", lowered))
    down = any(word in _DOWN for word in words) or bool(re.match(r"-\s*\w", plain))
    shift = _read_sum(plain, lowered)
    interval = shift.interval
    if "compound" in words and abs(interval.steps) < 7:
        interval = interval + OCTAVE
    return Shift(-interval if down else interval, shift.exact, shift.assumed)


def _read_sum(plain: str, lowered: str) -> Shift:
    """Read the size: `two octaves and a third` is the sum of its parts."""
    both = _OCTAVES_AND.match(lowered)
    if both:
        octaves, rest = _read_words(both["octaves"]), both["rest"]
        more = _read_sum(plain[both.start("rest") :], rest)
        return Shift(octaves.interval + more.interval, more.exact, more.assumed)
    return _read_steps(lowered) or _read_short(plain) or _read_words(lowered)


def _read_steps(lowered: str) -> Shift | None:
    """Semitones, tones, steps and bare numbers, which stay counts: `12 semitones`."""
    plain = _PLAIN_NUMBER.fullmatch(lowered)
    if plain:
        return Shift(for_semitones(int(plain[1]))[0], exact=False)
    match = _STEPS.search(lowered)
    if match is None:
        return None
    unit = match["unit"]
    half = unit.startswith(("semi", "st", "half")) and not unit.startswith("step")
    half = half or match["half"] == "half" or match["count"] == "half"
    per = 1 if half else 2
    said = match["count"] or "a"
    count = float(said) if said[0].isdigit() else _COUNTS.get(said, 1)
    extra = 0.5 if match["plus"] or match["more"] else 0
    total = round(per * (count + extra))
    if total > 60:
        raise MusicError(f"{total} semitones is more than five octaves; write 1 to 60 semitones")
    if not extra and said in ("a", "an", "one", "half", "whole", "up", "down"):
        return Shift(Interval.of("m2" if half else "M2"))
    return Shift(for_semitones(total)[0], exact=False)


def _read_short(plain: str) -> Shift | None:
    spoken = _SPOKEN_DEGREE.search(plain.lower())
    if spoken:
        sign = "b" if spoken["sign"].startswith(("flat", "low")) else "#"
        signs = sign * (2 if spoken["double"] else 1)
        return Shift(_from_degree(signs, int(ORDINALS[spoken["n"]])))
    for word in re.findall(r"[A-Za-z#\d]+", plain):
        match = _SHORT.fullmatch(word)
        if match:
            quality = match["q"] if len(match["q"]) < 3 else _QUALITIES.get(match["q"].lower(), "P")
            if set(match["q"]) <= set("Ad"):
                quality = match["q"]
            return Shift(_named(quality, int(match["n"])))
        match = _DEGREE.fullmatch(word)
        if match and match["signs"]:
            return Shift(_from_degree(match["signs"], int(match["n"])))
    return None


def _read_words(lowered: str) -> Shift:
    """Read `a doubly augmented fourth`, `two octaves and a third`, `tritone`."""
    quality, times, number, octaves = "", 1, 0, 0
    count = 1
    for word in re.findall(r"[a-z]+|\d+(?: octaves)?(?:st|nd|rd|th)?", lowered):
        if word.endswith("octaves") and word[0].isdigit():
            octaves += int(word.split()[0])
        elif word in ("octave", "octaves"):
            octaves, count = octaves + count, 1
        elif word == "tritone":
            quality, number = "A", 4
        elif word in ("doubly", "double"):
            times = 2
        elif word in ("triply", "triple"):
            times = 3
        elif word in _QUALITIES:
            quality = _QUALITIES[word]
        elif word in _NUMBERS or word[0].isdigit():
            number = _NUMBERS.get(word) or int(re.sub(r"\D", "", word))
        elif word in _COUNTS and word not in ("a", "an"):
            count = _COUNTS[word]
        elif word not in _UP | _DOWN | _IGNORED:
            raise _UnreadError(word)
    return _assemble(quality * times, number, octaves)


_EXAMPLES = "write e.g. up a perfect fourth, a minor third below, down 3 semitones"


def _assemble(quality: str, number: int, octaves: int) -> Shift:
    if not number and not octaves:
        raise _UnreadError("no number")
    if not number and quality not in ("", "P"):
        return Shift(_named(quality, 8))
    extra = Interval(OCTAVE.steps * octaves, OCTAVE.semitones * octaves)
    if not number:
        return Shift(extra)
    assumed = not quality
    return Shift(_named(quality or _usual(number), number) + extra, assumed=assumed)


def _named(quality: str, number: int) -> Interval:
    if not 1 <= number <= 36:
        raise MusicError(f"there is no interval of number {number}; write 1 (unison) to 36")
    return Interval.of(f"{quality}{number}")


def _usual(number: int) -> str:
    return "P" if (number - 1) % 7 in (0, 3, 4) else "M"


def _from_degree(signs: str, number: int) -> Interval:
    natural = _named(_usual(number), number)
    change = signs.count("#") - signs.count("b")
    return Interval(natural.steps, natural.semitones + change)
