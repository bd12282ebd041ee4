"""What counts as a value in a request to a machine: paths, names, numbers, quoted text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from runtime.values import Found

_SMALL = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_SMALL.split(), start=2)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "hundred": "100",
    "dozen": "12",
}

_ORDINALS = {
    word: str(number)
    for number, word in enumerate("second third fourth fifth sixth seventh".split(), start=2)
}

_KNOWN = """
log txt csv json py md conf cfg ini yaml yml xml html css js ts jpg jpeg png gif svg pdf sh c
cpp h java php rb go rs tar gz zip bak tmp mp3 mp4 wav sql db tsv doc jsonl toml deb
"""
_EXTENSIONS = {word: f".{word}" for word in _KNOWN.split()} | {
    "python": ".py",
    "markdown": ".md",
    "text": ".txt",
    "javascript": ".js",
    "backup": ".bak",
}
_PLURALS = {
    f"{word}s": f".{word}"
    for word in "jpg jpeg png gif svg pdf csv tsv json xml mp3 mp4 wav docx xlsx".split()
}
# Endings that are no English words: "every txt in docs" names a kind of file.
_KINDS_OF_FILE = frozenset(
    f"{_KNOWN} docx xlsx pptx odt iso heic mkv epub ipynb".split()
) - frozenset("log go c doc db rs sh tar".split())
_OF_KIND = re.compile(r"\b(?:every|each|all|all the)\s(?:\w+\s(?:and|or)\s)?\Z", re.IGNORECASE)
_QUARTERS = {"half past": ":30", "quarter past": ":15"}

_KIND_OF = {
    **{"past": "t", "caps": "s", "url": "w", "home": "p", "day": "t", "sign": "s", "date": "t"},
    **dict.fromkeys(("letter", "phone", "sum"), "s"),
    **{"cron": "s", "holder": "s", "said": "s", "bits": "n", "span": "n", "tilde": "g"},
    **dict.fromkeys(("version", "setting", "section", "name"), "w"),
}
_LONG = re.compile(
    r"[\s-](seconds?|minutes?|hours?|weeks?|months?|years?|secs?|mins?|hrs?)\b", re.IGNORECASE
)
_SHORT = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour"}
_FOR_ONE = re.compile(
    r"\b(?:for|than|from|within|over|after|about|since|past|last|before)\s(?:an?|one)\Z",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"\b(?:users?|accounts?|called|named|as|(?:owned|run|started|used)\sby)\s\Z", re.IGNORECASE
)
"""What stands before the account nobody, which else is a word."""
_UNITS = {"byte": "c", "b": "c", "k": "k", "m": "M", "g": "G", "t": "T"}

_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
# A sign is looked for where the words before it say so: "lines that start with #".
_BEFORE_SIGN = "|".join(
    f"(?<={word}\\s)"
    for word in "with by at sign character char symbol separator delimiter".split()
)
# What is replaced may be a sign as well: "replace , with ;".
_BEFORE_SWAPPED = "|".join(f"(?<=\\b{word}\\s)" for word in "replace change swap every".split())
# One letter is a text where the words before it say so: "lines that start with M".
_BEFORE_LETTER = "|".join(
    f"(?<=\\b{word}\\s)"
    for word in (
        *(f"{verb}{ending}\\swith" for verb in ("start", "begin", "end") for ending in ("", "s")),
        *("starting\\swith", "beginning\\swith", "ending\\swith"),
        *("end\\sin", "ends\\sin", "ending\\sin", "letter", "letters", "replace", "change"),
        *("contain\\sa", "contain\\san", "contains\\sa", "contains\\san"),
        *("containing\\sa", "containing\\san"),
    )
)
# Elsewhere 100-2000 may be a range.
_BEFORE_PHONE = "|".join(
    f"(?<=\\b{word}\\s)" for word in "like as number phone form format for replace change".split()
)
_BEFORE_HOME = "|".join(
    f"(?<=\\b{word}\\s)"
    for word in "in inside under within below into to from of across through throughout".split()
)
# What follows is the text of a message, if it is more than a word.
_BEFORE_SAID = "|".join(
    f"(?<=\\b{words}\\s)"
    for words in (
        r"with\smessage",
        r"with\sthe\smessage",
        r"with\sa\smessage",
        r"commit\smessage",
        r"message\sto",
        r"saying",
        r"that\ssays",
    )
)
_FIELD = (
    r"(?:\*|\d[\d,-]*|(?:sun|mon|tue|wed|thu|fri|sat)(?:[,-](?:sun|mon|tue|wed|thu|fri|sat))*)"
    r"(?:/\d+)?"
)
_COMMAND = (
    r"\s(?:~?/|\./)\S+(?:\s(?!(?:to|into|in|from|as|on)\s)\S+)*?"
    r"(?=[?.!,]?$|,?\s(?:to|into|in|from|as|on)\s)"
)
_TERM = r"\(*\d+(?:\.\d+)?\)*"
# A hyphen alone is a range, a stroke alone a date or a path; spelt with spaces "x" is a sign.
_SUM = (
    rf"(?:(?<![\w./:-]){_TERM}(?:\s?(?:\*\*?|[×^+])\s?|\s[x/]\s){_TERM}"
    rf"(?:\s?(?:\*\*?|[×^+/-])\s?{_TERM})*(?![\w./:-])"
    r"|(?<![\w.])(?=[\d\s.+*/^()-]*(?:[+*/^-]\s?\(|\)\s?[+*/^-]))"
    r"[\d(][\d\s.+*/^()-]*[\d)](?!\w))"
)
SUM = re.compile(_SUM)
"""A calculation, as `find` gives it."""
_BARE = re.compile(
    rf"\W*?(?:(?:what(?:'s|s|\sis)|how\smuch\sis|calc)\s)?(?P<sum>{_SUM}|{_TERM}/{_TERM})\s?[=?.!\s]*",
    re.IGNORECASE,
)
_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
_SHAPES = re.compile(
    rf"""
      (?P<s>"[^"]+" | “[^”]+” | `[^`]+` | ‘[^’]+’ | (?<!\w)'[^']+'(?!\w))
    | (?P<cron>(?<![\w*/,-])(?=(?:\S+\s){{0,4}}\S*\*){_FIELD}(?:\s{_FIELD}){{4}}(?![\w*])
        (?:{_COMMAND})?
        | (?<!\S)@(?:reboot|hourly|daily|midnight|weekly|monthly|annually|yearly)\b
        (?:{_COMMAND})?)
    | (?P<holder>\{{\{{\s?[\w.]+\s?\}}\}} | \$\{{\w+\}}
        | (?<!\w)(?:__\w+?__ | %[A-Z_]\w*% | @[A-Z]\w*@)(?!\w))
    | (?P<setting>\b[A-Z_]\w*=(?:"[^"]*"|'[^']*'))
    | (?P<sum>{_SUM})
    | (?P<date>(?<![\w./])\d{{1,2}}(?:/\d{{1,2}}/|\.\d{{1,2}}\.)\d{{4}}(?![\w/]))
    | (?P<bits>(?<![\w-])(?=[d-]*[rwx])[dl-]?[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-](?![\w-]))
    | (?P<section>(?<!\S)\[(?!\w-\w\])[A-Z][\w\s.-]*\](?=$|[\s.,?!]))
    | (?P<tilde>(?:(?<=\bending\swith\s)|(?<=\bending\sin\s)|(?<=\bend\sin\s)
        |(?<=\bend\swith\s))~(?!\S))
    | (?P<said>(?:{_BEFORE_SAID})(?!(?:of|for|in|from|by|is|was|that|to|it)\b)
        [^\W_][^"'“”`,;]*?\s[^"'“”`,;]*?
        (?=[.?!]?$|[,;]|\s(?:in|to|into|at)\s(?:the\s(?:repo\w*|file)\s)?
        (?:\S*[./_]\S*|\S*repo\S*)$))
    | (?P<url>\b\w+://\S+ | \b[\w.+-]+@[\w-]+\.[\w.-]+ | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?:/\d+)?\b)
    | (?P<p>(?<![\w.~/])(?:~|\.{{1,2}})?/[^\s,;"'`()]* | (?<![\w/])~(?![\w/]) | (?<!\S)\.(?!\S)
        | (?<![\w/.])[\w.@+*-]+/[\w./@+*-]*)
    | (?P<home>(?:{_BEFORE_HOME})my\shome(?:\s(?:folder|directory|dir))?\b)
    | (?P<day>\b{_DAY}(?:\sof)?\s{_MONTH}\b(?:,?\s\d{{4}}\b)?
        | \b{_MONTH}\s{_DAY}\b(?![:.]\d)(?:,?\s\d{{4}}\b)?)
    | (?P<past>\b(?:half|quarter)\spast\s{_HOUR}\b(?:\s?[ap]m\b)?)
    | (?P<caps>(?-i:\b[A-Z]{{3,}}(?:\s[A-Z]{{3,}})+\b))
    | (?P<phone>(?:{_BEFORE_PHONE})\d{{3}}-(?:\d{{3}}-)?\d{{4}}(?![\w-]))
    | (?P<t>\b\d{{4}}-\d{{2}}(?:-\d{{2}})?(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?\b
        | \b\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[ap]m)?\b | \b\d{{1,2}}\s?[ap]m\b)
    | (?P<version>(?<![\w.])v?\d+(?:\.\d+){{2,}}(?:[-+~]\w+(?:\.\w+)*)*(?!\w))
    | (?P<span>(?<![\w.])\d+(?:\.\d+)?(?:ms|(?<!\d\d\d)s|sec|min|h|d)\b)
    | (?P<z>\b\d+(?:\.\d+)?(?:[kKmMgGtT](?:i?[bB])?\b
        | \s?(?:[kmgt]i?b|bytes?|kilobytes?|megabytes?|megs?|gigabytes?|gigs?|terabytes?)\b))
    | (?P<n>(?<![\w.])(?:(?<!\S)[-+])?\d+(?:\.\d+)?
        (?:(?:st|nd|rd|th)\b|(?![\w+.]*[A-Za-z]))(?![.:]\d))
    | (?P<g>(?<!\S)(?=\S*[*\[])[\w.*?\[\]-]+(?<!\?))
    | (?P<form>\btar\.(?:gz|xz|bz2)\b)
    | (?P<f>(?<![\w.])[\w@+-]+(?:\.[\w@+-]*[A-Za-z0-9])+)
    | (?P<e>(?<![\w.])\.[A-Za-z][\w-]*(?:\.\w[\w-]*)*\b)
    | (?P<sign>(?:{_BEFORE_SIGN})(?:[#>;|%@=!$<:&]|//|--|==)(?=$|[\s),.?!])
        | (?:{_BEFORE_SWAPPED})[,.:;|\#@%&=_-](?=\s))
    | (?P<letter>(?:{_BEFORE_LETTER})[a-z]
        (?=[.?!,]?$|[,;]|\s(?:in|of|from|under|within|with|by|and|or|to)\s|\s?\())
    | (?P<name>(?-i:(?<=[a-z,]\s)[A-Z][a-z]+(?:\s[A-Z][a-z]+)+\b))
    | (?P<word>\$?(?:(?<!\w)_+)?[^\W_](?:[\w'’+=:#%@.-]*[\w+=#])?)
    """,
    re.VERBOSE | re.IGNORECASE,
)


@cache
def vocabulary() -> Mapping[str, int]:
    """Return the words that the shipped model knows as words, with how often it met each.

    All other words are values.

    Raises:
        FileNotFoundError: `weights/words.txt` is missing; the checkout is incomplete.
    """
    path = Path(__file__).parents[2] / "weights" / "words.txt"
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {word: int(count) for word, count in lines}


def find(text: str, words: Container[str] | None = None) -> Iterator[Found]:
    """Yield the values in a request, left to right.

    >>> table = [(f.kind, f.text) for f in find("the five largest files in /usr/lib?",
    ...     frozenset("the largest files in".split()))]
    >>> table
    [('n', '5'), ('p', '/usr/lib')]
    """
    known = vocabulary() if words is None else words
    for match in _SHAPES.finditer(text):
        kind, value = match.lastgroup or "", match[0]
        end = match.end()
        if kind in ("p", "url", "t"):
            value = value.rstrip(".,:;?!") or value if len(value) > 2 else value
            end = match.start() + len(value)
        found: Found | None
        if kind == "form":
            continue  # "a tar.gz of it" names no file
        if kind == "name" and all(word.lower() in known for word in value.split()):
            continue  # "with Capital Letters" is no name
        if kind == "word":
            found = _word(text, match, known)
        else:
            found = Found(match.start(), end, _KIND_OF.get(kind, kind), _normal(kind, value))
        if found:
            yield _with_unit(text, found)


def in_words(text: str) -> str:
    """Return a request that is nothing but a calculation as one; any other as it is.

    >>> in_words("12*14 = ?"), in_words("what's 2 ** 10"), in_words("lines with 3*4")
    ('calculate 12*14', 'calculate 2 ** 10', 'lines with 3*4')
    """
    bare = _BARE.fullmatch(text)
    return f"calculate {bare['sum']}" if bare else text


def _with_unit(text: str, found: Found) -> Found:
    """Return a number with the unit behind it: "2 weeks" is not what 2 is where days are asked."""
    unit = _LONG.match(text, found.end) if found.kind == "n" else None
    return replace(found, text=f"{found.text} {_spelt(unit[1])}") if unit else found


def _spelt(unit: str) -> str:
    """Return a unit of time in full: "mins" are minutes."""
    unit = unit.lower()
    short = _SHORT.get(unit.removesuffix("s") if len(unit) > 1 else unit)
    return f"{short}s" if short else unit


def _normal(kind: str, value: str) -> str:
    if kind == "s":
        return value[1:-1]
    if kind == "sum":
        return re.sub(r"\*\*", "^", re.sub("[x×]", "*", value))
    if kind == "home":
        return "~"
    if kind == "day":
        return re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\sof\b|,", "", value, flags=re.IGNORECASE)
    if kind == "section":
        return value[1:-1]
    if kind == "tilde":
        return "*~"
    if kind == "bits":
        return _octal(value[-9:])
    if kind == "span":
        number, unit = re.fullmatch(r"([\d.]+)(\w+)", value).groups()  # type: ignore[union-attr]
        lower = unit.lower()
        return f"{number} {_spelt(lower)}" if lower in _SHORT else number
    if kind == "past":
        return _time_past(value.lower())
    if kind == "n":
        return re.sub(r"(?:st|nd|rd|th)$", "", value, flags=re.IGNORECASE)
    if kind == "z":
        number, unit = re.fullmatch(r"([\d.]+)\s?(\w+)", value).groups()  # type: ignore[union-attr]
        return number + _UNITS["byte" if unit.lower().startswith("byte") else unit[0].lower()]
    return value


def _octal(letters: str) -> str:
    """Return the mode that nine letters mean: `rwxr-x---` is 750.

    >>> _octal("rw-r--r--"), _octal("rwsrwxr-t")
    ('644', '5775')
    """
    special = [bool(re.match("[sStT]", letters[at])) for at in (2, 5, 8)]
    bits = [letter not in "-ST" for letter in letters]
    digits = [4 * a + 2 * b + c for a, b, c in zip(*[iter(bits)] * 3, strict=True)]
    first = 4 * special[0] + 2 * special[1] + special[2]
    return "".join(map(str, [first, *digits] if first else digits))


def _time_past(text: str) -> str:
    """Return a time as a clock shows it: "half past two" is 2:30."""
    words = text.split()
    hour = {"one": "1", **_NUMBER_WORDS}.get(words[2], words[2])
    return f"{hour}{_QUARTERS[' '.join(words[:2])]}{''.join(words[3:])}"


def _word(text: str, match: re.Match[str], known: Container[str]) -> Found | None:
    word = match[0]
    lower = word.lower().replace("’", "'")
    if lower in _NUMBER_WORDS:
        return Found(match.start(), match.end(), "n", _NUMBER_WORDS[lower])
    alone = lower in ("a", "an", "one") and _FOR_ONE.search(text[: match.end()])
    if alone and _LONG.match(text, match.end()):
        return Found(match.start(), match.end(), "n", "1")
    if lower in _ORDINALS and re.match(
        r"\s(?:column|field|line|row|word)s?\b", text[match.end() :]
    ):
        return Found(match.start(), match.end(), "n", _ORDINALS[lower])
    if lower in _EXTENSIONS and re.match(r"\s(?:files?|scripts?)\b", text[match.end() :]):
        return Found(match.start(), match.end(), "e", _EXTENSIONS[lower])
    if lower in _KINDS_OF_FILE and _OF_KIND.search(text[: match.start()]):
        return Found(match.start(), match.end(), "e", f".{lower}")
    if lower in _PLURALS:
        return Found(match.start(), match.end(), "e", _PLURALS[lower])
    if re.fullmatch(r"\d{3}s", word):
        return Found(match.start(), match.end() - 1, "n", word[:-1])
    if lower == "nobody" and _ACCOUNT.search(text[: match.start()]):
        return Found(match.start(), match.end(), "w", word)
    shouted = len(word) > 1 and word.isupper()
    if word in known or (not shouted and lower in known):
        return None
    stem = re.sub(r"['’](?:s|re|ve|ll|d|t|m)$", "", word)
    if stem != word and not shouted and stem.lower() in known:
        return None
    return Found(match.start(), match.start() + len(stem), "w", stem)
