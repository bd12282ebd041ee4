"""Reading what people write for one chord, in symbols (`G13(#11)`, `F#ø`) and in words."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.chord_symbol import SuffixError, read_suffix
from tools.music.pitch import MusicError, read_pitch
from tools.music.text import (
    ORDINALS,
    corrected,
    did_you_mean,
    nearest,
    plain_accidentals,
    strip_article,
)

WORDS = {
    "major": "maj", "minor": "min", "diminished": "dim", "augmented": "aug", "dominant": "dom",
    "suspended": "sus", "altered": "alt", "added": "add", "adding": "add", "plus": "add",
    "without": "no", "omitting": "no", "omit": "no", "flat": "b", "sharp": "#", "flattened": "b",
    "flatted": "b", "lowered": "b", "raised": "#", "sharpened": "#", "half": "half", "power": "5",
    "lydian": "lydian", "raise": "#", "lower": "b", **ORDINALS,
}  # fmt: skip
_IGNORED = frozenset(
    ("a", "an", "the", "with", "and", "of", "chord", "chords", "triad", "notes", "note", "in")
)
_SUGGESTED = (
    "", "m", "7", "maj7", "m7", "dim", "dim7", "aug", "m7b5", "sus4", "sus2", "6", "m6", "9", "m9",
    "maj9", "11", "13", "add9", "6/9", "7b9", "7#9", "7alt", "7sus4", "mMaj7", "13#11", "7#11",
)  # fmt: skip
_LONGEST_SYMBOL = 24
_NOTE = r"[A-Ga-g](?:##?|bb?|x(?![a-z]))?"
_KIND = re.compile(
    r"(?:dom|dim|aug|add|alt|flat|fully|full|five|eleven|eight|four)\b", re.IGNORECASE
)
# Signs of symbols that are said as words: "A minus 7", "C with a triangle and a 9".
_SIGNS_SAID = (
    (re.compile(r"\bminus\b(?=\s*(?:1[13]|[679])\b|\s+chord\b|\s*$)", re.IGNORECASE), "min"),
    (
        re.compile(
            r"\s(?:with\s+an?\s+)?(?:triangle|delta)\b(?:\s+(?:and\s+)?(?:an?\s+)?(?=\d))?", re.I
        ),
        "Δ",
    ),
    (
        re.compile(
            r"\s(?:with\s+an?\s+)?(?:crossed|slashed)\s+(?:circle|o)\b(?:\s+(?:and\s+)?(?:an?\s+)?(?=\d))?",
            re.I,
        ),
        "ø",
    ),
)
_FULLY = re.compile(r"\bfull(?:y|)[\s-]+dim(?:inished)?(?:\s+(?:7|7th|seventh|seven)\b)?", re.I)
_SLASH = re.compile(rf"^(?P<chord>.*?\S)\s*[/\\]\s*(?P<bass>{_NOTE})(?:\s+bass)?$")
_OVER = re.compile(
    rf"^(?P<chord>.+?)\s+(?:over|on|with|slash)\s+(?:an?\s+|the\s+)?(?P<bass>{_NOTE})"
    r"(?:\s+(?:in|as|at|on)\s+(?:the\s+)?(?:bass|bottom)|\s+bass)?$",
    re.IGNORECASE,
)
_ROOT_LAST = re.compile(rf"^(?P<kind>.+?)\s+(?:built\s+)?(?:on|from)\s+(?P<root>{_NOTE})$", re.I)
_INVERTED = re.compile(
    r"[,\s]*(?:in\s+)?(?:the\s+|its\s+)?\b(root\s+position|"
    r"(?:first|second|third|fourth|1st|2nd|3rd|4th)\s+inversion)\b(?:\s+of(?:\s+the)?\s+)?",
    re.IGNORECASE,
)
_INVERSIONS = {"fi": 1, "1s": 1, "se": 2, "2n": 2, "th": 3, "3r": 3, "fo": 4, "4t": 4}


def read_chord(text: str) -> Chord:
    """Read one chord.

    >>> read_chord("E flat minor seventh").symbol, read_chord("F#ø").symbol
    ('E♭m7', 'F♯m7♭5')
    >>> read_chord("Bb/D").name, read_chord("D half diminished").symbol
    ('B♭ major, first inversion', 'Dm7♭5')

    Raises:
        MusicError: names the part that cannot be read and the nearest valid reading.
    """
    try:
        return _read(text)
    except _UnreadError as problem:
        plain = _plain(text)
        near = nearest(_candidates(plain), _read, most=2 if plain[:1] in "Hh" else 1)
        raise MusicError(f"cannot read {plain!r} as a chord: {problem}{near}") from None


class _UnreadError(MusicError):
    """A text that is no chord, with the reason."""


def _plain(text: str) -> str:
    plain = strip_article(plain_accidentals(text)).strip(" .?!,;:'\"")
    plain = _FULLY.sub("diminished seventh", plain)
    for pattern, sign in _SIGNS_SAID:
        plain = pattern.sub(sign, plain)
    return re.sub(rf"^({_NOTE}):(?=\w)", r"\1", plain)


@lru_cache(maxsize=2048)
def _read(text: str) -> Chord:
    plain = _plain(text)
    if not plain or text.strip()[0] in "♭♯♮":
        raise MusicError("no chord was given; write one such as Ebm7 or E flat minor seventh")
    inverted = _INVERTED.search(plain)
    if inverted:
        plain = strip_article(_INVERTED.sub(" ", plain).strip())
    chord = _read_bass(plain)
    if inverted:
        return chord.invert(_INVERSIONS.get(inverted.group(1)[:2].lower(), 0))
    return chord


def _read_bass(plain: str) -> Chord:
    named_first = plain.split()[0].lower() in WORDS or bool(_KIND.match(plain))
    if re.match(_NOTE, plain) and not named_first:
        for pattern in (_SLASH, _OVER):
            match = pattern.match(plain)
            if match:
                chord = _read_root(match["chord"])
                bass = read_pitch(match["bass"])
                return chord if bass == chord.root else Chord(chord.root, chord.quality, bass)
    try:
        return _read_root(plain)
    except MusicError:
        match = _ROOT_LAST.match(plain)
        if match is None:
            raise
        return _read_root(f"{match['root']} {match['kind']}")


def _read_root(plain: str) -> Chord:
    match = re.match(r"([A-Ga-g])(##|#|bb|b|x(?![a-z]))?", plain)
    if match is None:
        raise _UnreadError(f"{plain.split()[0]!r} is no note A to G{_on_c(plain)}")
    if match[2] == "bb" and re.match(r"bb5", plain[1:]):
        return _read_parts(match[1] + "b", plain[2:], plain)
    return _read_parts(match[0], plain[match.end() :], plain)


def _on_c(plain: str) -> str:
    """Return the rest of a name on C, as an example: no note is near to most other letters."""
    match = re.match(r"[J-Zj-z][b#]?(?P<rest>\s?\S.*)", plain)
    with contextlib.suppress(MusicError, SuffixError):
        return f"; write e.g. {_read_root('C' + match['rest']).symbol}" if match else ""
    return ""


def _read_parts(root: str, rest: str, plain: str) -> Chord:
    pitch = read_pitch(root)
    try:
        return Chord(pitch, read_suffix(_symbol(rest)))
    except SuffixError as problem:
        raise _UnreadError(_reason(rest, problem)) from None


def _symbol(rest: str) -> str:
    """Turn the words after the root into a symbol: `minor seventh flat five` into `min7b5`."""
    spaced = re.sub(r"(?<=[a-z]{2})[-/](?=[a-z]{2})", " ", rest)
    made = []
    for word in re.findall(r"[^\s,]+", spaced):
        bare = word.strip("()").lower()
        made.append("" if bare in _IGNORED else WORDS.get(bare, word))
    return "".join(made)


def _reason(rest: str, problem: SuffixError) -> str:
    """Name what cannot be read: a misspelled word, or the rest of a symbol."""
    known = WORDS.keys() | _IGNORED
    for word in re.findall(r"[A-Za-z]{4,}", rest):
        if word.lower() not in known and did_you_mean(word.lower(), WORDS):
            return f"{word!r} is unknown"
    return str(problem) or f"{problem.rest!r} is no chord notation"


def _candidates(plain: str) -> Iterator[str]:
    """Chords that may have been meant, the nearest first."""
    if plain[0] in "Hh":
        # H is the German name of B, and B the German name of B flat.
        yield from (f"B{plain[1:]}", f"B{plain[1:].lstrip('b#')}")
    words = plain.split()
    yield " ".join([words[-1], *words[:-1]])
    known = {word for word in WORDS if len(word) > 2} | {"halfdiminished", "inversion"}
    yield from corrected(plain, known)
    root = re.match(_NOTE, plain)
    if root is None:
        return
    name, symbol = read_pitch(root[0]).name, _symbol(plain[root.end() :])
    yield from (name + rest for rest in corrected(plain[root.end() :], known))
    if symbol == "4":
        yield f"{name}sus4"
    for close in difflib.get_close_matches(symbol, _SUGGESTED[1:], n=2, cutoff=0.7):
        yield name + close
    for end in range(min(len(symbol) - 1, _LONGEST_SYMBOL), 0, -1):
        if symbol[0] != "x":
            yield name + symbol[:end]
    yield name + re.sub(r"\D", "", symbol)
    yield name
