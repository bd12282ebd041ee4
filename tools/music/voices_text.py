"""Reading music in several voices: as lines (`S: C5 B4 …`) or as chords from the bottom up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from tools.music import line_text
from tools.music.line import Line
from tools.music.parts import BAR, Note, Texture, Voice, block, check_voices
from tools.music.pitch import MusicError, Pitch, read_pitch
from tools.music.text import plain_accidentals

LONGEST = 256
NAMES = {
    2: ("upper", "lower"),
    3: ("soprano", "alto", "bass"),
    4: ("soprano", "alto", "tenor", "bass"),
}
_LABELS = {
    "s": 0, "sop": 0, "soprano": 0, "upper": 0, "top": 0, "counterpoint": 0, "a": 1, "alto": 1,
    "t": 2, "tenor": 2, "b": 3, "bass": 3, "lower": 3, "bottom": 3, "cantus": 3,
}  # fmt: skip
_LABEL = re.compile(
    r"(?:^|(?<=[\s,;/|]))(?P<label>" + "|".join(sorted(_LABELS, key=len, reverse=True))
    + r")\s*(?:[:=]|(?:\bvoice\b|\bis\b|\bsings\b)\s*:?)\s*|"
    r"(?:^|(?<=[\s,;/|]))(?P<word>soprano|alto|tenor|bass|upper|lower)\s+(?=[A-Ga-gr~])",
    re.IGNORECASE,
)  # fmt: skip
_TOKEN = re.compile(
    r"(?:(?P<note>[A-Ga-g](?:##?|bb?|x)?-?\d?)|(?P<rest>r|z|rest|-))"
    r"(?::(?P<length>\d+/\d+|\d+(?:\.\d+)?|[whqes]\.?))?(?P<tie>~?)",
    re.IGNORECASE,
)
_APART = re.compile(r"(?<![A-Za-z])([A-Ga-g](?:##?|bb?)?)\s+(\d)\b(?!\s*[:/])")
_DOTTED = re.compile(r":[whqes]\.$")
_QUARTERS = re.compile(r"(?<=[\w#♯♭]):(\d+)(?![\d/.])")
# Where a voice begins when no octave is given (MIDI).
_MIDDLES = (72, 65, 57, 48)


def read_voices(text: str) -> Texture:
    """Read two to four voices.

    Lines are labelled (`S: … A: …`) or on lines of their own; chords are written from the bottom
    up between commas or bar lines. A note may have a length: `C5:h` (w h q e s, dots), `C5:1/8` of
    a whole note, or in quarter notes `C5:2`; `~` after it ties it to the next.

    >>> texture = read_voices("C3 G3 E4 C5, G2 G3 D4 B4")
    >>> [str(note.pitch) for note in texture.voices[0]], texture.names[0]
    (['C5', 'B4'], 'soprano')
    >>> read_voices("S: C5 B4 | C5:2; B: C3 G3 | C3:2").names
    ('upper', 'lower')

    Raises:
        MusicError: says what cannot be read and how to write it.
    """
    plain = _plain(text)
    if not plain:
        raise MusicError("no voices were given; write e.g. S: C5 B4 A: G4 G4 T: E4 D4 B: C3 G3")
    labelled = _by_label(plain)
    if labelled:
        return _lines(labelled)
    rows = [row.strip() for row in re.split(r"[\n;]+", plain) if row.strip(" |,")]
    if len(rows) > 1 and not _are_chords(rows):
        return _lines(rows)
    return _chords(plain)


def read_line(text: str, middle: int = _MIDDLES[0]) -> Voice:
    """Read one voice; notes without a length are quarters, or share a drawn bar of four beats.

    Notes without octaves begin near `middle` (MIDI) and go on by the smallest way.

    >>> [str(note.beats) for note in read_line("C5:2 D5 E5 | F5")]
    ['2', '1', '1', '4']
    """
    plain = _plain(text)
    voice = _read_row(plain, middle)
    check_voices([voice], ["voice"])
    return voice


def read_tune(text: str) -> tuple[Line, Voice]:
    """Read a melody with its meter, key and pickup where they are written.

    >>> line, voice = read_tune("3/4: D4 | G4:2 A4 | B4:h.")
    >>> str(line.pickup), [str(note.beats) for note in voice]
    ('1', ['1', '2', '1', '3'])

    Raises:
        MusicError: names what cannot be read, or the bar that is not full.
    """
    line = line_text.read_line(_QUARTERS.sub(r":\1/4", text))
    if len(line.notes) > LONGEST:
        raise MusicError(f"{len(line.notes)} notes are too many; give at most {LONGEST}")
    voice = tuple(Note(note.top, note.beats) for note in line.notes)
    check_voices([voice], ["melody"])
    return line, voice


def _plain(text: str) -> str:
    """Plain accidentals, octaves beside their letters, no punctuation; `q.` keeps its dot."""
    joined = _APART.sub(r"\1\2", plain_accidentals(text)).strip(" ?!\"'\n")
    return joined if _DOTTED.search(joined) else joined.rstrip(" .?!\"'")


def _by_label(text: str) -> list[str]:
    """Cut labelled lines and order them from the top voice down."""
    marks = list(_LABEL.finditer(text))
    if len(marks) < 2:
        return []
    rows = []
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        place = _LABELS[(mark["label"] or mark["word"]).lower()]
        end = after.start() if after else len(text)
        rows.append((place, text[mark.end() : end].strip(" ,;/\n")))
    if len({place for place, _ in rows}) < len(rows):
        raise MusicError("a voice is named twice; write one line each for S, A, T and B")
    return [row for _, row in sorted(rows)]


def _are_chords(rows: Sequence[str]) -> bool:
    """True where rows are chords: each rises from a bass note by more than an octave."""
    for row in rows:
        if "|" in row or ":" in row:
            return False
        notes = [_pitch(item) for item in re.split(r"[\s,]+", row) if item]
        known = [note for note in notes if note is not None and note.octave is not None]
        if not 2 <= len(known) == len(notes) <= 4:
            return False
        if [n.midi for n in known] != sorted(n.midi for n in known):
            return False
        if known[-1].midi - known[0].midi < 10:
            return False
    return True


def _pitch(item: str) -> Pitch | None:
    try:
        return read_pitch(item)
    except MusicError:
        return None


def _lines(rows: Sequence[str]) -> Texture:
    if not 2 <= len(rows) <= 4:
        raise MusicError(f"{len(rows)} lines were given; write 2 to 4 voices")
    middles = [_MIDDLES[place * 3 // (len(rows) - 1)] for place in range(len(rows))]
    voices = [_read_row(row, middle) for row, middle in zip(rows, middles, strict=True)]
    heights = [_height(voice) for voice in voices]
    if heights[0] < heights[-1]:
        voices.reverse()
    names = NAMES[len(voices)]
    check_voices(voices, names)
    bar = _bar(rows[0], voices[0])
    return Texture(tuple(voices), names, bar)


def _bar(row: str, voice: Voice) -> Fraction:
    """The beats of the first drawn bar, or four."""
    if "|" not in row.strip(" |"):
        return BAR
    first = row.strip(" |").split("|")[0]
    beats = sum((note.beats for note in voice[: len(_tokens(first))]), Fraction(0))
    return beats if beats.denominator <= 2 else BAR


def _read_row(row: str, middle: int) -> Voice:
    parts = [part for part in row.strip(" |").split("|") if part.strip(" ,")]
    drawn = len(parts) > 1
    notes: list[Note] = []
    hangs = False
    for part in parts:
        found = _tokens(part)
        sized = any(match["length"] for match in found)
        share = BAR / len(found) if drawn and not sized and found else Fraction(1)
        if share.denominator == 3:
            share = Fraction(1)  # three or six notes: a bar of three beats or of six
        for match in found:
            tied = bool(notes) and hangs
            notes.append(replace(_note(match, share), tied=tied))
            hangs = bool(match["tie"])
    if not notes:
        raise MusicError("a voice has no notes; write e.g. C5 B4 C5")
    if len(notes) > LONGEST:
        raise MusicError(f"{len(notes)} notes in a voice are too many; give at most {LONGEST}")
    return _with_octaves(notes, middle)


def _tokens(part: str) -> list[re.Match[str]]:
    found = []
    for item in re.split(r"[\s,]+", part.strip(" ,")):
        match = _TOKEN.fullmatch(item)
        if match is None:
            raise MusicError(
                f"cannot read {item!r} as a note; write letter, octave and, if needed, a length: "
                "C5 or C5:h, r for a rest"
            )
        found.append(match)
    return found


def _note(match: re.Match[str], share: Fraction) -> Note:
    pitch = read_pitch(match["note"]) if match["note"] else None
    return Note(pitch, _beats(match["length"]) if match["length"] else share)


def _beats(said: str) -> Fraction:
    """Read a length: a letter, quarter notes, or a fraction of a whole note."""
    letter = line_text.LETTERS.get(said[0].lower())
    if letter is not None:
        return letter * (Fraction(3, 2) if said.endswith(".") else 1)
    try:
        return Fraction(said) * (4 if "/" in said else 1)
    except ZeroDivisionError:
        raise MusicError(f"cannot read {said!r} as a length; write e.g. h, 2 or 1/8") from None


def _with_octaves(notes: Sequence[Note], middle: int) -> Voice:
    """Give octaves to notes without one: the nearest to the note before."""
    placed: list[Note] = []
    last = middle
    for note in notes:
        pitch = note.pitch
        if pitch is not None and pitch.octave is None:
            options = [pitch.at(octave) for octave in range(1, 7)]
            pitch = min(options, key=lambda option: abs(option.midi - last))
        if pitch is not None:
            last = pitch.midi
        placed.append(replace(note, pitch=pitch))
    return tuple(placed)


def _height(voice: Voice) -> float:
    heights = [note.pitch.midi for note in voice if note.pitch is not None]
    return sum(heights) / len(heights) if heights else 0.0


def _chords(text: str) -> Texture:
    bars = [part for part in text.split("|") if part.strip(" ,;\n")]
    chords: list[tuple[Pitch, ...]] = []
    beats: list[Fraction] = []
    for part in bars:
        rows = [row for row in re.split(r"[,;\n()\[\]]+", part) if row.strip()]
        if len(rows) == 1:
            rows = _fours(rows[0])
        chords += [_chord(row) for row in rows]
        beats += [BAR / len(rows) if len(bars) > 1 else Fraction(1)] * len(rows)
    if len(chords) > LONGEST:
        raise MusicError(f"{len(chords)} chords are too many; give at most {LONGEST}")
    counts = {len(chord) for chord in chords}
    if not chords:
        raise MusicError("no chords were given; write e.g. C3 G3 E4 C5, G2 G3 D4 B4")
    if len(counts) > 1 or not counts <= set(NAMES):
        raise MusicError(
            "every chord needs the same 2 to 4 notes, written from the bass up and with octaves: "
            "C3 G3 E4 C5, G2 G3 D4 B4"
        )
    voices = block(chords, beats)
    names = NAMES[len(voices)]
    check_voices(voices, names)
    return Texture(voices, names)


def _fours(row: str) -> list[str]:
    items = row.split()
    if len(items) > 4 and len(items) % 4 == 0:
        return [" ".join(items[place : place + 4]) for place in range(0, len(items), 4)]
    return [row]


def _chord(row: str) -> tuple[Pitch, ...]:
    notes = [_pitch(item) for item in row.split()]
    if not notes or any(note is None or note.octave is None for note in notes):
        raise MusicError(
            f"cannot read {row.strip()!r} as a chord with octaves; write the notes from the bass "
            "up, e.g. C3 G3 E4 C5"
        )
    return tuple(note for note in notes if note is not None)
