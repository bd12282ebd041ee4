"""Frets as people write them (`x32010`) and the notes that they sound."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.music.pitch import MusicError, Pitch, usual_pitch
from tools.music.tunings import Tuning, read_tuning

HIGHEST_FRET = 24
_CAPO = re.compile(r"[,;]?\s*\(?\b(?:with\s+(?:a\s+)?)?capo\s*(?:at|on|:)?\s*(?:fret\s*)?(\d+)\)?")
_ONE = re.compile(r"\((\d{1,2})\)|([\dxo-])", re.IGNORECASE)

Frets = tuple[int | None, ...]


@dataclass(frozen=True)
class Fingering:
    """A fret for every string in playing order (None: not played), above a capo."""

    frets: Frets
    tuning: Tuning
    capo: int = 0

    @property
    def text(self) -> str:
        """The frets as they are written.

        >>> read_fingering("x-3-2-0-1-0").text, read_fingering("10 12 12 11 10 10").text
        ('x32010', '10-12-12-11-10-10')
        """
        signs = ["x" if fret is None else str(fret) for fret in self.frets]
        return ("" if max(map(len, signs)) == 1 else "-").join(signs)

    @property
    def sounding(self) -> tuple[tuple[int, Pitch], ...]:
        """String number (0 is the first written) and sounding pitch of each played string."""
        return tuple(
            (place, usual_pitch(string.midi + fret + self.capo))
            for place, (string, fret) in enumerate(
                zip(self.tuning.strings, self.frets, strict=True)
            )
            if fret is not None
        )


def read_fingering(text: str, tuning: str = "") -> Fingering:
    """Read frets, lowest string first; `tuning` is a tuning, an instrument or the strings.

    >>> fingering = read_fingering("x32010")
    >>> " ".join(str(pitch) for _, pitch in fingering.sounding)
    'C3 E3 G3 C4 E4'
    >>> read_fingering("0003").tuning.title, read_fingering("x32010 capo 3").capo
    ('ukulele', 3)

    Raises:
        MusicError: the text is no row of frets, or has too many or too few.
    """
    capo = _CAPO.search(text.lower())
    body = _CAPO.sub("", text.lower()).strip(" .?!\"'|[]")
    frets = _cut(body, text)
    found = read_tuning("", tuning, len(frets))
    if len(frets) != len(found.strings):
        needed = len(found.strings)
        raise MusicError(
            f"{text!r} has {len(frets)} frets, but a {found.instrument} has {needed} strings; "
            f"write one sign for each string, lowest first, x where it is not played"
        )
    made = Fingering(frets, found, int(capo[1]) if capo else 0)
    if any(fret is not None and fret + made.capo > HIGHEST_FRET for fret in frets):
        raise MusicError(f"{text!r} goes beyond fret {HIGHEST_FRET}; separate frets by dashes")
    if all(fret is None for fret in frets):
        raise MusicError(f"no string is played in {text!r}; write frets such as x32010")
    return made


def _cut(body: str, text: str) -> Frets:
    words = re.split(r"[\s,;/|-]+", re.sub(r"[()]", " ", body).strip()) if body else []
    if len(words) > 1 and all(re.fullmatch(r"\d{1,2}|x|o|m", word) for word in words):
        return tuple(_fret(word) for word in words)
    compact = re.sub(r"\s+", "", body)
    signs = [group or single for group, single in _ONE.findall(compact)]
    if not signs or _ONE.sub("", compact):
        raise MusicError(
            f"cannot read {text!r} as frets; write one sign for each string, lowest first, e.g. "
            "x32010, or 8-10-10-9-8-8"
        )
    return tuple(_fret(sign) for sign in signs)


def _fret(sign: str) -> int | None:
    if sign in ("x", "m", "-"):
        return None
    return 0 if sign == "o" else int(sign)
