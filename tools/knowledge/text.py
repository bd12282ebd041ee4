"""Texts as the search sees them: values of a kind made alike, words cut to their stems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from string import Formatter

from runtime.values import Found, music, shell

_KINDS = {
    "p": "pathvalue",
    "f": "filevalue",
    "g": "globvalue",
    "e": "globvalue",
    "z": "sizevalue",
    "n": "numbervalue",
    "t": "timevalue",
    "s": "textvalue",
    "w": "wordvalue",
}
_MUSIC = {
    "c": "chordvalue",
    "h": "chordsvalue",
    "m": "notevalue",
    "l": "notesvalue",
    "k": "keyvalue",
    "x": "scalevalue",
    "i": "intervalvalue",
    "v": "numeralvalue",
    "n": "numbervalue",
    "u": "instrumentvalue",
}
_PLAIN = {
    "pathvalue": "a path",
    "filevalue": "a file",
    "globvalue": "a pattern",
    "sizevalue": "a size",
    "numbervalue": "a number",
    "timevalue": "a date",
    "textvalue": "a text",
    "wordvalue": "something",
    "chordvalue": "a chord",
    "chordsvalue": "some chords",
    "notevalue": "a note",
    "notesvalue": "some notes",
    "keyvalue": "a key",
    "scalevalue": "a scale",
    "intervalvalue": "an interval",
    "numeralvalue": "roman numerals",
    "instrumentvalue": "an instrument",
}
_SLOTS = {
    "p": "path dir folder repo directory",
    "f": "file source target first second archive link output list script",
    "g": "pattern glob extension ext",
    "z": "size",
    "n": "count number n days minutes hours lines line column depth pid port seconds field "
    "bytes width level start end from to limit mode a b c percent status years weeks months "
    "digits length base",
    "t": "date time",
    "s": "text old new message string phrase separator delimiter char expression",
}
_KIND_OF = {slot: kind for kind, slots in _SLOTS.items() for slot in slots.split()}
DATA = (
    *("csv", "tsv", "json", "jsonl", "zip", "tar", "gz", "xz", "bz2", "yaml"),
    *("ini", "env", "service", "timer", "deb", "calendar", "requirements"),
)
"""The kinds of data that the ending of a file's name tells, as people call them."""
_SHORT = {"tgz": "tar", "yml": "yaml", "ics": "calendar"}
_REQUIREMENTS = re.compile(r"(?:^|/)requirements[\w.-]*\.txt$")
_ENDING = re.compile(r"\.(tar)\.\w+$|\.(\w+)$")
_OF_FILE = re.compile(
    r"[^/]\.(?!(?:com|org|net|d|git|app)$)[A-Za-z][A-Za-z0-9]{0,5}$", re.IGNORECASE
)
"""The end of a path that is a file's; folders are called like hosts, and `conf.d`."""
_NAME = re.compile(r"^\$|[^\W_]_[^\W_]")
_DAY = re.compile(
    r"(?<![\w/.-])(?<!\bto )(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b(?!-|\.\w| to )"
)
"""A weekday by itself; "monday to friday" are the working days."""
_MONTH = re.compile(
    r"(?<![\w/.-])(?:january|february|april|june|july|august|september|october|november|december"
    r"|(?:(?<=\bin )|(?<=\bof )|(?<=\bfor ))(?:march|may))\b(?!-|\.\w)"
)
_NAMED = {"day": "monday", "month": "january"}
"""Names that stand for all of their kind: what is asked of one day is asked of each."""
_ORDINAL = re.compile(r"\A(?:st|nd|rd|th)\b")
_KIND = re.compile(r"\b[a-z]+value\b")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = ("ings", "ing", "ied", "ies", "edly", "ed", "es", "s", "ly")


class _EveryWord(frozenset[str]):
    """Contains every word, so that only values with a shape of their own are found.

    Names of variables and settings have one: `JAVA_HOME`, `max_connections`, `$USER`.
    """

    def __contains__(self, word: object) -> bool:
        name = str(word)
        return not _NAME.search(name) or name.lower() in shell.vocabulary()


_EVERY_WORD = _EveryWord()


def normalise(request: str) -> str:
    """Return a request with its values replaced by their kinds, in lower case.

    What kind of data a file holds is said where its name tells: people write "rows of a.csv", and
    wordings say "rows of the csv file". A path that ends in a file's name is called a file, since
    most recipes are for files or for folders.

    >>> normalise("The five largest files in /usr/lib?")
    'the numbervalue largest files in pathvalue?'
    >>> normalise("rows of people.csv"), normalise("is JAVA_HOME set")
    ('rows of csv filevalue', 'is wordvalue set')
    >>> normalise("rename docs/a.txt"), normalise("list docs/old")
    ('rename filevalue', 'list pathvalue')
    >>> normalise("what runs on Fridays")
    'what runs on monday'
    """
    text = _replaced(request, shell.find(request, _EVERY_WORD), _named)
    return _MONTH.sub(_NAMED["month"], _DAY.sub(_NAMED["day"], text))


def data_named(name: str) -> str:
    """Return what kind of data a file's name says that it holds, one of `DATA`; or nothing.

    >>> data_named("/srv/a.tar.gz"), data_named("people.csv"), data_named("a.txt")
    ('tar', 'csv', '')
    """
    if _REQUIREMENTS.search(name.lower()):
        return "requirements"
    ending = _ENDING.search(name.lower())
    data = (ending[1] or ending[2]) if ending else ""
    data = _SHORT.get(data, data)
    return data if data in DATA else ""


def _named(found: Found) -> str:
    data = data_named(found.text) if found.kind in "fp" else ""
    of_file = found.kind == "p" and _OF_FILE.search(found.text)
    kind = _KINDS["f" if of_file else found.kind]
    return f"{data} {kind}" if data else kind


def normalise_music(request: str) -> str:
    """Return a request about music with its values replaced by their kinds, in lower case.

    >>> normalise_music("Move Dm7 up a fourth, please")
    'move chordvalue intervalvalue, please'
    """
    return _replaced(request, music.find(request), lambda found: _MUSIC[found.kind])


def in_plain_words(key: str) -> str:
    """Return what the functions above return in words that any model of English knows.

    >>> in_plain_words("rename filevalue"), in_plain_words("move chordvalue intervalvalue")
    ('rename a file', 'move a chord an interval')
    """
    return _KIND.sub(lambda found: _PLAIN.get(found[0], found[0]), key)


def kinds(key: str) -> Counter[str]:
    """Return how often each kind of value occurs in what the functions above return.

    >>> kinds("move chordvalue intervalvalue, please")
    Counter({'chordvalue': 1, 'intervalvalue': 1})
    """
    return Counter(_KIND.findall(key))


def _replaced(request: str, values: Iterable[Found], name: Callable[[Found], str]) -> str:
    out: list[str] = []
    position = 0
    for found in values:
        if found.start >= position:
            out += [request[position : found.start].lower(), name(found)]
            position = found.end
    return "".join(out) + request[position:].lower()


def normalise_template(wording: str) -> str:
    """Return a recipe's wording the way `normalise` gives a request with its slots filled.

    >>> normalise_template("show me the {count} largest files under {path}")
    'show me the numbervalue largest files under pathvalue'
    >>> normalise_template("jobs of {file} on {day}")
    'jobs of filevalue on monday'
    """
    out = []
    for literal, slot in pieces(wording):
        out.append(normalise(literal) if literal.strip() else literal)
        if slot is not None:
            named = _NAMED.get(slot.rstrip("0123456789"))
            out.append(named or _KINDS[slot_kind(slot)])
    return "".join(out)


def pieces(wording: str) -> Iterator[tuple[str, str | None]]:
    """Yield the texts of a wording, each with the slot behind it, as a request is read: the
    ending of "{line}th" belongs to the number.

    >>> list(pieces("the {line}th line"))
    [('the ', 'line'), (' line', None)]
    """
    behind = False
    for literal, slot, _, _ in Formatter().parse(wording):
        yield (_ORDINAL.sub("", literal) if behind else literal), slot
        behind = slot is not None


def slot_kind(slot: str) -> str:
    """Return the kind of value that a slot takes, by its name: a letter of `runtime.values`."""
    base = slot.rstrip("0123456789").split("_")[0]
    return _KIND_OF.get(slot) or _KIND_OF.get(base, "w")


def stems(text: str) -> list[str]:
    """Return a text's words in lower case without their endings, for keyword search.

    >>> stems("Listing the largest files!")
    ['list', 'the', 'larg', 'fil']
    """
    return [_stem(word) for word in _WORD.findall(text.lower())]


def keywords(text: str) -> list[str]:
    """Return the stems that may tell documents apart: no words that all texts have.

    >>> keywords("please show me the largest files")
    ['larg', 'fil']
    """
    return [stem for stem in stems(text) if stem not in _STOP]


def stop_word(word: str) -> bool:
    """Tell whether a word is one that all requests have, or stands for something unnamed."""
    return word.lower() in _UNNAMED or _stem(word.lower()) in _STOP


def _stem(word: str) -> str:
    word = word.replace("’", "'").removesuffix("'s")
    if word.endswith("est") and len(word) > 5:
        word = word[:-3]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


_STOP = frozenset(
    _stem(word)
    for word in (
        "a an the of in on at to for from by with and or is are was be it its this that these "
        "those there me my i you your can could would will do does did please pls hey hi hello "
        "just now so ok what which how show give tell want need like help thanks thank have has "
        "get all any some"
    ).split()
)
_UNNAMED = frozenset(
    (
        "something anything nothing everything somebody anybody nobody everybody someone anyone "
        "everyone each every other others one ones thing things stuff not no but as into if then "
        "only also too much many how where when who why there here it's what's i'm let lets us we "
        "should must may might shall "
        "they them their its yet still already again according called named tar.gz tar.xz tar.bz2 "
        "kb mb gb save saved"
    ).split()
)
