"""The formats, by name: one `CodeFormat` each, over the readers and writers beside it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.music.codes.model import Piece
from tools.music.codes.mxl import is_zip
from tools.music.codes.problems import Problem, Reading, UnreadableError
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean


@dataclass(frozen=True)
class CodeFormat:
    """A format over a reader and a writer, named `module:function` and loaded when used."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    mime: str
    reader: str
    writer: str
    covers: str
    options: tuple[Any, ...] = ()

    def check(self, code: str | bytes) -> list[Problem]:
        """Return what is wrong, in the order of the text."""
        return self.read(code).problems

    def read(self, code: str | bytes) -> Reading:
        """Read a code. What cannot be read at all, or is too large, is a problem too."""
        try:
            found: Reading = self._function(self.reader)(code, *self.options)
            return found
        except UnreadableError as stop:
            return Reading([stop.problem])
        except MusicError as stop:
            return Reading([Problem(0, 0, None, str(stop))])

    def write(self, piece: Piece) -> bytes:
        """Write music.

        Raises:
            MusicError: the format has no way to say it.
        """
        made: str | bytes = self._function(self.writer)(piece)
        return made.encode() if isinstance(made, str) else made

    def _function(self, named: str) -> Callable[..., Any]:
        module, _, function = named.partition(":")
        found: Callable[..., Any] = getattr(
            importlib.import_module(f"tools.music.codes.{module}"), function
        )
        return found


ABC = CodeFormat(
    "abc", "ABC", (".abc",), "text/vnd.abc", "abc_reader:read_abc", "abc_writer:write_abc",
    "one tune: voices, keys and modes, meters, accidentals, chords, ties, tuplets, broken rhythm, "
    "repeats, endings, chord symbols. Not: grace notes, lyrics, voice overlays, macros",
)  # fmt: skip
LILYPOND = CodeFormat(
    "lilypond", "LilyPond", (".ly",), "text/x-lilypond", "lilypond_reader:read_lilypond",
    "lilypond_writer:write_lilypond",
    "notes in nederlands, english and deutsch, relative, absolute and fixed octaves, chords, "
    "\\chordmode, tuplets, repeats, variables, staves and voices. Not: Scheme (never run), lyrics, "
    "drums, figured bass, layout",
)  # fmt: skip
MUSICXML = CodeFormat(
    "musicxml", "MusicXML", (".musicxml", ".xml", ".mxl"),
    "application/vnd.recordare.musicxml+xml", "musicxml_reader:read_musicxml",
    "musicxml_writer:write_musicxml",
    "partwise scores, plain or .mxl: parts, staves, voices, chords, ties, tuplets, repeats, "
    "endings, harmony. Not: timewise scores, grace and cue notes, transposing parts",
)  # fmt: skip
MIDI = CodeFormat(
    "midi", "MIDI", (".mid", ".midi"), "audio/midi", "midi_reader:read_midi",
    "midi_writer:write_midi",
    "formats 0 to 2, put on a grid down to 24 parts of a quarter and spelled in their key. Not: "
    "SMPTE time, changes of tempo, controllers, more than four voices at once in a channel",
)  # fmt: skip
CSOUND = CodeFormat(
    "csound", "Csound", (".csd", ".sco"), "text/x-csound", "csound:read_csound",
    "csound:write_csound",
    "score statements with carried fields, instruments and the p-fields that they read. Not: "
    "compiling the orchestra, macros, includes, score loops and expressions",
)  # fmt: skip
SONIC_PI = CodeFormat(
    "sonic-pi", "Sonic Pi", (".rb",), "text/x-ruby", "sonic_pi_reader:read_sonic_pi",
    "sonic_pi_writer:write_sonic_pi",
    "written-out notes, chords, patterns, drum samples and waits in threads, loops and effects. "
    "Not: variables, conditions, functions, chance; nothing is run",
)  # fmt: skip
STRUDEL = CodeFormat(
    "strudel", "Strudel", (".js",), "text/javascript", "mini_reader:read_mini",
    "mini_writer:write_strudel",
    "mini-notation alone or in code: groups, < >, { }%, * / ! @ _ ? (k,n), ranges, chords. Not: "
    "functions that change patterns (.fast, .rev, ...), chance; nothing is run",
    (4,),
)  # fmt: skip
TIDAL = CodeFormat(
    "tidal", "TidalCycles", (".tidal",), "text/x-haskell", "mini_reader:read_mini",
    "mini_writer:write_tidal", STRUDEL.covers, (5,),
)  # fmt: skip
KERN = CodeFormat(
    "kern", "Humdrum", (".krn", ".kern"), "text/plain", "kern_reader:read_kern",
    "kern_writer:write_kern",
    "**kern spines that split and join, chords, ties, tuplets, repeats, slurs, articulations. Not: "
    "other spines, grace notes, labels of sections, dynamics, changes of tempo",
)  # fmt: skip
FORMATS: tuple[CodeFormat, ...] = (
    ABC, LILYPOND, MUSICXML, MIDI, CSOUND, SONIC_PI, STRUDEL, TIDAL, KERN
)  # fmt: skip
_NAMES = {
    "abc notation": ABC, "ly": LILYPOND, "lily pond": LILYPOND, "lily": LILYPOND, "xml": MUSICXML,
    "music xml": MUSICXML, "mxl": MUSICXML, "mid": MIDI, "smf": MIDI, "midi file": MIDI,
    "csd": CSOUND, "sco": CSOUND, "c sound": CSOUND, "sonicpi": SONIC_PI, "rb": SONIC_PI,
    "ruby": SONIC_PI, "tidal cycles": TIDAL, "tidalcycles": TIDAL, "mini": STRUDEL,
    "mini notation": STRUDEL, "mininotation": STRUDEL, "js": STRUDEL,
    "strudel mini notation": STRUDEL, "tidal mini notation": TIDAL, "musescore": MUSICXML,
    "finale": MUSICXML, "sibelius": MUSICXML, "dorico": MUSICXML, "ableton": MIDI, "logic": MIDI,
    "cubase": MIDI, "reaper": MIDI, "garageband": MIDI, "bitwig": MIDI, "daw": MIDI,
    "krn": KERN, "**kern": KERN, "humdrum kern": KERN,
}  # fmt: skip
_WORDS = re.compile(r"\b(?:a|an|the|in|to|as|code|file|format|score|notation|please)\b")


def read_format(text: str) -> CodeFormat:
    """Read a format's name, or a file's ending.

    >>> read_format("ABC notation").name, read_format(".mid").name, read_format("Sonic Pi").name
    ('abc', 'midi', 'sonic-pi')

    Raises:
        MusicError: it is none, with the nearest that there is.
    """
    plain = re.sub(r"[\s._-]+", " ", text.lower()).strip()
    short = " ".join(_WORDS.sub(" ", plain).split())
    known = {found.name.replace("-", " "): found for found in FORMATS} | _NAMES
    known |= {found.title.lower(): found for found in FORMATS}
    for name in (plain, short, plain.replace(" ", "")):
        if name in known:
            return known[name]
    listed = ", ".join(found.title for found in FORMATS)
    near = did_you_mean(plain, known)
    raise MusicError(f"unknown format {text!r};{near or ''} the formats are {listed}")


def by_file(name: str, data: bytes) -> CodeFormat:
    """Tell a file's format, from what is in it before its name.

    Raises:
        MusicError: it is none of the formats.
    """
    if data[:4] == b"MThd":
        return MIDI
    if is_zip(data):
        return MUSICXML
    head = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<CsoundSynthesizer" in head or b"<CsScore" in head:
        return CSOUND
    if head[:5] in (b"<?xml", b"<scor", b"<!DOC") or b"<score-" in head:
        return MUSICXML
    if re.search(rb"(?m)^\*\*kern\b", head):
        return KERN
    found = next((f for f in FORMATS if name.lower().endswith(f.suffixes)), None)
    if found is not None:
        return found
    if re.search(rb"(?m)^X:", head) and re.search(rb"(?m)^K:", data):
        return ABC
    if re.search(rb"\\(?:version|relative|score|new)\b", head):
        return LILYPOND
    raise MusicError(
        f"{name!r} is no music file that is read; send .mid, .musicxml, .abc, .ly, .krn, .csd "
        "or .rb"
    )
