"""What people say of melodies, rhythms, contours and progressions, as regular expressions.

The expressions match the texts that `entry` makes: a letter for a step, a letter for a length,
words for numerals.
"""

from __future__ import annotations

import itertools
import re

from tools.music.corpus.entry import LENGTHS, TICKS, step_letter
from tools.music.interval_text import read_interval
from tools.music.music_text import melody, read_notes
from tools.music.pitch import MusicError
from tools.music.text import plain_accidentals, plain_signs

UP, DOWN, SAME = "[n-yN]", "[a-lL]", "m"
_UP_WORDS = frozenset("u up + / rise rises rising ascending higher ascend".split())
_DOWN_WORDS = frozenset("d down - \\ fall falls falling descending lower descend".split())
_SAME_WORDS = frozenset("r s same repeat repeated = 0 hold level *".split())
_NOTE_VALUES = {
    "breve": 8.0, "double whole": 8.0, "whole": 4.0, "semibreve": 4.0, "half": 2.0, "minim": 2.0,
    "quarter": 1.0, "crotchet": 1.0, "eighth": 0.5, "quaver": 0.5, "sixteenth": 0.25,
    "semiquaver": 0.25, "thirty-second": 0.125, "demisemiquaver": 0.125, "8th": 0.5, "16th": 0.25,
    "32nd": 0.125, "w": 4.0, "h": 2.0, "q": 1.0, "e": 0.5, "s": 0.25, "t": 0.125,
}  # fmt: skip
_BIG = {3: (3, 4), 6: (8, 9), 2: (1, 2), 7: (10, 11)}
# Names of progressions; parts of an expression are told by _NAMED_PARTS.
_NAMED = {
    "neapolitan": "NEAPOLITAN", "neapolitans": "NEAPOLITAN", "neapolitan sixth": "N6",
    "augmented sixth": "AUG6", "italian sixth": "It6", "german sixth": "Ger65",
    "french sixth": "Fr43", "deceptive cadence": "V VI?", "plagal cadence": "IV? I?",
    "authentic cadence": "V I?", "perfect cadence": "V I?", "secondary dominant": "V/?",
    "applied dominant": "V/?", "tritone substitution": "bII7", "diminished seventh": "viio7",
    "circle of fifths": "vi ii V I", "cadential six-four": "I64? V", "cadential 64": "I64? V",
    "picardy third": "V {P} I", "half-diminished seventh": "ii%7", "phrygian cadence": "iv6 V",
    "phrygian half cadence": "iv6 V", "lament": "i v6 iv6 V", "doo-wop": "I vi IV V",
    "50s progression": "I vi IV V", "axis": "I V vi IV", "pachelbel": "I V vi iii IV I IV V",
}  # fmt: skip
_SPECIAL = {
    "AUG6": r"(?:It6|Ger65|Fr43)(?:/\S+)?", "VI?": r"(?:VI|vi)6?", "I?": r"[Ii](?!\d)",
    "IV?": r"(?:IV|iv)(?:6|7)?", "V/?": r"V(?:7|65|43|42|6|64)?/\S+", "I64?": r"[Ii]64",
    "N": r"N(?:6|64)?", "NEAPOLITAN": r"(?:N6|N(?= (?:V[ 764]|viio|[Ii]64)))",
}  # fmt: skip
_PICARDY = "{P}"
# What must follow a numeral in the next word; the one such expression has no deeper brackets.
_AHEAD = re.compile(r"\(\?= \(\?:[^()]*\)\)")
_NUMERAL = re.compile(r"^([b#]*)([ivIV]+)([o%+]?)(maj)?(\d*)(/[b#]?[ivIV]+)?$")
_BETWEEN = re.compile(r"\s*(?:->|→|,|\||;|\bto\b|\bthen\b|(?<=[\w%+])\s*-\s*(?=[b#]?[ivIVN]))\s*")
_INVERSIONS = {"": r"(?:6|64|maj7|7|65|43|42|9)?", "7": r"(?:7|65|43|42)"}


def progression(text: str) -> str:
    """Return the expression for numerals in a row, or for a progression's name.

    A numeral without figures stands for all its inversions and for its seventh chord; `V7` for
    all inversions of the seventh chord; other figures for themselves.

    >>> bool(re.search(progression("ii V I"), " vi ii65 V7 I ")), progression("V42")
    (True, ' V42 ')
    >>> bool(re.search(progression("Neapolitan"), " i N6 V "))
    True

    Raises:
        MusicError: an item is no numeral.
    """
    items = _items(text)
    if _PICARDY in items:
        return r" \{[^}]*minor\} (?:[^{ ]+ )*V7? I "
    return " " + " ".join(_numeral(item) for item in items) + " "


def neighbours(text: str) -> tuple[str, ...]:
    """Return an expression for each of the words that stand side by side in a progression.

    They are there wherever `progression` matches, and tested faster; a few other places have
    them too.

    >>> neighbours("V42 I64"), neighbours("Picardy third")
    (('V42', 'I64'), ('V7?', 'I'))

    Raises:
        MusicError: an item is no numeral.
    """
    items = _items(text)
    if _PICARDY in items:
        return "V7?", "I"
    return tuple(_AHEAD.sub("", _numeral(item)) for item in items)


def _items(text: str) -> list[str]:
    plain = _plain_numerals(text)
    said = re.sub(r"\b(?:an?|the|chords?|progression|in|is|uses?|used)\b", " ", plain.lower())
    named = _NAMED.get(" ".join(said.split())) or _NAMED.get(" ".join(plain.lower().split()))
    items = (named or plain).split()
    if not items:
        raise MusicError("no progression was given; write numerals such as ii V I, or Neapolitan")
    return items


def _plain_numerals(text: str) -> str:
    plain = plain_signs(text).replace("°", "o").replace("ø", "%").strip(" .?!\"'")
    plain = re.sub(r"\bflat\s+(?=[ivIV]+\b)", "b", plain)
    plain = re.sub(r"(?<=\d)/(?=\d)", "", plain)
    return _BETWEEN.sub(" ", plain)


def _numeral(item: str) -> str:
    if item in _SPECIAL:
        return _SPECIAL[item]
    if re.fullmatch(r"N6|It6?|Ger(?:65|6)?|Fr(?:43|6)?", item):
        full = {"It": "It6", "Ger": "Ger65", "Ger6": "Ger65", "Fr": "Fr43", "Fr6": "Fr43"}
        return full.get(item, item)
    match = _NUMERAL.match(item)
    if match is None or match[2].upper() not in ("I", "II", "III", "IV", "V", "VI", "VII"):
        raise MusicError(
            f"cannot read the numeral {item!r}; write e.g. ii V I, V7/V, bVII, N6, Ger65, vii%7"
        )
    sign, roman, mark, major, figures, of = (part or "" for part in match.groups())
    # Small numerals of a chord that is diminished in minor may leave the mark out.
    marks = re.escape(mark) if mark else ("[o%]?" if roman in ("ii", "vii") else "")
    tail = re.escape(major + figures) if major else _INVERSIONS.get(figures, figures)
    return f"{sign}{roman}{marks}{tail}{re.escape(of)}"


def intervals(text: str) -> str:
    """Return the expression for steps of a melody: signed semitones, names, or notes.

    >>> intervals("+2 +2 -1"), intervals("C E G"), intervals("up a third, down a step")
    ('ool', 'qp', '[pq][kl]')

    Raises:
        MusicError: a step cannot be read.
    """
    plain = plain_accidentals(text).strip(" .?!\"'")
    if re.fullmatch(r"(?:[+-]?\d{1,2}[\s,;]*)+", plain):
        steps = [int(number) for number in re.findall(r"[+-]?\d+", plain)]
        return "".join(step_letter(step) for step in steps)
    try:
        heights = [note.midi for note in melody(read_notes(plain))]
    except MusicError:
        return _named_steps(plain)
    if len(heights) < 2:
        raise MusicError("one note is no melody; write at least two, e.g. C D E C")
    return "".join(step_letter(b - a) for a, b in itertools.pairwise(heights))


def _named_steps(text: str) -> str:
    items = [item.strip() for item in re.split(r"[,;]|\bthen\b|\band\b", text) if item.strip()]
    if len(items) == 1 and len(text.split()) > 1 and re.search(r"\d", text):
        items = text.split()
    return "".join(_step(item) for item in items)


def _step(item: str) -> str:
    down = bool(re.search(r"\bdown|\bfall|\bdescend|\blower|^-", item, re.I))
    if re.search(r"\brepeat|\bsame|\bunison", item, re.I):
        return SAME
    plain = re.sub(r"\b(?:falling|rising|descending|ascending|leaps?|of|^[+-])\b", " ", item)
    plain = re.sub(r"\bhalf\s*-?\s*step\b|\bsemitone\b", "minor second", plain.strip(" +-"))
    plain = re.sub(r"\bwhole\s*-?\s*(?:step|tone)\b", "major second", plain)
    generic = bool(re.search(r"\bstep\b", plain))
    asked = read_interval(re.sub(r"\bsteps?\b", "second", plain))
    size, number = abs(asked.interval.semitones), abs(asked.interval.number)
    sizes = _BIG.get(number, (size,)) if asked.assumed or generic else (size,)
    way = -1 if down or asked.interval.descending else 1
    letters = sorted(step_letter(way * each) for each in sizes)
    return letters[0] if len(letters) == 1 else f"[{''.join(letters)}]"


def contour(text: str) -> str:
    """Return the expression for ups and downs.

    >>> contour("up up down"), contour("UDR") == UP + DOWN + SAME
    ('[n-yN][n-yN][a-lL]', True)

    Raises:
        MusicError: a word is neither up, down nor same.
    """
    plain = text.lower().replace("–", "-").strip(" .?!\"'*")
    words = [w for w in re.split(r"[\s,;]+|\bthen\b|\band\b", plain) if w]
    if len(words) == 1 and re.fullmatch(r"[udrs+=\\/-]+", plain):
        words = list(plain)
    signs = []
    for word in words:
        kinds = ((_UP_WORDS, UP), (_DOWN_WORDS, DOWN), (_SAME_WORDS, SAME))
        sign = next((sign for known, sign in kinds if word in known), None)
        if sign is None:
            raise MusicError(f"cannot read {word!r} in a contour; write e.g. up up down same")
        signs.append(sign)
    if not signs:
        raise MusicError("no contour was given; write e.g. up up down same")
    return "".join(signs)


def rhythm(text: str) -> str:
    """Return the expression for lengths: `dotted quarter, eighth`, `q. e`, or beats `1.5 0.5`.

    >>> rhythm("dotted quarter, eighth, half"), rhythm("q. e h") == rhythm("1.5 0.5 2")
    ('[kK][dD][fF]', True)

    Raises:
        MusicError: a length cannot be read.
    """
    plain = text.lower().strip(" ?!\"'").replace(" notes", "").replace(" note", "")
    found = re.findall(
        r"(?:(triplet|dotted|dot)\s+)*(\d+\.\d+|\d+/\d+|\d+(?!th|nd)|[a-z0-9-]+?)(s?)(\.?)(?=[\s,;]|$)",
        plain,
    )
    if not found:
        raise MusicError("no rhythm was given; write e.g. dotted quarter, eighth, half, or q. e h")
    return "".join(_length(*each) for each in found)


def _length(before: str, name: str, plural: str, dot: str) -> str:
    quarters = _NOTE_VALUES.get(name)
    if quarters is None and re.fullmatch(r"\d+/\d+", name):
        over, under = name.split("/")
        quarters = int(over) / int(under)
    elif quarters is None and re.fullmatch(r"\d+(?:\.\d+)?", name):
        quarters = float(name)
    if quarters is None:
        quarters = _NOTE_VALUES.get(name + plural)
    if quarters is None:
        raise MusicError(
            f"cannot read {name!r} as a length; write quarter, eighth, dotted half, or beats as 1.5"
        )
    factor = 1.5 if dot or before in ("dotted", "dot") else 2 / 3 if before == "triplet" else 1.0
    letter = LENGTHS.get(round(quarters * factor * TICKS))
    if letter is None:
        raise MusicError(f"a length of {quarters * factor:g} beats is not in the index")
    return f"[{letter}{letter.upper()}]"
