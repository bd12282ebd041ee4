"""Tools for rhythm and time: meters, tuplets, tempo changes, bars and seconds."""

from __future__ import annotations

import re
from fractions import Fraction

from tools import Tool, ToolResult, tool
from tools.music import meter as meters
from tools.music.answers import musical
from tools.music.note_values import Value, read_ratio, read_value, value_name
from tools.music.numbers import read_tempo
from tools.music.pitch import MusicError

RATES = (44_100, 48_000)
_EQUALS = re.compile(r"\s*(?:=|equals?|becomes?|->|→|is the (?:new|same as)|to)\s*(?:the\s+)?")
_UNITS = {
    word: unit
    for unit, words in (
        ("bars", "bar bars measure measures takt takte"),
        ("beats", "beat beats"),
        ("seconds", "second seconds sec secs s"),
        ("minutes", "minute minutes min mins"),
        ("ms", "ms millisecond milliseconds"),
        ("samples", "sample samples"),
    )
    for word in words.split()
}
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d+):(\d{2}(?:\.\d+)?)\b")
LONGEST_SECONDS = 86_400


@tool
@musical
def meter(meter: str) -> ToolResult:
    """Explain a time signature: beats, grouping, subdivision, e.g. 6/8, 7/8 as 2+2+3, cut time."""
    found = meters.read_meter(meter)
    count = len(found.groups)
    lines = [f"{found.name}: {found.description}, {count} beat{'s' * (count > 1)} in a bar"]
    lines.append(_beats(found))
    lines.append(f"Count: {_counted(found)}. Strong: beat {_strong(found)}.")
    lines.append(f"A bar lasts {_count(found.quarters, 'quarter note')}.")
    if found.kind == "simple" and found.top in (5, 7):
        lines.append("Often felt as 3+2 or 2+3." if found.top == 5 else "Often felt as 4+3 or 3+4.")
    return ToolResult("\n".join(lines))


@tool
@musical
def tuplet(tuplet: str, value: str = "eighth", bpm: float | str = "") -> ToolResult:
    """Give the length of tuplet notes, e.g. tuplet "triplet", "5:4", value "eighth", bpm 120."""
    ratio = read_ratio(tuplet)
    plain = read_value(value)
    each = Value(plain.written, ratio)
    whole = plain.written * ratio[1]
    count, usual = ratio
    name = value_name(plain.written)
    if not str(bpm).strip():
        return ToolResult(
            f"{count} {name}s in the time of {usual}: each lasts {Fraction(usual, count)} of a "
            f"plain {name}\nWrite {count} {name}s with a {count} over their beam or bracket "
            f"({count}:{usual}); together they last {_count(whole, 'quarter note')}. A tempo gives "
            "milliseconds."
        )
    tempo = read_tempo(bpm)
    one, total = _ms(each.quarters, tempo), _ms(whole, tempo)
    lines = [
        f"{count} {name}s in the time of {usual} at {tempo:g} bpm: each lasts {one}",
        f"All {count} last {total} ({_count(whole, 'quarter note')}); one is "
        f"{each.quarters} of a quarter note.",
    ]
    lines.append(
        f"That is {tempo / float(each.quarters):.4g} notes a minute. A plain {name} lasts "
        f"{_ms(plain.written, tempo)}."
    )
    return ToolResult("\n".join(lines))


@tool
@musical
def metric_modulation(bpm: float | str, relation: str) -> ToolResult:
    """Give the new tempo of a metric modulation, e.g. bpm 120, relation "dotted quarter = half"."""
    tempo = read_tempo(bpm)
    sides = [side for side in _EQUALS.split(relation.strip(), maxsplit=1) if side]
    if len(sides) != 2:
        raise MusicError(
            f"cannot read {relation!r} as a tempo relation; write two note values with =, e.g. "
            "dotted quarter = quarter"
        )
    old, new = (read_value(side) for side in sides)
    ratio = new.quarters / old.quarters
    changed = tempo * float(ratio)
    faster = "the same" if ratio == 1 else "faster" if ratio > 1 else "slower"
    return ToolResult(
        f"{old.name} = {new.name} from {tempo:g} bpm: {changed:.5g} bpm\n"
        f"The new quarter note is {faster} ({ratio.numerator}:{ratio.denominator}); both note "
        f"values last {_ms(old.quarters, tempo)}."
    )


@tool
@musical
def music_time(amount: str, bpm: float | str, meter: str = "4/4") -> ToolResult:
    """Convert bars, beats, seconds and samples at a tempo, e.g. "16 bars", "3:20", "30 seconds"."""
    tempo = read_tempo(bpm)
    found = meters.read_meter(meter)
    seconds = _seconds(amount, tempo, found)
    if seconds > LONGEST_SECONDS:
        raise MusicError("that is more than a day; write a shorter time")
    quarters = seconds * tempo / 60
    bars = quarters / float(found.quarters)
    samples = ", ".join(f"{round(seconds * rate):,} at {rate / 1000:g} kHz" for rate in RATES)
    said = " ".join(amount.split())
    asked_time = bool(_CLOCK.search(said)) or _unit(said) in ("seconds", "minutes", "ms", "samples")
    answer = _count(bars, "bar") if asked_time else _clock(seconds)
    whole, rest = divmod(round(quarters, 6), float(found.quarters))
    place = f"bar {int(whole) + 1}, beat {_trim(rest / float(found.unit) + 1)}"
    lines = [
        f"{said} at {tempo:g} bpm in {found.name}: {answer}",
        f"{_count(seconds, 'second')}, {_count(bars, 'bar')}, {_count(quarters, 'quarter note')}; "
        f"what follows begins at {place}. The tempo counts quarter notes.",
        f"Samples: {samples}. One bar lasts {_ms(found.quarters, tempo)}.",
    ]
    return ToolResult("\n".join(lines))


def _seconds(amount: str, tempo: float, found: meters.Meter) -> float:
    clock = _CLOCK.search(amount)
    if clock:
        return int(clock[1]) * 60 + float(clock[2])
    total, read = 0.0, False
    for number, word in _AMOUNT.findall(amount):
        unit = _UNITS.get(word.lower())
        if unit is None:
            continue
        total += _in_seconds(float(number.replace(",", ".")), unit, tempo, found, amount)
        read = True
    if not read:
        bare = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*", amount)
        if bare is None:
            raise MusicError(
                f"cannot read {amount!r} as a length; write e.g. 16 bars, 8 beats, 30 seconds, 3:20"
            )
        return _in_seconds(float(bare[1]), "bars", tempo, found, amount)
    return total


def _in_seconds(number: float, unit: str, tempo: float, found: meters.Meter, amount: str) -> float:
    rate = 48_000 if re.search(r"48\s*k|48,?000", amount) else 44_100
    return {
        "bars": number * float(found.quarters) * 60 / tempo,
        "beats": number * 60 / tempo,
        "seconds": number,
        "minutes": number * 60,
        "ms": number / 1000,
        "samples": number / rate,
    }[unit]


def _unit(amount: str) -> str:
    units = [_UNITS[word.lower()] for _, word in _AMOUNT.findall(amount) if word.lower() in _UNITS]
    return units[0] if units else "bars"


def _beats(found: meters.Meter) -> str:
    names = [value_name(beat) for beat in found.beats]
    if len(set(names)) > 1:
        return f"Beats: {', '.join(names)}."
    halves = "three" if found.kind == "compound" else "two"
    part = value_name(found.beats[0] / (3 if found.kind == "compound" else 2))
    return f"Each beat is a {names[0]} and divides into {halves} {part}s."


def _counted(found: meters.Meter) -> str:
    """How players count it aloud: in beats with their parts, or in the unequal groups."""
    if found.kind == "simple":
        return " ".join(f"{beat} and" for beat in range(1, len(found.groups) + 1))
    if found.kind == "compound":
        return " ".join(f"{beat} la li" for beat in range(1, len(found.groups) + 1))
    return " | ".join(" ".join(str(n + 1) for n in range(group)) for group in found.groups)


def _strong(found: meters.Meter) -> str:
    places = [str(found.starts.index(start) + 1) for start in found.strong]
    return " and ".join(places) if len(places) < 3 else ", ".join(places)


def _ms(quarters: Fraction, tempo: float) -> str:
    value = float(quarters) * 60_000 / tempo
    return f"{value:.2f}".rstrip("0").rstrip(".") + " ms"


def _count(number: Fraction | float, noun: str) -> str:
    said = str(number) if isinstance(number, Fraction) else _trim(number)
    return f"{said} {noun}{'' if said == '1' else 's'}"


def _trim(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _clock(seconds: float) -> str:
    if seconds < 60:
        return _count(seconds, "second")
    minutes, rest = divmod(round(seconds, 3), 60)
    return f"{int(minutes)}:{rest:06.3f}".rstrip("0").rstrip(".") + " minutes"


RHYTHM_TOOLS: tuple[Tool, ...] = (meter, tuplet, metric_modulation, music_time)
