"""Reading LilyPond's commands that say how the notes are meant: keys, meters, tuplets, repeats."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from tools.music.codes import marks_reading
from tools.music.codes.lilypond_base import Stream
from tools.music.codes.lilypond_lexer import Token
from tools.music.codes.lilypond_notes import LilyPondNotes
from tools.music.codes.lilypond_words import LANGUAGES, note_name
from tools.music.codes.limits import TooLargeError
from tools.music.codes.model import bounded_tempo
from tools.music.interval import between
from tools.music.key import fifths_of
from tools.music.pitch import Pitch, pitch_of
from tools.music.scale_types import MODE_FIFTHS

_MODES = ("major", "minor", "ionian", "dorian", "phrygian", "lydian", "mixolydian", "aeolian",
          "locrian")  # fmt: skip
_MOST_CHANGES = 1000


class LilyPondCommands(LilyPondNotes):
    """Reads commands; each method is one command's."""

    def _do_relative(self, token: Token, stream: Stream | None) -> None:
        keep = replace(self._state)
        self._state.mode, self._state.reference = "relative", pitch_of("F", 0, 3)
        if self._peek().kind == "word" and (named := note_name(self._peek().text, self._language)):
            self._next()
            self._state.mode = "absolute"
            self._state.reference = self._pitch(named)
            self._state.mode = "relative"
        self._music(stream)
        self._state = replace(keep, length=self._state.length, last=self._state.last)

    def _do_absolute(self, token: Token, stream: Stream | None) -> None:
        keep = self._state.mode
        self._state.mode = "absolute"
        self._music(stream)
        self._state.mode = keep

    def _do_fixed(self, token: Token, stream: Stream | None) -> None:
        keep = replace(self._state)
        named = note_name(self._next().text, self._language) or ("C", 0)
        self._state.mode = "absolute"
        self._state.reference = self._pitch(named)
        self._state.mode = "fixed"
        self._music(stream)
        self._state = replace(keep, length=self._state.length, last=self._state.last)

    def _do_transpose(self, token: Token, stream: Stream | None) -> None:
        keep = self._state.mode, self._state.moved
        self._state.mode = "absolute"
        ends = []
        for _ in range(2):
            named = note_name(self._next().text, self._language)
            ends.append(self._pitch(named or ("C", 0)))
        self._state.mode = keep[0]
        self._state.moved = (between(ends[0], ends[1]), *keep[1])
        self._music(stream)
        self._state.moved = keep[1]

    def _do_key(self, token: Token, stream: Stream | None) -> None:
        tonic = self._next()
        named = note_name(tonic.text, self._language)
        mode = self._next().text[1:]
        if named is None or mode not in _MODES:
            self._bad(
                tonic, f"cannot read \\key {tonic.text} {mode}", "write \\key g \\major", stream
            )
            return
        fifths = fifths_of(Pitch(*named)) + MODE_FIFTHS[mode]
        if abs(fifths) > 7:
            self._bad(tonic, f"a key of {abs(fifths)} accidentals", "write its enharmonic", stream)
            return
        self._mode = self._mode or mode
        self._signatures.append((stream.now if stream else Fraction(), fifths))

    def _do_time(self, token: Token, stream: Stream | None) -> None:
        # `\time 3,2 5/8` tells how the beats are grouped, which is not kept.
        while self._peek().text.isdecimal() or self._peek().text == ",":
            self._next()
        said = self._next()
        match = re.fullmatch(r"(\d{1,2})/(1|2|4|8|16|32|64)", said.text)
        if match is None or match[1] in ("0", "00"):
            self._bad(said, f"cannot read the meter {said.text!r}", "write \\time 3/4", stream)
            return
        if len(self._meters) > _MOST_CHANGES:
            raise TooLargeError(f"more than {_MOST_CHANGES} changes of meter; write fewer")
        self._meters.append((stream.now if stream else Fraction(), (int(match[1]), int(match[2]))))

    def _do_tempo(self, token: Token, stream: Stream | None) -> None:
        if self._peek().kind == "string":
            swings = marks_reading.asks_for_swing(self._next().text)
            self._piece = replace(self._piece, swing=self._piece.swing or swings)
        if self._peek().kind != "number":
            return
        beat = self._length_beside()
        if self._take("=") and self._peek().kind == "number":
            tempo = float(beat * int(self._next().text.split("/")[0][:5]))
            if stream is not None and stream.now > 0:
                stream.marks += (marks_reading.of_tempo(tempo),)
            else:
                self._piece = replace(self._piece, tempo=bounded_tempo(tempo))
            if self._peek().text == "-" and self._peek(1).kind == "number":
                self._next(), self._next()

    def _do_partial(self, token: Token, stream: Stream | None) -> None:
        length = self._length_beside()
        if stream is not None:
            self._whole_bars(stream, Fraction())
        if stream is None or stream.now == stream.bar_start:
            self._shorts[stream.now if stream else Fraction()] = length
        else:
            self._bad(token, "\\partial inside of a bar", "write it where the bar begins", stream)

    def _do_tuplet(self, token: Token, stream: Stream | None) -> None:
        said = self._next()
        match = re.fullmatch(r"(\d{1,3})/(\d{1,3})", said.text)
        if match is None or not int(match[1]) or not int(match[2]):
            self._bad(said, f"cannot read \\tuplet {said.text}", "write \\tuplet 3/2 { c8 d e }")
            return
        if self._peek().kind == "number":
            self._length_beside()
        ratio = Fraction(int(match[2]), int(match[1]))
        self._scaled(ratio if token.text == "\\tuplet" else 1 / ratio, stream)

    _do_times = _do_tuplet

    def _scaled(self, ratio: Fraction, stream: Stream | None) -> None:
        keep = self._state.scale
        self._state.scale = keep * ratio
        self._music(stream)
        self._state.scale = keep

    def _do_repeat(self, token: Token, stream: Stream | None) -> None:
        kind, count = self._next().text.strip('"'), self._next().text
        if not count.isdigit() or not 0 < int(count[:4]) <= 200:
            self._bad(token, "a repeat without a number", "write \\repeat volta 2 { ... }", stream)
            return
        voice = self._voice(stream)
        body, times = self._at, int(count)
        self._music(voice)
        after = self._at
        endings = self._endings()
        end = self._at
        for turn in range(times):
            if turn:
                self._at = body
                self._music(voice)
            if endings:
                self._at = endings[max(0, len(endings) - times + turn) if turn else 0]
                self._music(voice)
        self._at = end if endings else after
        if kind != "unfold":
            self._reading.pass_over("repeat signs: repeats are written out")

    def _endings(self) -> list[int]:
        """Return where the music of each alternative begins; pass over them all."""
        if not self._take("\\alternative") or not self._take("{"):
            return []
        found = []
        while not self._take("}") and self._peek().kind != "end":
            found.append(self._at)
            self._skip_block()
        return found

    def _do_language(self, token: Token, stream: Stream | None) -> None:
        said = self._next().text.strip('"')
        if said in LANGUAGES:
            self._language = said
        else:
            self._bad(token, f"note names in {said} are not read", f"use {', '.join(LANGUAGES)}")

    def _do_version(self, token: Token, stream: Stream | None) -> None:
        if self._peek().kind == "string":
            self._next()
        else:
            self._bad(token, "\\version without a text", 'write \\version "2.24.0"')

    def _do_include(self, token: Token, stream: Stream | None) -> None:
        said = self._next().text.strip('"')
        if said.removesuffix(".ly") in LANGUAGES:
            self._language = said.removesuffix(".ly")
        else:
            self._bad(token, f"\\include {said} is not read", "put the music into this text")

    def _do_score(self, token: Token, stream: Stream | None) -> None:
        opened = self._next()
        if opened.text != "{":
            self._bad(opened, f"{token.text} without {{", f"write {token.text} {{ ... }}")
            return
        while not self._take("}"):
            if self._peek().kind == "end":
                raise self._stop(opened, "this { is never closed", "close it with }")
            self._music(None)

    _do_book = _do_bookpart = _do_score

    def _do_skip(self, token: Token, stream: Stream | None) -> None:
        self._sound(token, self._voice(stream), ())
