"""Readers of numbers and times: tempos, bars, meters, note values, rows, frets."""

from __future__ import annotations

import re

from tools.music.filling.asked import Asked
from tools.music.filling.theory import notes
from tools.music.numbers import ORDINALS

NUMBER = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen)"
_DIGITS = {
    word: str(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
} | {"sixteen": "16", "a": "1", "once": "1", "twice": "2"}
_BASE = (
    r"(?:double whole|whole|half|quarter|eighth|sixteenth|thirty[\s-]second|"
    r"sixty[\s-]fourth|8th|16th"
    r"|32nd|64th|crotchet|quaver|semiquaver|minim|semibreve|demisemiquaver)"
)
_TUPLET = (
    r"(?:duplet|triplet|quadruplet|quintuplet|sextuplet|sextolet|septuplet|octuplet|"
    r"nonuplet|quintolet"
    r"|septolet|decuplet)"
)
_VALUE = rf"(?:(?:dotted|triplet)\s)?{_BASE}(?:[\s-](?:note|rest|{_TUPLET}))?s?"
_NUMERALS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split(), start=1
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}  # fmt: skip
_SPELLED = rf"(?:{'|'.join(_NUMERALS)}|an?|hundred)"
_SPELLED_BPM = re.compile(
    rf"\b({_SPELLED}(?:[\s-](?:and\s)?{_SPELLED})*)\s(?:bpm|(?:beats|clicks)\s(?:per|a)\smin\w*)\b",
    re.IGNORECASE,
)
_ROW = (
    r"(?<![\w.])(?:(?:\d{1,2}|[teTE])[\s,]+){11}(?:\d{1,2}|[teTE])(?![\w.])",
    r"(?<![\w#])(?:[A-G](?:#|b|♯|♭)?[\s,]+){11}[A-G](?:#|b|♯|♭)?(?![\w#])",
)
_FORM = (
    r"\b(?:matrix|all\s(?:48\s)?forms|retrograde[\s-]inversion|inverted\sretrograde|retrograde"
    r"|inversion|prime\sform|backwards?|upside\sdown|inverted|reversed?)\b"
)
_NTH_VERSION = rf"\b({'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))\s(?:version|take|try|attempt)\b"
_CLASSES = re.compile(
    r"[{\[(<]?(?<![\w.:/])(?:\d{1,2}|[te])(?:(?:\s*,\s*|\s+)(?:\d{1,2}|"
    r"[te])(?![\w/])){1,11}[}\])>]?"
)


def bpm(asked: Asked) -> str | None:
    """A tempo: before bpm, behind "at" or "tempo", or the number that is left."""
    return _spelled_bpm(asked) or asked.search(
        r"(?<![\w.])(\d{2,3}(?:\.\d+)?)\s?bpm\b",
        rf"(?<![\w.])(\d{{2,3}}(?:\.\d+)?)\s(?:(?:{_BASE})(?:\snote)?s?|beats?|bt|clicks?)"
        r"\s?(?:per|a|/|to\sthe)\s?min(?:ute)?\b",
        rf"(?:\b{_BASE}(?:\snotes?)?|[♩𝅗𝅥♪]\.?)\s?(?:=|is|at|of|equals)?\s?(\d{{2,3}}(?:\.\d+)?)(?![\w:/])",
        r"\b(?:tempo|bpm|speed|mm)(?:\s(?:is|of|to|at|was))?\s?[=:]?\s?(\d{2,3}(?:\.\d+)?)\b",
        r"\b(?:at|from|with|if|it's|its|in|for|of|to|about|is|"
        r"=)\s(\d{2,3}(?:\.\d+)?)(?![\w/]|:\S|\s?(?:bars?|beats?|hz|sec|min|ms|samples))",
        r"(?<![\w.:/#])(\d{2,3}(?:\.\d+)?)(?![\w/#]|:\S|\.\d|\s?(?:bars?|measures?|beats?|hz|"
        r"sec|min|ms))",
    )  # fmt: skip


def _spelled_bpm(asked: Asked) -> str | None:
    """A tempo in words: "ninety-six bpm", "a hundred and twenty beats a minute"."""
    match = asked.first(_SPELLED_BPM)
    if match is None:
        return None
    words = re.findall(r"[a-z]+", match[1].lower())
    total = sum(_NUMERALS.get(word, 0) for word in words if word != "hundred")
    if "hundred" in words:
        before = sum(_NUMERALS.get(word, 0) for word in words[: words.index("hundred")])
        total += 100 * (before or 1) - before
    return str(total)


def bars(asked: Asked) -> str | None:
    """How many bars to make."""
    said = asked.search(
        rf"\b({NUMBER})[\s-]?(?:(?:more|extra|further)\s)?(?:bars?|measures?)\b",
        r"\b(\d{1,2})\sof\b",
        r"(?<!seed)(?<!version)(?<!take)(?<!try)(?<!number)(?<!in)\s(\d{1,2})[\s.!?]*$",
    )
    return _DIGITS.get(said.lower(), said) if said else None


def seed(asked: Asked) -> str | None:
    """Which of the possible ones."""
    said = asked.search(r"\b(?:seed|version|take|try)\s(?:number\s|no\.?\s|#)?(\d{1,6})\b")
    if said is None and (nth := asked.search(_NTH_VERSION)):
        return str(ORDINALS.get(nth.lower()) or nth[:-2])
    return said


def meter(asked: Asked) -> str | None:
    """A time signature, with its grouping where one is said."""
    groups = r"\(?\d(?:\s?\+\s?\d)+\)?"
    signature = r"(?<![\w/.#])\d{1,2}/(?:1|2|4|8|16|32)(?![\w/])"
    how = r"(?:grouped|grouping|split|felt|counted|like)?\s?(?:as|in|=)?\s?"
    grouped = asked.first(rf"({signature}),?\s?{how}({groups})")
    match = grouped or asked.first(rf"({groups})\s(?:in|for|as)\s(?:an?\s)?({signature})")
    if match is None and (apart := _grouped_apart(asked, signature, groups)):
        return apart
    if match is None:
        return asked.search(
            rf"({signature})",
            r"\b(cut\stime|common\stime|alla\sbreve|waltz\stime|take\sfive|slip\sjig)\b",
            r"\b((?:two|three|four|five|six|seven|nine|eleven|twelve)[\s-](?:two|four|eight))\b",
        )
    first, second = match[1], match[2]
    said, parts = (first, second) if grouped else (second, first)
    parts = re.sub(r"[()\s]", "", parts)
    return f"{said} as {parts}"


def _grouped_apart(asked: Asked, signature: str, groups: str) -> str | None:
    """A time signature and, elsewhere, groups that fill its bar: "a 15/16 bar as 4+4+4+3"."""
    said = next(asked.matches(rf"{signature}"), None)
    parts = next(asked.matches(groups), None)
    if said is None or parts is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d", parts[0])]
    if sum(numbers) != int(said[0].split("/")[0]):
        return None
    asked.taken += [said.span(), parts.span()]
    return f"{said[0]} as {'+'.join(map(str, numbers))}"


def amount(asked: Asked) -> str | None:
    """A length in bars, beats, seconds, samples, or minutes and seconds."""
    unit = r"(?:bars?|measures?|beats?|seconds?|secs?|minutes?|mins?|ms|milliseconds?|samples?|s)"
    return asked.search(
        r"(?<![\w:])(\d{1,2}:\d{2}(?:\.\d+)?)(?![\w:])",
        rf"(?<![\w.])(\d+(?:[.,]\d+)?\s?{unit}(?:\s(?:and\s)?\d+(?:\.\d+)?\s?{unit})?)\b",
    ) or _spelled_amount(asked)


def _spelled_amount(asked: Asked) -> str | None:
    said = asked.search(rf"\b({NUMBER}\s(?:bars?|measures?|beats?|seconds?|minutes?))\b")
    if said is None:
        return None
    number, unit = said.split()
    return f"{_DIGITS.get(number.lower(), number)} {unit}"


def tuplet(asked: Asked) -> str | None:
    """A tuplet by name or as a ratio."""
    words = asked.first(
        rf"\b({NUMBER})(?:\s(?!in\b)[a-z]+)?\sin\sthe\s(?:time|space)\sof\s({NUMBER})\b"
    )
    if words:
        return ":".join(_DIGITS.get(word.lower(), word) for word in words.groups())
    # A name alone ("try triplets") may be a wish for a variation.
    told = asked.says(rf"\d|{_BASE}|\b(?:how|what|which|notat\w+|writ\w+|count|mean\w*|last)\b")
    return asked.search(
        r"(?<![\w:])(\d{1,2}\s?:\s?(?!0|[2-5]\d)\d{1,2})(?![\w:])",  # 3:20 is a time
        rf"\b({_TUPLET})s?\b" if told else r"(?!)",
        r"\b(\d{1,2}\s(?:in\sthe\s(?:time|space)\sof|against|over)\s\d{1,2})\b",
    )


def value(asked: Asked) -> str | None:
    """A note value."""
    return asked.search(
        rf"\b((?:dotted\s)?{_BASE})(?:[\s-]notes?)?s?\b",
        r"(?<![\w/])(1/(?:1|2|4|8|16|32|64))(?![\w/])",
    )


def relation(asked: Asked) -> str | None:
    """Two note values that are as long as each other, as "old = new"."""
    sign = r"(?:=|equals?|becomes?|->|→|to|is\sthe\ssame\sas|is\snow|turns\sinto|is)"
    old = r"(?:\sof\s(?:the\s)?old)?"
    turned = asked.first(rf"\bnew\s({_VALUE})\s?{sign}\s?(?:the\s)?old\s({_VALUE})\b")
    if turned:
        return f"{turned[2]} = {turned[1]}"
    match = asked.first(rf"\b({_VALUE}){old}\s?{sign}\s?(?:the\s|a\s|an\s)?(?:new\s)?({_VALUE})\b")
    return f"{match[1]} = {match[2]}" if match else None


def row(asked: Asked) -> str | None:
    """The twelve tones of a row."""
    return asked.search(*(re.compile(pattern) for pattern in _ROW))


def form(asked: Asked) -> str | None:
    """A form of a row: P0, RI5, retrograde, matrix."""
    if asked.search(r"\binvert\b(?!\s\w*\s?(?:retrograde|reversed))"):
        return "inversion"
    return asked.search(
        re.compile(r"(?<![\w#])(?:P|RI|R|I)-?\d{1,2}(?!\w)"), _FORM
    ) or asked.search(re.compile(r"(?<![\w#])(?:RI|R)(?![\w])"))


def pitch_classes(asked: Asked) -> str | None:
    """Pitch classes as numbers."""
    return asked.search(_CLASSES)


def set_of_notes(asked: Asked) -> str | None:
    """A set of tones, as numbers or by name."""
    return (
        pitch_classes(asked)
        or asked.search(r"(?<![\w.:/])(\d[\dte]{2,11})(?![\w.:/])")
        or notes(asked)
    )


def fret(asked: Asked) -> str | None:
    """Where the capo sits."""
    ordinal = r"(?:first|second|third|fourth|fifth|sixth|seventh|\d{1,2}(?:st|nd|rd|th))"
    number = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine)"
    return asked.search(
        rf"\b(?:capo|clamp)\s(?:on\s|at\s|in\s|is\s)*(?:the\s)?({ordinal})\b",
        rf"\b({ordinal})\sfret\b",
        rf"\bfret\s(?:number\s)?({number})\b",
        rf"\b(?:[ck]app?o(?:ed|'s)?|clamp)(?:\s(?:on|at|in|is|goes|sits|to|"
        rf"position))*\s(?:the\s)?({number})\b",
        rf"\b({number})\s?frets?\b",
    )


def capo_fret(asked: Asked) -> str | None:
    """Where the capo sits; "best" where a capo without a number is asked about."""
    said = fret(asked)
    wanted = (
        r"\b[ck]app?o|\b(?:with|in|using)\b.*\bshapes\b|\b(?:open|easy|easier|cowboy)\schords\b"
    )
    return said or ("best" if asked.says(wanted) else None)


def frets(asked: Asked) -> str | None:
    """A row of frets, the lowest string first, with the capo where one is said."""
    said = asked.search(
        r"(?<![\w/.#])((?:\d{1,2}|x)(?:-(?:\d{1,2}|x)){3,6})(?![\w/-])",
        r"(?<![\w/.#:])([x\d]{4,7})(?![\w/:]|\s?(?:bpm|hz|ms|bars|samples))",
        r"(?<![\w/.#])((?:\d{1,2}|x)(?:\s(?:\d{1,2}|x)){3,6})(?![\w/])",
    )
    capo = fret(asked) if said and asked.says(r"\bcapo") else None
    return f"{said} capo {capo}" if capo else said


def steps(asked: Asked) -> str | None:
    """How many steps around the circle, and which way."""
    way = (
        r"(?:clockwise|counter[\s-]?clockwise|anti[\s-]?clockwise|ccw|backwards?|left|"
        r"right|flatwards?|sharpwards?)"
    )
    match = next(
        asked.matches(
            rf"\b({NUMBER})\s(?:steps?|places?|keys?|hours?|fifths?|"
            rf"5ths?)?\s?(?:to\sthe\s)?({way})?"
        ),
        None,
    )
    if match is None or not (match[2] or re.search(r"step|place|hour|fifth|5th", match[0], re.I)):
        return None
    asked.taken.append(match.span())
    count = _DIGITS.get(match[1].lower(), match[1])
    back = re.match(r"counter|anti|ccw|back|left|flat", match[2] or "", re.I)
    return f"{count} counterclockwise" if back else count


def species(asked: Asked) -> str | None:
    """A species of counterpoint."""
    said = asked.search(
        r"\b(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|[1-5])\s+species\b",
        r"\bspecies\s([1-5]|one|two|three|four|five|first|second|third|fourth|fifth)\b",
        r"\b(florid)\b",
    )
    numbers = {
        "first": "1",
        "second": "2",
        "third": "3",
        "fourth": "4",
        "fifth": "5",
        "florid": "5",
    }
    return numbers.get(said.lower(), said[:1]) if said else None
