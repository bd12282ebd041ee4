"""Reading LilyPond: notes, chords, lengths, keys, meters, voices, repeats and variables.

Scheme, layout, lyrics, drums and figured bass are passed over; nothing of the text is run.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tools.music.codes import marks_reading
from tools.music.codes.bars import cut, same_length
from tools.music.codes.lilypond_base import State, Stream
from tools.music.codes.lilypond_commands import LilyPondCommands
from tools.music.codes.lilypond_lexer import Token
from tools.music.codes.lilypond_words import COMMANDS, QUIET, note_name
from tools.music.codes.limits import DEEPEST, TooLargeError, check_size
from tools.music.codes.model import Part, Sound
from tools.music.codes.problems import Reading, UnreadableError, quarters, text_of
from tools.music.pitch import Pitch
from tools.music.text import did_you_mean

_SETTINGS = ("header", "layout", "midi", "paper", "with")
_WORDS_ONLY = ("addlyrics", "lyricmode", "lyricsto", "lyrics", "figuremode", "figures", "drummode",
               "drums", "markup", "markuplist")  # fmt: skip
_GRACES = ("grace", "acciaccatura", "appoggiatura", "slashedGrace")
_OWN = frozenset(
    name.removeprefix("_do_") for name in vars(LilyPondCommands) if name.startswith("_do_")
)


class LilyPondReader(LilyPondCommands):
    """Reads one text. Variables are read again wherever they are named."""

    def read(self) -> Reading:
        """Return the music with its problems.

        Raises:
            TooLargeError: it has too many notes, or nests too deeply.
        """
        if self._lexed.scheme:
            self._reading.pass_over("Scheme (#...): it is never run")
        try:
            while self._peek().kind != "end":
                self._top()
        except UnreadableError as stop:
            self._reading.problems.append(stop.problem)
        self._finish()
        return self._reading

    def _top(self) -> None:
        token = self._peek()
        if token.kind == "word" and self._peek(1).text == "=":
            self._next(), self._next()
            start = self._at
            self._skip_value()
            self._variables[token.text] = (start, self._at)
        elif token.text in ("}", ">>"):
            raise self._stop(token, f"this {token.text} closes nothing", "remove it")
        else:
            self._music(None)

    def _skip_value(self) -> None:
        """Pass over a variable's value: a text, a number, or music with what stands before it."""
        if self._peek().kind in ("string", "number"):
            self._next()
            return
        if self._peek().text in ("{", "<<"):
            self._skip_block()
            return
        while self._peek().kind != "end":
            if self._peek().text in ("{", "<<"):
                self._skip_block()
                break
            if self._peek().kind == "word" and self._peek(1).text == "=":
                break
            self._next()
        while self._peek().text in ("\\alternative", "\\addlyrics"):
            self._next()
            self._skip_block()

    def _music(self, stream: Stream | None) -> None:
        """Read one piece of music into a voice; a new one where there is none yet."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooLargeError(f"music is nested more than {DEEPEST} deep; write it flatter")
        token = self._next()
        if token.text == "{":
            self._sequence(token, self._voice(stream))
        elif token.text == "<<":
            self._simultaneous(token, stream)
        elif token.kind == "command":
            self._command(token, stream)
        elif token.text == "<":
            self._chord(token, self._voice(stream))
        elif token.kind == "word":
            self._word(token, self._voice(stream))
        elif token.text == "|":
            self._bar_check(token, self._voice(stream))
        elif token.text == "~":
            self._tie(self._voice(stream))
        elif token.kind == "number":
            self._bad(
                token, f"the number {token.text} has no note", "write a note before it", stream
            )
        elif token.text in ("(", ")"):
            self._slur(token, self._voice(stream))
        elif token.kind == "sign":
            self._sign(token, self._voice(stream))
        elif token.kind == "string" or token.text in "[]!?":
            pass
        elif token.kind != "end":
            self._bad(token, f"{token.text!r} has no meaning here", "remove it", stream)
        self._depth -= 1

    def _sequence(self, opened: Token, stream: Stream) -> None:
        while not self._take("}"):
            if self._peek().kind == "end":
                raise self._stop(opened, "this { is never closed", "close it with }")
            if self._peek().text == ">>":
                raise self._stop(self._peek(), ">> where } was expected", "close { with }")
            self._music(stream)

    def _simultaneous(self, opened: Token, stream: Stream | None) -> None:
        start = stream.now if stream else Fraction()
        first, before = stream, replace(self._state)
        used = False
        while not self._take(">>"):
            if self._peek().kind == "end":
                raise self._stop(opened, "this << is never closed", "close it with >>")
            if self._take("\\\\"):
                continue
            if self._peek().text == "}":
                raise self._stop(self._peek(), "} where >> was expected", "close << with >>")
            target = first
            if self._peek().text in ("{", "<<", "\\relative", "\\transpose") and used:
                target = self._second(stream, start)
                self._state = replace(before)
            used = used or self._peek().text in ("{", "<<", "\\relative", "\\transpose")
            self._music(target)

    def _second(self, stream: Stream | None, start: Fraction) -> Stream:
        fresh = Stream(stream.name if stream else "", now=start, bar_start=start)
        if start:
            fresh.sounds.append(Sound(start))
            fresh.bar, fresh.bar_start = stream.bar if stream else 1, start
        self._streams.append(fresh)
        return fresh

    def _command(self, token: Token, stream: Stream | None) -> None:
        name = token.text[1:]
        method = getattr(self, f"_do_{name.lower()}", None) if name in _OWN else None
        if method is not None:
            method(token, stream)
        elif name in _SETTINGS:
            self._header() if name == "header" else self._skip_block()
        elif name in _WORDS_ONLY:
            self._pass_over_words(name)
        elif name in _GRACES:
            self._reading.pass_over("grace notes")
            self._aside()
        elif name in ("new", "context"):
            self._new(stream)
        elif name in ("chordmode", "chords"):
            self._chord_names(stream)
        elif name in self._variables:
            self._variable(name, stream)
        elif name in ("override", "set", "tweak", "revert", "unset"):
            self._setting(name)
        elif name in QUIET:
            if stream is not None:
                stream.mark(marks_reading.of_lilypond(name))
            if name in ("clef", "bar", "mark", "ottava", "accidentalStyle"):
                self._next() if self._peek().kind in ("string", "word", "number") else None
        elif name not in COMMANDS:
            near = did_you_mean(name, [*COMMANDS, *QUIET, *self._variables], "\\")
            self._bad(token, f"unknown command \\{name}", near.strip() or "define it or remove it")

    def _variable(self, name: str, stream: Stream | None) -> None:
        start, end = self._variables[name]
        back = self._at
        self._at = start
        while self._at < end:
            self._music(stream)
        self._at = back

    def _pass_over_words(self, name: str) -> None:
        self._reading.pass_over(
            {"drummode": "drums", "drums": "drums"}.get(name, "lyrics and text")
        )
        if name.startswith("markup") and self._peek().kind == "string":
            self._next()
        else:
            self._skip_block()

    def _aside(self) -> None:
        """Read music that takes no time, and drop it."""
        keep = replace(self._state)
        aside = Stream()
        self._music(aside)
        reference = self._state.reference
        self._state = keep
        self._state.reference = reference

    def _setting(self, name: str) -> None:
        """Pass over `\\override Staff.Slur.color = ...`."""
        line = self._lexed.place(self._peek())[0]
        while self._peek().kind in ("word", "one", "number", "string"):
            if self._peek().text in "{}<>|" or self._lexed.place(self._peek())[0] != line:
                return
            self._next()

    def _header(self) -> None:
        start = self._at
        self._skip_block()
        inside = self._tokens[start : self._at]
        for place, token in enumerate(inside[:-2]):
            value = inside[place + 2]
            if inside[place + 1].text == "=" and value.kind == "string":
                said = value.text[1:-1][:200]
                if token.text == "title":
                    self._piece = replace(self._piece, title=said)
                elif token.text == "composer":
                    self._piece = replace(self._piece, composer=said)

    def _new(self, stream: Stream | None) -> None:
        kind = self._next().text
        name = ""
        if self._take("="):
            name = self._next().text.strip('"')
        if self._take("\\with"):
            start = self._at
            self._skip_block()
            inside = self._tokens[start : self._at]
            said = [t.text for t in inside if t.kind == "string"]
            name = said[0].strip('"') if said else name
        if kind in ("Lyrics", "Dynamics", "FiguredBass", "DrumStaff", "DrumVoice", "TabStaff"):
            self._reading.pass_over({"Lyrics": "lyrics and text"}.get(kind, kind))
            self._skip_or_name()
        elif kind == "ChordNames":
            self._music(None if self._peek().text.startswith("\\chord") else Stream())
        elif kind in ("Staff", "RhythmicStaff", "Voice") and (stream is None or not stream.sounds):
            if stream is None:
                stream = self._voice(None)
            stream.name = stream.name or name
            self._state = State()
            self._music(stream)
        elif kind in ("Staff", "RhythmicStaff", "Voice"):
            fresh = Stream(name)
            self._streams.append(fresh)
            self._state = State()
            self._music(fresh)
        else:
            self._music(None)

    def _skip_or_name(self) -> None:
        if self._peek().kind == "command" and self._peek().text[1:] in self._variables:
            self._next()
        else:
            self._skip_block()

    def _chord_names(self, stream: Stream | None) -> None:
        opened = self._next()
        if opened.text != "{":
            self._bad(opened, "chords without {", "write \\chordmode { c1 g:7 }")
            return
        now = Fraction()
        self._state.length = Fraction(1)
        while not self._take("}"):
            token = self._next()
            if token.kind == "end":
                raise self._stop(opened, "this { is never closed", "close it with }")
            named = note_name(token.text, self._language) if token.kind == "word" else None
            if named is None and token.text not in ("r", "s", "R"):
                continue
            while self._peek().text in ("'", ","):
                self._next()
            length = self._length()
            suffix = self._chord_suffix()
            if named is not None:
                self._chords.append((now, Pitch(*named).ascii + suffix))
            now += length * self._state.scale
            self._budget.spend(notes=1)

    def _chord_suffix(self) -> str:
        suffix, over = "", ""
        if self._take(":"):
            while self._peek().kind in ("word", "number") or self._peek().text in ".+-^":
                before = self._tokens[self._at - 1]
                if before.end != self._peek().at or self._peek().kind == "end":
                    break
                suffix += self._next().text.replace(".", "").replace("/", "")
        if self._take("/"):
            named = note_name(self._next().text, self._language)
            over = f"/{Pitch(*named).ascii}" if named else ""
        return suffix + over

    def _finish(self) -> None:
        streams = [s for s in self._streams if s.sounds]
        self._at = len(self._tokens) - 1
        if not streams:
            if not self._reading.problems:
                self._reading.report(1, 1, "there are no notes", "write e.g. { c'4 d' e' f' }")
            return
        for stream in streams:
            self._last_bar(stream)
        self._meters.sort(key=lambda row: row[0])
        self._signatures.sort(key=lambda row: row[0])
        try:
            rows = [cut(s.sounds, self._meters, self._signatures, shorts=self._shorts,
                        budget=self._budget) for s in streams]  # fmt: skip
        finally:
            self._reading.problems.sort()
        names = [
            s.name or (f"Voice {n}" if len(streams) > 1 else "") for n, s in enumerate(streams, 1)
        ]
        parts = same_length([Part(name, bars) for name, bars in zip(names, rows, strict=True)])
        self._reading.piece = replace(self._piece, parts=parts, mode=self._mode)
        self._attach_chords()

    def _last_bar(self, stream: Stream) -> None:
        self._whole_bars(stream, Fraction())
        held, full = stream.now - stream.bar_start, self._bar_length(stream)
        if held and full - held not in self._shorts.values():
            line, column = stream.last_place
            num, den = self._meter_at(stream.bar_start)
            self._reading.report(
                line,
                column,
                f"the last bar holds {quarters(held)}, {num}/{den} has {quarters(full)}",
                f"add {quarters(full - held)}, a rest for instance",
                bar=stream.bar,
            )

    def _attach_chords(self) -> None:
        """Write the chord names above the first part's sounds that begin with them."""
        if not self._chords or self._reading.piece is None:
            return
        at, named = Fraction(), dict(self._chords)
        first, *others = self._reading.piece.parts
        bars = []
        for bar in first.bars:
            sounds = []
            for sound in bar.sounds:
                sounds.append(replace(sound, chord=named.get(at, sound.chord)))
                at += sound.length
            bars.append(replace(bar, sounds=tuple(sounds)))
        parts = (replace(first, bars=tuple(bars)), *others)
        self._reading.piece = replace(self._reading.piece, parts=parts)


def read_lilypond(code: str | bytes) -> Reading:
    """Read a text with its problems.

    Raises:
        MusicError: it is no text, or too large.
    """
    check_size(code)
    return LilyPondReader(text_of(code)).read()
