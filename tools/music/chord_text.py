"""Reading what people write for one chord, in symbols (`G13(#11)`, `F#ø`) and in words."""

from __future__ import annotations

import re

from tools.music.chord import Chord
from tools.music.chord_symbol import SuffixError, read_suffix
from tools.music.pitch import MusicError, Pitch, read_pitch
from tools.music.text import ORDINALS, did_you_mean, plain_accidentals, strip_article

WORDS = {
    "major": "maj", "minor": "min", "diminished": "dim", "augmented": "aug", "dominant": "dom",
    "suspended": "sus", "altered": "alt", "added": "add", "adding": "add", "plus": "add",
    "without": "no", "omitting": "no", "omit": "no", "flat": "b", "sharp": "#", "flattened": "b",
    "flatted": "b", "lowered": "b", "raised": "#", "sharpened": "#", "half": "half", "power": "5",
    "lydian": "lydian", **ORDINALS,
}  # fmt: skip
_IGNORED = frozenset(
    ("a", "an", "the", "with", "and", "of", "chord", "chords", "triad", "notes", "note", "in")
)
_SUGGESTED = (
    "", "m", "7", "maj7", "m7", "dim", "dim7", "aug", "m7b5", "sus4", "sus2", "6", "m6", "9", "m9",
    "maj9", "11", "13", "add9", "6/9", "7b9", "7#9", "7alt", "7sus4", "mMaj7", "13#11", "7#11",
)  # fmt: skip
_NOTE = r"[A-Ga-g](?:##?|bb?|x(?![a-z]))?"
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
# Syllables stand alone before a word; `Do7` is a diminished seventh.
_SOLFEGE = re.compile(r"^(do|re|mi|fa|sol|la|si|ti)(?=[#b]?\s+[A-Za-z\d])", re.IGNORECASE)
_SYLLABLES = {
    "do": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B", "ti": "B",
}  # fmt: skip
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
    plain = strip_article(plain_accidentals(text)).strip(" .?!,;:'\"")
    plain = _SOLFEGE.sub(lambda match: _SYLLABLES[match[1].lower()], plain)
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
    named_first = plain.split()[0].lower() in WORDS
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
        raise MusicError(_no_root(plain))
    if match[2] == "bb" and re.match(r"bb5", plain[1:]):
        return _read_parts(match[1] + "b", plain[2:], plain)
    return _read_parts(match[0], plain[match.end() :], plain)


def _read_parts(root: str, rest: str, plain: str) -> Chord:
    pitch = read_pitch(root)
    try:
        return Chord(pitch, read_suffix(_symbol(rest)))
    except SuffixError as problem:
        raise MusicError(_explain(pitch, rest, plain, problem)) from None


def _symbol(rest: str) -> str:
    """Turn the words after the root into a symbol: `minor seventh flat five` into `min7b5`."""
    spaced = re.sub(r"(?<=[a-z]{2})[-/](?=[a-z]{2})", " ", rest)
    made = []
    for word in re.findall(r"[^\s,]+", spaced):
        bare = word.strip("()").lower()
        made.append("" if bare in _IGNORED else WORDS.get(bare, word))
    return "".join(made)


def _no_root(plain: str) -> str:
    first = plain.split()[0]
    hint = ""
    if first[0] in "Hh":
        hint = f"; did you mean B{first[1:]}? (H is the German name of B)"
    elif re.match(r"[A-Ga-g]", plain.split()[-1]):
        hint = "; put the root first, e.g. E flat minor seventh"
    return f"cannot read {plain!r} as a chord: {first!r} is no note A to G{hint}"


def _explain(root: Pitch, rest: str, plain: str, problem: SuffixError) -> str:
    said = f"cannot read {plain!r} as a chord: "
    for word in re.findall(r"[A-Za-z]{4,}", rest):
        if word.lower() not in WORDS and word.lower() not in _IGNORED:
            near = did_you_mean(word.lower(), WORDS)
            if near:
                return f"{said}{word!r} is unknown;{near}"
    reason = str(problem) or f"{problem.rest!r} is no chord notation"
    if root.name and rest.strip() == "4":
        return f"{said}{reason}; did you mean {root.name}sus4?"
    near = did_you_mean(_symbol(rest), _SUGGESTED[1:], root.name)
    if not near:
        near = f" did you mean {_longest_reading(root, _symbol(rest), problem.position)}?"
    return f"{said}{reason};{near}"


def _longest_reading(root: Pitch, suffix: str, position: int) -> str:
    readings = [suffix[:end] for end in range(position, 0, -1)]
    for reading in (*readings, re.sub(r"\D", "", suffix)):
        try:
            return root.name + read_suffix(reading).symbol
        except SuffixError:
            continue
    return root.name
