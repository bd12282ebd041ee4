"""Says of arguments that were read whether their tool would refuse them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from tools.music.chord_text import read_chord
from tools.music.filling.asked import readable
from tools.music.interval_text import read_interval
from tools.music.line_text import read_line
from tools.music.music_text import read_chords, read_music, read_notes
from tools.music.pitch import MusicError
from tools.music.scale import read_scale
from tools.music.transposition import by_request


def _sounding(text: str) -> None:
    """Read the notes of a chord: one by itself is none.

    Raises:
        MusicError: a word is no note, or there is one note only.
    """
    if len(read_notes(text)) < 2:
        raise MusicError(f"{text} is one note, and a chord has two at least")


_CHORD = {"chord": read_chord}
_READ: Mapping[str, Mapping[str, Callable[[str], object]]] = {
    "spell_chord": _CHORD,
    "scales_for_chord": _CHORD,
    "invert_chord": _CHORD,
    "name_chord": {"notes": _sounding},
    "name_scale": {"notes": read_notes},
    "fits_range": {"notes": read_line},
    "spell_scale": {"scale": read_scale},
    "note_at_interval": {"note": read_notes, "interval": read_interval},
    "roman_numerals": {"chords": read_chords},
    "transpose": {"interval": lambda text: by_request(read_music("C E G"), text)},
}


def refuses(tool: str, arguments: Mapping[str, str]) -> bool:
    """Whether a tool cannot read what was read for it.

    >>> refuses("fits_range", {"notes": "Cmaj7#5"}), refuses("fits_range", {"notes": "C4 E6"})
    (True, False)
    """
    return any(
        name in arguments and not _readable(tool, name, arguments[name])
        for name in _READ.get(tool, {})
    )


@lru_cache(maxsize=256)
def _readable(tool: str, name: str, text: str) -> bool:
    return readable(text, _READ[tool][name])
