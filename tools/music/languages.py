"""Note names and musical words of other languages, turned into English letters and words.

German (`H`, `Fis`, `Es-Dur`), Dutch `Bes`, and the fixed syllables of Romance languages (`Sib`,
`fa sostenido menor`). In a German line B is B♭, as in `B A C H`.
"""

from __future__ import annotations

import re

_WORDS = {
    "major": "dur mayor majeur majeure maggiore maior",
    "minor": "moll menor mineur mineure minore kleine kleiner",
    "flat": "bemol bémol bemolle", "sharp": "sostenido sustenido diesis dièse diese",
    "half diminished": "halbvermindert halbverminderter semidisminuido",
    "diminished": "vermindert verminderte verminderter disminuida disminuido diminuée diminué",
    "augmented": "übermäßig übermäßige übermäßiger übermässige aumentada aumentado augmentée "
    "augmenté eccedente",
    "perfect": "reine juste justa giusta", "second": "sekunde seconde segunda",
    "third": "terz tierce tercera terza", "fourth": "quarte cuarta quarta",
    "fifth": "quinte quinta", "sixth": "sexte sixte sexta sesta",
    "seventh": "septime septième séptima settima septakkord", "octave": "oktave octava ottava",
    "tritone": "tritonus", "down": "abwärts", "up": "aufwärts",
    "harmonic": "harmonisch harmonische armonica armónica", "melodic": "melodisch melodische",
    "ionian": "ionisch jonico jónico", "dorian": "dorisch dorico dórico dorien",
    "phrygian": "phrygisch frigio phrygien", "lydian": "lydisch lidio lydien",
    "mixolydian": "mixolydisch mixolidio misolidio mixolydien", "aeolian": "äolisch eolio éolien",
    "locrian": "lokrisch locrio locrien", "pentatonic": "pentatonik", "scale": "tonleiter",
    "whole tone": "ganztonleiter",
}  # fmt: skip
_ENGLISH = {word: english for english, words in _WORDS.items() for word in words.split()}
_WORD = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))}|gro(?:ß|ss)er?)(?![^\W_])",
    re.IGNORECASE,
)
_KEY_WORD = re.compile(r"(?<=[a-hs#])-?(?=(?:dur|moll)\b)", re.IGNORECASE)

_GERMAN = {"h": "B", "es": "Eb", "eses": "Ebb", "as": "Ab", "asas": "Abb", "ases": "Abb"} | {
    name: letter + sign
    for letter in "CDEFGAB"
    for stem in ("h" if letter == "B" else letter.lower(),)
    for name, sign in (
        (f"{stem}is", "#"),
        (f"{stem}isis", "##"),
        *(((f"{stem}es", "b"),) if letter in "CDFG" else ()),
        *(((f"{stem}eses", "bb"),) if letter in "CDFGB" else ()),
    )
}
_DUTCH = {"bes": "Bb", "beses": "Bbb"}
# Small, these are words or letters of English too.
_DOUBTFUL = frozenset(("h", "es", "as", "des", "dis", "his", "bes"))
# What may follow a note name: no letter, or the beginning of a chord's kind.
_AFTER = (
    r"(?=$|[^A-Za-z]|m(?![a-z])|maj|min(?:or)?(?![a-z])|mi(?![a-z])|M(?![a-z])|dim|aug|sus\d?(?![a-z])"
    r"|add\d|alt|half|h7|o7|j[79])"
)
_BEFORE = r"(?<![A-Za-z#\d'])"
_GERMAN_NAME = re.compile(
    _BEFORE
    + rf"(?P<name>{'|'.join(sorted(_GERMAN | _DUTCH, key=len, reverse=True))})(?!#){_AFTER}",
    re.IGNORECASE,
)
_GERMAN_B = re.compile(rf"{_BEFORE}(?P<name>[Bb]){_AFTER}")
# A small b before a number alters a tone of a chord.
_CAPITAL_B = re.compile(rf"{_BEFORE}(?P<name>B|b(?!\d)){_AFTER}")
_LINE = re.compile(
    r"[\s,;|–-]*(?:(?:[a-h]|[a-h]?[ei]s(?:[ei]s)?|as(?:as)?)\d?'*(?:[\s,;|–-]+|$|\s+und\s+))+", re.I
)
_DUR_MOLL = re.compile(r"\b(?:dur|moll)\b", re.IGNORECASE)

SYLLABLES = {
    "do": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "so": "G",
    "la": "A", "si": "B", "ti": "B",
}  # fmt: skip
_SYLLABLE = re.compile(
    rf"{_BEFORE}(?P<name>{'|'.join(sorted(SYLLABLES, key=len, reverse=True))})"
    rf"(?P<sign>##?|bb?(?![a-z]))?{_AFTER}",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:\s+(?:flat|sharp|natural))?\s*-?[0-689]?\s*[?.!]*\s*$")
_QUALIFIED = re.compile(
    r"\s+(?:flat|sharp|major|minor|maj|min|dom|dominant|dim|diminished|augmented|aug|sus|add|half"
    r"|suspended|seventh|ninth|m|m?\d|ionian|dorian|phrygian|lydian|mixolydian|aeolian|locrian"
    r"|harmonic|melodic|natural|pentatonic|blues)\w*\b",
    re.IGNORECASE,
)


def in_english(text: str) -> str:
    """Write note names and words of other languages as English ones.

    >>> in_english("Es-Dur"), in_english("B A C H"), in_english("Fism7b5 H7 Em")
    ('Eb major', 'Bb A C B', 'F#m7b5 B7 Em')
    >>> in_english("fa sostenido menor"), in_english("Sib Solm7"), in_english("kleine Terz")
    ('F sharp minor', 'Bb Gm7', 'minor third')
    >>> in_english("Asus4 as a chord"), in_english("Do7")
    ('Asus4 as a chord', 'Do7')
    """
    german = bool(_DUR_MOLL.search(text))
    plain = _WORD.sub(_english, _KEY_WORD.sub(" ", text))
    return _syllables(_german(plain, german=german))


def _english(match: re.Match[str]) -> str:
    return _ENGLISH.get(match[0].lower(), "major")


def _german(text: str, *, german: bool) -> str:
    line = bool(_LINE.fullmatch(text))
    found = [m for m in _GERMAN_NAME.finditer(text) if line or german or _surely_german(text, m)]
    if not found and not german:
        return text
    names = _GERMAN | _DUTCH
    lowered = {m["name"].lower() for m in found}
    if german or lowered - set(_DUTCH):
        found += (_GERMAN_B if line else _CAPITAL_B).finditer(text)
        names = names | {"b": "Bb"}
    for match in sorted(found, key=lambda m: m.start(), reverse=True):
        letter = names[match["name"].lower()]
        if match["name"].islower():
            letter = letter[0].lower() + letter[1:]
        text = text[: match.start()] + letter + text[match.end() :]
    return text


def _surely_german(text: str, match: re.Match[str]) -> bool:
    name = match["name"]
    rest = text[match.end() :]
    if name in _DOUBTFUL:
        return name == "h" and bool(re.match(r"[7m9]", rest))
    return not re.match(r"\s+(?:an?|the)\s", rest)


def _syllables(text: str) -> str:
    found = list(_SYLLABLE.finditer(text))
    if len(found) < 2:
        found = [match for match in found if _surely_syllable(text, match)]
    for match in reversed(found):
        sign = (match["sign"] or "").lower()
        letter = SYLLABLES[match["name"].lower()]
        text = text[: match.start()] + letter + sign + text[match.end() :]
    return text


def _surely_syllable(text: str, match: re.Match[str]) -> bool:
    """True for a syllable that is no English word and no chord symbol (`Do7`) where it stands."""
    name, rest = match["name"], text[match.end() :]
    if _QUALIFIED.match(rest):
        return True
    if not text[: match.start()].strip() and _ALONE.match(rest):
        return True
    if match["sign"]:
        return True
    return name[0].isupper() and name not in ("Do", "So", "Ti", "Ut")
