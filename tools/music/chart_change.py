"""Changing a progression as people ask for it: `change the chord in bar 3 to Am7`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tools.music.chart import Chart, of_bars
from tools.music.chord import Chord
from tools.music.chord_text import read_chord
from tools.music.interval_text import read_interval
from tools.music.music_text import read_chords
from tools.music.numbers import CARDINALS, ORDINALS
from tools.music.pitch import MusicError
from tools.music.rechording import before_it, instead_of
from tools.music.text import plain_accidentals

Bars = list[list[Chord]]
Place = tuple[int, int]
"""A chord by its bar and its place there, from 0."""

_NUMBERS = ORDINALS | CARDINALS | {"last": -1, "final": -1}
_N = rf"(?:\d+(?:st|nd|rd|th)?|{'|'.join(_NUMBERS)})"
_ROOT = r"(?<![\w#♯♭/])[A-G](?:#|b|♯|♭)?"
CHORD = rf"{_ROOT}(?:[a-zø°Δ\d#♯♭+^()-]*)(?:/[A-G](?:#|b)?)?(?![\w#♯♭])"
"""What may be a chord's symbol: a capital letter and signs."""
PLACE = (
    rf"(?:the\s)?(?:bars?|measures?|chords?)\s{_N}(?:\s(?:and|to|-)\s{_N})?"
    rf"|(?:the\s)?{_N}(?:\s(?:and|to)\s(?:the\s)?{_N})?\s(?:bars?|measures?|chords?)"
    r"|(?:all|each|every)(?:\sof)?(?:\sthe)?\schords?"
)
"""A bar or a chord by its number."""
_WHERE = rf"(?:{PLACE}|(?-i:{CHORD}))"
_BAR = re.compile(r"\b(?:bars?|measures?)\b", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?<![\w-])(?P<a>{_N})(?:\s?(?:and|to|-|–)\s?(?:the\s)?(?P<b>{_N}))?(?![\w-])"
)


@dataclass(frozen=True)
class Changed:
    """The changed progression and what was done, in words."""

    chart: Chart
    words: str


def change_chart(chart: Chart, request: str) -> Changed:
    """Carry out a request; several are joined by `then` or `;`.

    >>> from tools.music.chart import read_chart
    >>> blues = read_chart("Dm7 | G7 | Cmaj7 | Cmaj7")
    >>> change_chart(blues, "change the chord in bar 4 to Am7").chart.text
    'Dm7 | G7 | Cmaj7 | Am7'
    >>> change_chart(blues, "replace G7 with its tritone substitute").chart.text
    'Dm7 | D♭7 | Cmaj7 | Cmaj7'
    >>> change_chart(blues, "put a ii-V before the last chord").chart.text
    'Dm7 | G7 | Cmaj7 | Dm7 G7 | Cmaj7'

    Raises:
        MusicError: the request cannot be read, or names a bar or a chord that is not there.
    """
    said = []
    for part in re.split(r"\s*;\s*|,?\s+(?:and\s+)?then\s+", request):
        bars = _bars(chart)
        words = _changed(bars, " ".join(plain_accidentals(part).split()).strip(" .!?"), chart)
        kept = [bar for bar in bars if bar]
        if not kept:
            raise MusicError("nothing would be left; keep a chord")
        chart = replace(of_bars(kept, chart.home, chart.meter), key=chart.key, tempo=chart.tempo)
        said.append(words)
    return Changed(chart, ", then ".join(said))


def is_chart_change(request: str) -> bool:
    """Whether a request reads as a change of chords.

    >>> is_chart_change("make the second chord a dominant"), is_chart_change("up a third")
    (True, False)
    """
    return any(pattern.search(request) for pattern, _ in _ACTS)


def _bars(chart: Chart) -> Bars:
    found: dict[int, list[Chord]] = {}
    for change in chart.changes:
        found.setdefault(int(change.start // chart.meter.quarters), []).append(change.chord)
    return list(found.values())


def _changed(bars: Bars, text: str, chart: Chart) -> str:
    for pattern, act in _ACTS:
        match = pattern.search(text)
        if match:
            return act(bars, match, chart)
    raise MusicError(
        f"cannot read {text!r} as a change of chords; write e.g. change the chord in bar 3 to Am7, "
        "make the second chord a dominant, put a ii-V before the last chord, replace Dm7 with its "
        "tritone substitute, remove bar 2, swap bars 1 and 2"
    )


def _replaced(bars: Bars, match: re.Match[str], chart: Chart) -> str:
    """Put other chords where some stand, or a chord of another kind on the same root."""
    wanted = match["new"].strip()
    said: list[str] = []
    whole = bool(_BAR.search(match["place"]))
    for bar, place in reversed(_places(bars, match["place"])):
        old = bars[bar][place]
        new = instead_of(old, wanted, chart.home)
        if new or not whole:
            bars[bar][place : place + 1] = new or _written(wanted)
        elif place == 0:
            bars[bar][:] = _written(wanted)
        symbols = " ".join(chord.symbol for chord in new or _written(wanted))
        said.insert(0, f"{old.symbol} to {symbols}")
    return ", ".join(dict.fromkeys(said))


def _inserted(bars: Bars, match: re.Match[str], chart: Chart) -> str:
    """Put a bar of chords before or behind a place."""
    bar, place = _places(bars, match["place"])[0]
    behind = match["side"].lower() in ("after", "behind", "following")
    goal = _next(bars, bar, place) if behind else bars[bar][place]
    new = before_it(goal, match["new"]) or _written(match["new"])
    bars.insert(bar + behind, list(new))
    side = "after" if behind else "before"
    return f"{' '.join(chord.symbol for chord in new)} {side} {bars[bar + 1 - behind][0].symbol}"


def _removed(bars: Bars, match: re.Match[str], chart: Chart) -> str:
    found = _places(bars, match["place"])
    names = [bars[bar][place].symbol for bar, place in found]
    for bar, place in sorted(found, reverse=True):
        del bars[bar][place]
    return f"without {' '.join(names)}"


def _repeated(bars: Bars, match: re.Match[str], chart: Chart) -> str:
    found = sorted({bar for bar, _ in _places(bars, match["place"])})
    bars[found[-1] + 1 : found[-1] + 1] = [list(bars[bar]) for bar in found]
    return f"{' '.join(chord.symbol for bar in found for chord in bars[bar])} twice"


def _swapped(bars: Bars, match: re.Match[str], chart: Chart) -> str:
    found = _places(bars, match["place"])
    if match["other"]:
        found = [found[0], _places(bars, match["other"])[0]]
    elif _BAR.search(match["place"]):
        found = [(bar, 0) for bar in dict.fromkeys(bar for bar, _ in found)]
    if len(found) < 2:
        raise MusicError("say which two: swap bars 1 and 2, or swap the first and the last chord")
    (one, at), (other, there) = found[0], found[-1]
    if _BAR.search(match["place"]):
        bars[one], bars[other] = bars[other], bars[one]
    else:
        bars[one][at], bars[other][there] = bars[other][there], bars[one][at]
    return f"{bars[other][0].symbol} and {bars[one][0].symbol} swapped"


def _moved(bars: Bars, match: re.Match[str], chart: Chart) -> str:
    interval = read_interval(match["new"]).interval
    said = []
    for bar, place in _places(bars, match["place"]):
        old = bars[bar][place]
        bars[bar][place] = old.transpose(interval)
        said.append(f"{old.symbol} to {bars[bar][place].symbol}")
    return ", ".join(said)


def _places(bars: Bars, text: str) -> list[Place]:
    """Return the chords that are meant: by number, by bar, by name, or all."""
    every = [(bar, place) for bar, row in enumerate(bars) for place in range(len(row))]
    low = re.sub(r"\b(?:the|of|in|at)\b", " ", text.lower())
    if re.search(r"\b(?:all|each|every)\b", low):
        return every
    named = _NAMED.search(" ".join(low.split()))
    if named:
        count = len(bars) if _BAR.search(low) else len(every)
        what = "bar" if _BAR.search(low) else "chord"
        first = _number(named["a"], count, what)
        last = _number(named["b"], count, what) if named["b"] else first
        chosen = [first, last] if re.search(r"\band\b", low) else range(first, last + 1)
        if what == "bar":
            return [place for place in every if place[0] in chosen]
        return [every[number] for number in dict.fromkeys(chosen)]
    return _by_name(bars, every, text)


def _by_name(bars: Bars, every: Sequence[Place], text: str) -> list[Place]:
    match = re.search(CHORD, text)
    wanted = read_chord(match[0] if match else text)
    found = [(bar, place) for bar, place in every if bars[bar][place] == wanted]
    # "Dm" is also what people call the one Dm7 of a progression.
    found = found or [(b, p) for b, p in every if _like(bars[b][p], wanted)]
    if not found:
        there = " ".join(dict.fromkeys(bars[bar][place].symbol for bar, place in every))
        raise MusicError(f"there is no {wanted.symbol} in it; there are {there}")
    return found


def _like(chord: Chord, wanted: Chord) -> bool:
    minor = chord.quality.third == wanted.quality.third
    return chord.root == wanted.root and minor and not wanted.quality.seventh


def _number(text: str, count: int, what: str) -> int:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", text)
    number = int(plain) if plain.isdigit() else _NUMBERS[plain]
    number = count if number == -1 else number
    if not 1 <= number <= count:
        raise MusicError(f"there is no {what} {number}; there are {count}")
    return number - 1


def _next(bars: Bars, bar: int, place: int) -> Chord:
    row = [chord for each in bars[bar:] for chord in each][place + 1 :]
    return row[0] if row else bars[0][0]


def _written(text: str) -> list[Chord]:
    """Return the chords that are written out."""
    plain = re.sub(r"^(?:(?:an?|the)\s)?(?:chords?\s)?|\schords?$", "", text.strip(), flags=re.I)
    return list(read_chords(plain))


Act = Callable[[Bars, re.Match[str], Chart], str]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_ON = rf"(?P<place>(?:the\schords?\s)?(?:(?:in|of|at|on)\s)?{_WHERE})"
_OTHER = rf"(?:\s(?:and|with)\s(?P<other>{_WHERE}))?"
_SIDE = r"(?P<side>before|after|behind|in\sfront\sof|following|ahead\sof)"
_BETWEEN = r"(?:to\sbe\s|to\s|into\s|with\s|by\s|for\s|as\s|=\s)?"
_ACTS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (_pattern(rf"\bswap\s{_ON}{_OTHER}(?!\s(?:for|to|by)\b)\s*$"), _swapped),
    (
        _pattern(
            r"\b(?:put|add|insert|use|have|want)\s(?P<new>.+?)\s(?:right\s|just\s)?"
            rf"{_SIDE}\s(?P<place>.*?{_WHERE})"
        ),
        _inserted,
    ),
    (
        _pattern(
            r"\b(?:put|add|use|insert|have|want|substitute|sub)\s(?P<new>.+?)\s"
            rf"(?:in|on|at|into|for|instead\sof|in\splace\sof)\s{_ON}"
        ),
        _replaced,
    ),
    (_pattern(rf"\b(?:drop|delete|remove|cut|take\sout|leave\sout)\s{_ON}"), _removed),
    (_pattern(rf"\b(?:repeat|double)\s{_ON}"), _repeated),
    (_pattern(rf"\b(?:move\s)?{_ON}\s(?P<new>(?:up|down)\s.+)$"), _moved),
    (
        _pattern(
            rf"\b(?:change|replace|swap|turn|substitute|sub|make|set)\s{_ON}"
            rf"\s{_BETWEEN}(?P<new>.+)$"
        ),
        _replaced,
    ),
    (_pattern(rf"{_ON}\s(?:to|=|becomes|should\sbe|is)\s(?P<new>.+)$"), _replaced),
)
