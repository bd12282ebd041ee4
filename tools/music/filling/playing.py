"""Readers of how music is played and put together: marks, comping, voicings, rhythms, forms."""

from __future__ import annotations

import re

from tools.music import band, bass_lines, comping_styles, piano_voicings
from tools.music.drum_styles import DRUMS
from tools.music.drum_styles import NAMES as DRUM_STYLES
from tools.music.filling.asked import Asked, one_of
from tools.music.filling.making import PLACE, grid, style_of
from tools.music.song_form import WORDS

_DYNAMIC = (
    r"(?:(?:much\s|a\slittle\s|very\s)?(?:loud(?:er|ly)?|soft(?:er|ly)?|quiet(?:er|ly)?)"
    r"|ppp?|fff?|mp|mf|sfz|(?:mezzo[\s-])?forte|mezzo[\s-]piano|pianissimo|fortissimo)"
)
_ARTICULATED = r"(?:stacc\w*|legato|slurred|tenuto|marcato|accent(?:s|ed|uated)?|detached)"
_GRADUAL = (
    r"(?:(?:a\s)?(?:crescendo|cresc|diminuendo|decrescendo)|fade(?:\s(?:out|away))?"
    r"|get(?:s|ting)?\s(?:louder|softer|quieter)|ritard\w*|rit|rall\w*|accel\w*|slow(?:ing)?\sdown"
    r"|speed(?:ing)?\sup)"
)
_FEEL = r"(?:swing|swung|straight(?:\seighths)?)"
_MARK = rf"(?:{_DYNAMIC}|{_ARTICULATED}|{_GRADUAL}|{_FEEL}|(?:an?\s)?fermata)"
_MARKS = rf"{_MARK}(?:(?:\sand|,)\s{_MARK})*"
_LETTERS = r"[A-D]'?"
_SECTION = "|".join(WORDS)
_FORM = (
    re.compile(rf"\b({_SECTION})(?:s?(?:[\s,–-]+|\s(?:and|then)\s)(?:{_SECTION}|x\s?\d\b))+", re.I),
    re.compile(r"\b((?=[A-D]*A)[A-D]{3,12})\b"),
    re.compile(rf"\b({_LETTERS}(?:[\s-]{_LETTERS}){{1,11}})(?=\sform\b)"),
    re.compile(
        r"\b((?:rounded[\s-])?binary|ternary|rondo|strophic|song\sform|bar\sform|32[\s-]bar"
        r"|thirty[\s-]two[\s-]bar)\b", re.I
    ),
)  # fmt: skip
_SECTIONS = re.compile(rf"(?:^|(?<=[\s,;]))((?:[A-D]|{_SECTION})\s?:\s.*)\Z", re.I | re.S)
_TURNED = r"(?:,?\s(?:rotated|rotation|shifted|turned)(?:\sby)?\s-?\d{1,2})?"
_RHYTHM = tuple(
    re.compile(rf"(?<![\w.])({pattern}{_TURNED})(?![\w])", re.I)
    for pattern in (
        r"E?\(\s?\d{1,2}\s?,\s?\d{1,2}\s?(?:,\s?\d{1,2}\s?)?\)",
        r"onsets?\s(?:\d{1,2}[\s,]+)+(?:of|in)\s\d{1,2}",
        r"hex\s[0-9a-f]{1,16}|0x[0-9a-f]{1,16}",
        r"random\s\d{1,2}(?:\ssteps?)?(?:\s(?:at\s)?\d{1,3}\s?%)?",
        r"\d{1,2}\s(?:hits?\s|strokes?\s|beats?\s|onsets?\s|pulses?\s)?(?:(?:evenly|equally|spread|distributed|placed)\s)*(?:over|in|among|out\sof|on"
        r"|across|against)\s\d{1,2}",
        r"[01]{4,64}", r"[xo][xo.\-]{3,63}|[.\-][xo.\-]{3,63}", r"\d{1,2}(?:\s?\+\s?\d{1,2})+",
    )
)  # fmt: skip
_STRUCK = re.compile(r"(?<![\w.\-|])((?=[.\-]*x)(?=x*[.\-])[x.\-]{6,64})(?![\w|])", re.I)
_UNMISTAKABLE = (_RHYTHM[0], _RHYTHM[2])
"""Rhythms that nothing else is written like: E(3,8), hex 92."""
_ABOUT_RHYTHM = (
    r"\brhythm|\beu[ck]\w*an\b|\bpattern|\bbjorklund|\bhits\b|\bonsets?\b|\bstep|\bpulses\b"
    r"|\bloop|\bslots\b"
)
_TONIC = re.compile(
    r"\b(?:with|from|starting\s(?:on|from)|on|tonic(?:\sis)?|root(?:\sis)?)\s([A-G](?:#|b|♯|♭)?)"
    r"(?=\s(?:as|for|being)\b|[\s.?!]*\Z)"
)

comping_style = style_of(comping_styles.STYLES)
voicing = style_of(piano_voicings.KINDS)
_WITHOUT = r"\b(?:no|without|minus|drop|mute|remove|leave\sout|take\sout)\s(?:the\s|any\s)*"
_BASS_SAID = re.compile(r"\bbass(?:\s?line)?\s*:?\s*\Z", re.IGNORECASE)


def marks(asked: Asked) -> str | None:
    """Which marks a melody is given, and where."""
    return asked.search(
        rf"(?<!\w)({PLACE}\s(?:is\s|should\sbe\s|more\s)?(?:{_MARKS}|piano))(?!\w)",
        rf"(?<!\w)({_MARKS}\s(?:(?:in|on|at|of|from|for)\s)?{PLACE})(?!\w)",
        rf"(?<!\w)((?:accent|hold)\s{PLACE})(?!\w)",
        r"(?<!\w)((?:remove|without|no)\s(?:the\s|all\s|any\s)*(?:dynamics|articulations?|marks))\b",
        rf"(?<!\w)({_MARKS})(?!\w|\s(?:bass|comp|drum|chord|tune|style|beat))",
    )


def band_style(asked: Asked) -> str | None:
    """The style of a whole band."""
    return asked.search(one_of(n for s, others in band.OTHER_NAMES.items() for n in (s, *others)))


def band_bass(asked: Asked) -> str | None:
    """What the bass of a band plays: a line behind its name, a style before it, or nothing."""
    if asked.search(rf"{_WITHOUT}bass\b"):
        return "none"
    written = (found for found in asked.values("l") if _BASS_SAID.search(asked.text[: found.start]))
    styles = one_of(n for s, others in bass_lines.STYLES.items() for n in (s, *others))
    named = re.compile(rf"({styles.pattern})\s(?=bass\b)", re.IGNORECASE)
    return next((asked.take(found) for found in written), None) or asked.search(named)


def band_drums(asked: Asked) -> str | None:
    """What the drums of a band play: rows of a grid, a style before their name, or nothing."""
    if asked.search(rf"{_WITHOUT}drums?\b"):
        return "none"
    styles = one_of(n for s, others in DRUM_STYLES.items() for n in (s, *others))
    named = re.compile(rf"({styles.pattern})\s(?=drum(?:s|mer|ming)?\b|beat\b|groove\b)", re.I)
    return grid(asked) or asked.search(named)


def form(asked: Asked) -> str | None:
    """The order of sections, or the name of a form."""
    match = asked.first(*_FORM)
    return match[0].strip(" ,-–") if match else None


def sections(asked: Asked) -> str | None:
    """Labelled sections, to the end of the request; not voices, which have S and T too."""
    if asked.says(r"\b[ST]\s?:\s?[A-G]"):
        return None
    return asked.search(_SECTIONS)


def rhythm(asked: Asked) -> str | None:
    """A rhythm of equal steps, where the request is about one."""
    named = asked.search(*_UNMISTAKABLE)
    if named is None and grid(Asked(asked.text)) is None:
        named = asked.search(_STRUCK)
    about = asked.says(_ABOUT_RHYTHM) or any(p.fullmatch(asked.text.strip()) for p in _RHYTHM)
    said = named or (asked.search(*_RHYTHM) if about else None)
    return re.sub(r"\s(?:evenly|equally|spread|distributed|placed)\b", "", said) if said else None


def drum(asked: Asked) -> str | None:
    """The drum that plays a rhythm."""
    names = one_of(name for each, _, others in DRUMS for name in (each, *others) if len(name) > 2)
    return asked.search(names)


def tonic(asked: Asked) -> str | None:
    """The note that a scale is to be named from."""
    return asked.search(_TONIC)
