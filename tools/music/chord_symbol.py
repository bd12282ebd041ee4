"""Reading the part of a chord symbol that follows the root: `m7b5`, `Δ9`, `13(#11)`, `6/9`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from tools.music.pitch import MusicError
from tools.music.quality import Quality

_HALF = r"(?P<half>ø|half-?dim(?:inished)?|h(?:dim)?(?=7|$))"
_DIM = r"(?P<dim>(?i:diminished|dim)\.?|o(?!mit)|°)"
_MAJ = r"(?P<maj>(?i:major|maj)\.?|ma(?!dd|ug)|MA|M(?!I)|j(?=7|9|11|13)|Δ|\^)"
_MIN = r"(?P<min>(?i:minor|min)\.?|mi|MI|m|-(?!5))"
_AUG = r"(?P<aug>(?i:augmented|aug)\.?|\+(?!5|11))"
_DOM = r"(?P<dom>(?i:dominant|dom)\.?)"
_SUS = r"(?P<sus>(?i:suspended|sus)\.?(?P<susn>24|42|2|4)?)"
_ADD = r"(?:(?i:add)|/(?=[#b]?(?:2|4|6|9|11|13)))(?P<add>[#b]*(?:13|11|9|7|6|4|2))"
_NO = r"(?i:no|omit)(?P<no>[135])(?:rd|th)?"
_ALT = r"(?P<alt>(?i:altered|alt)\.?)"
_LYDIAN = r"(?P<lydian>lydian)"
_CHANGE = r"(?P<change>{signs}(?:13|11|10|9|7|6|5|4|2))"
_NUMBER = r"(?P<number>6/9|69|13|11|9|7|6|5|4|2)"
_SLIP = r"(?P<slip>/(?=(?i:maj)|M|Δ|\^|ma))"

_REST = (_HALF, _DIM, _MAJ, _MIN, _AUG, _DOM, _SUS, _ADD, _NO, _ALT, _LYDIAN, _NUMBER, _SLIP)
# A plus or minus before a number alters a tone, except at the head, where it is the triad.
_HEAD = re.compile("|".join((_CHANGE.format(signs=r"(?:[#b]|[+-](?=5)|\+(?=11))"), *_REST)))
_TAIL = re.compile("|".join((_CHANGE.format(signs="[#b+-]"), *_REST)))

_CHANGES = {
    "b5": "d5", "#5": "A5", "b9": "m9", "#9": "A9", "b10": "A9", "#11": "A11", "#4": "A11",
    "b11": "d11", "b13": "m13", "b6": "m6", "b2": "m9", "#2": "A9",
    "#7": "M7", "b7": "m7",
}  # fmt: skip
_ADDED = {
    "2": "M2", "4": "P4", "6": "M6", "9": "M9", "11": "P11", "13": "M13", "b9": "m9", "#9": "A9",
    "#11": "A11", "b6": "m6", "b13": "m13", "#4": "A4", "b2": "m2",
}  # fmt: skip


class SuffixError(MusicError):
    """A suffix that cannot be read; `rest` is the part where reading stopped, at `position`."""

    def __init__(self, reason: str, rest: str, position: int) -> None:
        super().__init__(reason)
        self.rest = rest
        self.position = position


@dataclass
class _Parts:
    """What has been read so far."""

    third: str = "M3"
    triad: str = ""
    fifths: list[str] = field(default_factory=list)
    seventh: str | None = None
    extent: int = 0
    sixth: bool = False
    sus: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    omitted: list[int] = field(default_factory=list)
    major: bool = False
    numbered: bool = False
    numbered_extent: bool = False
    alt: bool = False
    power: bool = False
    read: int = 0


@lru_cache(maxsize=4096)
def read_suffix(text: str) -> Quality:
    """Read a suffix written without spaces, with `b` and `#` for accidentals.

    >>> read_suffix("m7b5").symbol, read_suffix("Δ9").symbol, read_suffix("13(#11)").symbol
    ('m7♭5', 'maj9', '13♯11')
    >>> read_suffix("-7").name
    'minor seventh'

    Raises:
        SuffixError: part of the text is no chord notation, or the parts contradict.
    """
    suffix = re.sub(r"[()\[\],\s]", "", text)
    parts = _Parts()
    position = 0
    while position < len(suffix):
        match = (_TAIL if parts.numbered else _HEAD).match(suffix, position)
        if match is None:
            raise SuffixError("", suffix[position:], position)
        reason = _take(parts, match)
        if reason:
            raise SuffixError(reason, suffix[position:], position)
        position = match.end()
        parts.read += 1
    quality, reason = _finish(parts)
    if reason:
        raise SuffixError(reason, suffix, 0)
    return quality


def _take(parts: _Parts, match: re.Match[str]) -> str:
    """Add one token; return why it cannot stand here, or nothing."""
    kind = match.lastgroup or ""
    kind = "sus" if kind == "susn" else kind
    text = match.group(kind)
    if kind in ("half", "dim", "min", "aug"):
        return _take_triad(parts, kind)
    if kind == "maj":
        _take_major(parts, text)
    elif kind == "number":
        return _take_number(parts, text.replace("/", ""))
    elif kind == "change":
        return _take_change(parts, text.replace("+", "#").replace("-", "b"))
    elif kind == "add":
        return _take_added(parts, text)
    elif kind == "sus":
        parts.sus += {"2": ["M2"], "24": ["M2", "P4"], "42": ["M2", "P4"]}.get(
            match.group("susn") or "", ["P4"]
        )
    elif kind == "no":
        parts.omitted.append(int(text))
    elif kind == "lydian":
        parts.altered.append("A11")
    elif kind in ("dom", "alt"):
        parts.seventh, parts.extent = "m7", parts.extent or 7
        parts.alt = parts.alt or kind == "alt"
    return ""


def _take_triad(parts: _Parts, kind: str) -> str:
    if kind == "aug":
        parts.fifths.append("A5")
        parts.triad = parts.triad or kind
        return ""
    if parts.read and not (kind == "dim" and parts.triad == "min" and parts.read == 1):
        return "the triad must be named right after the root"
    parts.third, parts.triad = "m3", kind
    if kind in ("half", "dim"):
        parts.fifths.append("d5")
    if kind == "half":
        parts.seventh, parts.extent = "m7", 7
    return ""


def _take_major(parts: _Parts, text: str) -> None:
    parts.major = True
    if text in ("Δ", "^") or parts.seventh:
        parts.seventh, parts.extent = "M7", parts.extent or 7


def _take_number(parts: _Parts, text: str) -> str:
    parts.numbered = True
    if text == "5":
        if parts.read == 0:
            parts.power = True
        elif parts.triad not in ("dim", "aug"):
            return "a plain 5 says nothing here"
    elif text == "4":
        return "a plain 4 is no chord; write sus4 or add4"
    elif text == "2":
        parts.added.append("M9")
    elif text in ("6", "69"):
        if parts.seventh:
            parts.added.append("M13")
        else:
            parts.sixth, parts.extent = True, 9 if text == "69" else 0
    else:
        return _take_extent(parts, int(text))
    return ""


def _take_extent(parts: _Parts, number: int) -> str:
    if parts.numbered_extent and number <= parts.extent:
        return f"{number} after {parts.extent} says nothing"
    parts.numbered_extent = True
    if parts.sixth and number == 9:
        parts.extent = 9
        return ""
    if parts.sixth:
        parts.sixth = False
        parts.added.append("M13")
    if parts.seventh and parts.extent == 7 and number > 9 and not _bare(parts):
        parts.added.append(f"{'P' if number == 11 else 'M'}{number}")
        return ""
    if parts.major:
        parts.seventh = "M7"
    elif parts.seventh is None:
        parts.seventh = "d7" if parts.triad == "dim" else "m7"
    parts.extent = max(parts.extent, number)
    return ""


def _bare(parts: _Parts) -> bool:
    """True where the seventh was only implied (`ø11`, `Δ13`, `dom13`), not written as 7."""
    return parts.read <= 1 or parts.triad == "half" or parts.major


def _take_change(parts: _Parts, text: str) -> str:
    parts.numbered = True
    tone = _CHANGES.get(text)
    if tone is None:
        return f"there is no {text} in a chord"
    if tone in ("M7", "m7"):
        if parts.sixth:
            return "a seventh beside a sixth is written 13"
        parts.seventh, parts.extent = tone, parts.extent or 7
    elif tone in ("d5", "A5"):
        parts.fifths.append(tone)
    elif tone == "m6":
        (parts.altered if parts.seventh else parts.added).append("m13" if parts.seventh else "m6")
    else:
        parts.altered.append(tone)
    return ""


def _take_added(parts: _Parts, text: str) -> str:
    parts.numbered = True
    if text == "7":
        parts.seventh, parts.extent = "m7", 7
    elif text in ("6", "13") and not parts.seventh:
        parts.sixth = True
    elif text == "9" and parts.sixth:
        parts.extent = 9
    elif text not in _ADDED:
        return f"there is no added {text} in a chord"
    else:
        parts.added.append("M13" if text == "6" else _ADDED[text])
    return ""


def _finish(parts: _Parts) -> tuple[Quality, str]:
    """Make the quality, with why the parts do not fit together, or nothing."""
    if parts.power and (parts.seventh or parts.sixth or parts.sus or parts.triad or parts.altered):
        return Quality(), "a power chord has no third, sixth or seventh"
    if parts.power and parts.read > 1:
        parts.power = False
        parts.omitted.append(3)
    lydian = parts.major and not parts.sixth and "A11" in parts.altered
    if parts.major and not parts.seventh and not parts.sixth and (parts.triad or lydian):
        parts.seventh, parts.extent = "M7", 7
    if parts.alt:
        parts.fifths, parts.altered = ["A5"], ["A9"]
    if parts.sus:
        parts.third = "M3"
    fifths = sorted(set(parts.fifths))
    if len(fifths) == 2:
        parts.altered += ["d5", "A5"]
    if not parts.seventh and not parts.sixth:
        parts.added += [tone for tone in parts.altered if tone not in ("d5", "A5")]
        parts.altered = [tone for tone in parts.altered if tone in ("d5", "A5")]
    fifth = fifths[0] if len(fifths) == 1 else "P5"
    if parts.seventh == "d7" and fifth != "d5":
        return Quality(), "a diminished seventh chord has a diminished fifth"
    return Quality(
        third=parts.third,
        fifth=fifth,
        seventh=parts.seventh,
        extent=parts.extent,
        sixth=parts.sixth,
        sus=tuple(dict.fromkeys(parts.sus)),
        altered=tuple(dict.fromkeys(parts.altered)),
        added=tuple(dict.fromkeys(parts.added)),
        omitted=tuple(parts.omitted),
        alt=parts.alt,
        power=parts.power,
    ), ""
