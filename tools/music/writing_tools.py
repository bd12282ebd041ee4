"""Tools that change or realise music: transposition, numerals, instruments, playing."""

from __future__ import annotations

from tools import Tool, ToolResult, tool
from tools.music.answers import musical, names, plural, spelled, symbols
from tools.music.capo import capo_chords
from tools.music.chord import Chord
from tools.music.chord_text import read_chord
from tools.music.instruments import read_instrument
from tools.music.key import read_key
from tools.music.key_finding import find
from tools.music.line_edit import edit
from tools.music.line_text import has_lengths, read_line, write_line
from tools.music.line_view import present_lines
from tools.music.music_text import Music, read_chords, read_music
from tools.music.numbers import read_inversion, read_tempo
from tools.music.pitch import MusicError
from tools.music.presentation import show, show_chords, show_if_playable
from tools.music.roman import analyse_all, realise
from tools.music.text import plain_accidentals, with_article
from tools.music.transposition import by_request, for_instrument, respelled


@tool
@musical
def transpose(music: str, interval: str) -> ToolResult:
    """Transpose notes, a chord or a progression, e.g. interval "up a fourth", "to G major"."""
    if has_lengths(music):
        return _transposed_line(music, interval)
    source = read_music(music)
    done = by_request(source, interval)
    lines = [f"{_written(source)} {done.words}: {_answer(done.music)}"]
    lines += _chord_lines(done.music)
    other = respelled(done.music)
    if other is not None:
        lines.append(f"The same sound, simpler to read: {_answer(other)}")
    return ToolResult("\n".join(lines), show_if_playable(done.music, _written(done.music)))


@tool
@musical
def roman_numerals(chords: str, key: str = "") -> ToolResult:
    """Give the Roman numerals of chords in a key, e.g. Dm7 G7 Cmaj7 in C major; without one, in
    the key that they are likely in."""
    progression = read_chords(chords)
    home = read_key(key) if key.strip() else find(Music("chords", chords=progression))
    numerals = " ".join(analyse_all(progression, home))
    return ToolResult(f"{symbols(progression)} in {home.name}: {numerals}")


@tool
@musical
def realize_numerals(numerals: str, key: str) -> ToolResult:
    """Give the chords that Roman numerals stand for in a key, e.g. ii V I in E flat major."""
    home = read_key(key)
    found = realise(numerals, home)
    chords = [numeral.chord for numeral in found]
    said = " ".join(numeral.text.replace("b", "♭").replace("#", "♯") for numeral in found)
    lines = [f"{said} in {home.name}: {symbols(chords)}", spelled(chords)]
    return ToolResult("\n".join(lines), show_chords(chords, f"{said} in {home.name}", key=home))


@tool
@musical
def invert_chord(chord: str, inversion: int | str) -> ToolResult:
    """Invert a chord, e.g. inversion 1, "first" or "root position"."""
    found = read_chord(chord)
    number = read_inversion(inversion)
    turned = Chord(found.root, found.quality).invert(number)
    text = f"{turned.symbol}: {names(turned.pitches)}\n{turned.name}"
    low = f"; {turned.bass.name} is in the bass." if turned.bass else "."
    return ToolResult(text + low, show_chords([turned], turned.symbol))


@tool
@musical
def transpose_for_instrument(music: str, instrument: str, given: str = "concert") -> ToolResult:
    """Write concert-pitch music for a transposing instrument, e.g. alto sax, horn in F; with
    given "written", say what a player's written notes sound."""
    source = read_music(music)
    player = read_instrument(instrument)
    back = given.strip().lower().startswith("writ")
    done = for_instrument(source, player, back=back)
    what = f"written for {player.name}, sounds as" if back else f"for {player.name}:"
    lines = [f"{_written(source)} {what} {_written(done)}"]
    distance = player.written
    if distance.semitones == 0:
        lines.append(f"{player.name} reads concert pitch: nothing changes.".capitalize())
    else:
        way = "below" if distance.descending else "above"
        lines.append(f"Its part is written {with_article(distance.name)} {way} what sounds.")
    return ToolResult("\n".join(lines), show_if_playable(done, _written(done)))


@tool
@musical
def tempo_delay(bpm: float | str) -> ToolResult:
    """Give note lengths and delay times in milliseconds at a tempo, e.g. 120 bpm."""
    tempo = read_tempo(bpm)
    quarter = 60_000 / tempo
    lengths = {"half": 2.0, "quarter": 1.0, "eighth": 0.5, "sixteenth": 0.25}

    def row(factor: float) -> str:
        return ", ".join(f"{n} {_ms(quarter * length * factor)}" for n, length in lengths.items())

    return ToolResult(
        f"{tempo:g} bpm: {row(1)}\n"
        f"Dotted: {row(1.5)}\nTriplet: {row(2 / 3)}\n"
        f"A bar of 4/4 lasts {_ms(quarter * 4)}; one beat is {tempo / 60:.3g} Hz."
    )


@tool
@musical
def show_music(music: str) -> ToolResult:
    """Engrave and play notes, chords or a progression, e.g. C4 E4 G4 or Dm7 | G7 | Cmaj7."""
    if has_lengths(music):
        line = read_line(music)
        text = f"{write_line(line)}\n({plural(len(line.pitches), 'note')}, ready to play)"
        return ToolResult(text, present_lines([line], "melody"))
    source = read_music(music)
    what = "note" if source.kind == "notes" else "chord"
    count = len(source.notes) or len(source.chords)
    lines = [f"{_written(source)}: {plural(count, what)}, engraved and ready to play"]
    lines += _chord_lines(source)
    return ToolResult("\n".join(lines), show(source, _written(source)))


def _transposed_line(melody: str, interval: str) -> ToolResult:
    """Move a melody with lengths; a bare key is one to go to."""
    try:
        asked = f"to {read_key(interval).name}"
    except MusicError:
        asked = interval if interval.lower().startswith("to ") else f"transpose {interval}"
    done = edit(read_line(melody), plain_accidentals(asked))
    text = f"{write_line(done.line)}\n({done.words})"
    return ToolResult(text, present_lines([done.line], done.words))


def _written(music: Music) -> str:
    return symbols(music.chords) or names(music.notes)


def _answer(music: Music) -> str:
    """The music, and the notes beside it where it is a single chord."""
    if len(music.chords) == 1:
        return f"{music.chords[0].symbol} ({names(music.chords[0].pitches)})"
    return _written(music)


def _chord_lines(music: Music) -> list[str]:
    return [spelled(music.chords)] if len(music.chords) > 1 else []


def _ms(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") + " ms"


WRITING_TOOLS: tuple[Tool, ...] = (
    transpose,
    roman_numerals,
    realize_numerals,
    invert_chord,
    transpose_for_instrument,
    capo_chords,
    tempo_delay,
    show_music,
)
