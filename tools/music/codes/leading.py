"""The voice leading of a score: its parts as voices, checked with bar, beat and notes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tools import Artifact, ToolResult
from tools.music.answers import plural
from tools.music.codes.model import Part, Piece, Sound
from tools.music.codes.showing import show_piece
from tools.music.codes.summary import key_of
from tools.music.key import Key
from tools.music.parts import Note, Texture, Voice, check_voices, four_part
from tools.music.parts_show import present_parts
from tools.music.pitch import MusicError, Pitch
from tools.music.voice_leading import Finding, check, tell
from tools.music.voices_text import NAMES

MOST_TOLD = 24
_ASKED = re.compile(
    r"\b(?:voice[\s-]?leading|part[\s-]?writing|parallels?|parallel (?:fifths|octaves))\b", re.I
)


def asks_for_it(request: str) -> bool:
    """Tell whether a request about a score is to check its voice leading.

    >>> asks_for_it("check the voice leading"), asks_for_it("up a step")
    (True, False)
    """
    return bool(_ASKED.search(request))


def check_leading(piece: Piece) -> ToolResult:
    """Check the parts of a score as two to four voices; broken rules are red in the picture.

    Raises:
        MusicError: there are not two to four voices, or the meter changes.
    """
    texture = texture_of(piece)
    key = key_of(piece)
    found = check(texture, key)
    head = f"{piece.title or 'The score'}: {plural(len(texture.voices), 'voice')}"
    lines = [f"{head}{f' in {key.name}' if key else ''}, {plural(len(found), 'finding')}"]
    lines += [tell(each, texture) for each in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        lines.append(f"and {len(found) - MOST_TOLD} more.")
    if not found:
        lines.append("Parallels, spacing, crossing, leading tones and sevenths are right.")
    return ToolResult("\n".join(lines), _shown(piece, texture, key, found))


def texture_of(piece: Piece) -> Texture:
    """Return the parts of a score as voices, in its order from the top, repeats not played out.

    Raises:
        MusicError: there are not two to four voices, or the meter changes.
    """
    parts = [part for part in piece.parts if not part.percussion and any(part.pitches)]
    full = {bar.full for part in parts for bar in part.bars}
    if len(full) > 1:
        raise MusicError("the meter changes; check a passage in one meter, e.g. bars 1 to 8")
    rows = [(name, voice) for part in parts for name, voice in _voices(part)]
    if not 2 <= len(rows) <= 4:
        raise MusicError(
            f"voice leading is checked of 2 to 4 voices, and the score has {len(rows)}; send the "
            "parts that belong together"
        )
    longest = max(_length(voice) for _, voice in rows)
    voices = tuple(_filled(voice, longest) for _, voice in rows)
    names = [name for name, _ in rows]
    if not all(names) or len(set(names)) < len(names):
        names = list(NAMES[len(rows)])
    first = piece.first
    offset = first.full - first.length if 0 < first.length < first.full else Fraction(0)
    return Texture(voices, tuple(names), next(iter(full)), offset)


def _voices(part: Part) -> Iterator[tuple[str, Voice]]:
    """A part is one voice, or as many as each of its chords has notes."""
    sizes = {len(sound.pitches) for sound in part.sounds if sound.pitches}
    if len(sizes) > 1:
        raise MusicError(
            f"{part.name or 'a part'} has chords of {', '.join(map(str, sorted(sizes)))} notes; "
            "voice leading is checked of single voices, each in a part of its own"
        )
    (size,) = sizes
    for place in range(size):
        name = part.name.lower() if part.name.lower() in NAMES[4] else part.name
        yield (name if size == 1 else ""), tuple(_line(part, place))


def _line(part: Part, place: int) -> Iterator[Note]:
    held: Pitch | None = None
    for sound in part.sounds:
        pitch = _ordered(sound)[place] if sound.pitches else None
        yield Note(pitch, sound.length, pitch is not None and pitch == held)
        held = pitch if pitch in sound.tied else None


def _ordered(sound: Sound) -> list[Pitch]:
    return sorted(sound.pitches, key=lambda pitch: -pitch.semitones)


def _length(voice: Voice) -> Fraction:
    return sum((note.beats for note in voice), Fraction(0))


def _filled(voice: Voice, longest: Fraction) -> Voice:
    short = longest - _length(voice)
    return (*voice, Note(None, short)) if short else voice


def _shown(
    piece: Piece, texture: Texture, key: Key | None, found: Sequence[Finding]
) -> tuple[Artifact, ...]:
    """Engrave the voices with the notes of findings in red; a score that is too odd, as it is."""
    marked = frozenset((voice, each.start) for each in found for voice in each.voices)
    with contextlib.suppress(MusicError):
        check_voices(texture.voices, texture.names)
        score = four_part(
            piece.title or "Voice leading", texture.voices, fifths=key.printed_fifths if key else 0,
            bar=texture.bar, offset=texture.offset, marked=marked,
        )  # fmt: skip
        return present_parts(score)
    return show_piece(piece)
