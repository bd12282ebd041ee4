"""Reading LilyPond's notes, chords, lengths, ties and bar checks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tools.music.chord_text import read_chord
from tools.music.codes import marks_reading
from tools.music.codes.lilypond_base import LilyPondBase, Stream
from tools.music.codes.lilypond_lexer import Token
from tools.music.codes.lilypond_words import LANGUAGES, note_name
from tools.music.codes.limits import MOST_BARS, TooLargeError
from tools.music.codes.model import COMMON_TIME, Meter, Sound, full_bar
from tools.music.codes.problems import quarters
from tools.music.interval import transpose
from tools.music.pitch import STEPS, MusicError, Pitch, pitch_of


class LilyPondNotes(LilyPondBase):
    """Reads what sounds."""

    def _word(self, token: Token, stream: Stream) -> None:
        word = token.text
        if word in ("r", "s", "R"):
            self._sound(token, stream, ())
            return
        if word == "q":
            last = self._state.last
            self._sound(token, stream, last.pitches if last else ())
            return
        named = note_name(word, self._language)
        if named is None:
            self._wrong_name(token, stream)
            self._length()
            return
        pitch = self._pitch(named)
        self._state.reference = pitch
        self._octave_check()
        self._sound(token, stream, (self._transposed(pitch),))

    def _wrong_name(self, token: Token, stream: Stream) -> None:
        others = [lang for lang in LANGUAGES if note_name(token.text, lang)]
        hint = f'write \\language "{others[0]}" at the top' if others else "notes are c d e f g a b"
        self._bad(token, f"{token.text!r} is no note name in {self._language}", hint, stream)

    def _pitch(self, named: tuple[str, int]) -> Pitch:
        step, alter = named
        marks = 0
        while self._peek().text in ("'", ",") and self._peek().kind == "one":
            marks += 1 if self._next().text == "'" else -1
        if self._state.mode == "relative":
            reference = self._state.reference
            index = STEPS.index(step)
            octave = reference.octave or 0
            distance = index - STEPS.index(reference.step)
            octave += -1 if distance > 3 else 1 if distance < -3 else 0
        else:
            octave = 3 if self._state.mode == "absolute" else (self._state.reference.octave or 3)
        return pitch_of(step, alter, max(-1, min(octave + marks, 10)))

    def _octave_check(self) -> None:
        while self._peek().text in ("!", "?"):
            self._next()
        if self._peek().text == "=" and self._peek(1).text in ("'", ","):
            self._next()
            while self._peek().text in ("'", ","):
                self._next()

    def _transposed(self, pitch: Pitch) -> Pitch:
        for interval in self._state.moved:
            pitch = transpose(pitch, interval)
        return pitch

    def _length(self) -> Fraction:
        """Read a length; the last one where none is written."""
        token = self._peek()
        if token.kind == "number" and "/" not in token.text:
            self._next()
            if token.text not in ("1", "2", "4", "8", "16", "32", "64", "128"):
                self._bad(token, f"there is no note of length {token.text}", "write 1, 2, 4, 8, 16")
                return self._state.length
            length = Fraction(4, int(token.text))
        elif token.text in ("\\breve", "\\longa"):
            length = Fraction(8 if self._next().text == "\\breve" else 16)
        else:
            return self._state.length
        added = length
        while self._take("."):
            added /= 2
            length += added
        while self._peek().text == "*" and self._peek(1).kind == "number":
            self._next()
            top, _, bottom = self._next().text.partition("/")
            length *= Fraction(min(int(top[:6]), 4096), max(1, int(bottom[:6] or 1)))
        self._state.length = length
        return length

    def _length_beside(self) -> Fraction:
        """Read a length that belongs to a command, not to the notes that follow."""
        keep = self._state.length
        length = self._length()
        self._state.length = keep
        return length

    def _sound(self, token: Token, stream: Stream, pitches: tuple[Pitch, ...]) -> None:
        self._budget.spend(notes=max(1, len(pitches)))
        length = self._length() * self._state.scale
        sound = Sound(length, tuple(sorted(pitches, key=lambda p: p.semitones)))
        self._state.last = sound if pitches else self._state.last
        stream.last_place = self._lexed.place(token)
        if length:
            stream.add(sound)
            if stream.now > MOST_BARS:
                raise TooLargeError(f"the music lasts over {MOST_BARS} quarters; write less")
        self._after(stream)

    def _after(self, stream: Stream) -> None:
        """Read what is hung on a note: marks, and a text above it that is a chord symbol."""
        while self._peek().kind == "sign" and self._peek().text[0] in "-^_":
            sign = self._next()
            stream.mark(marks_reading.of_lilypond_sign(sign.text))
            if sign.text in "-^_" and self._peek().kind == "string":
                text = self._next().text.strip('"')
                stream.mark(marks_reading.of_words(text))
                if sign.text == "^":
                    self._symbol_above(stream, text)
            elif sign.text in "-^_" and self._take("\\markup"):
                stream.mark(marks_reading.of_words(self._markup()))
        while self._peek().text == ":" and self._peek(1).kind == "number":
            self._next(), self._next()

    def _sign(self, token: Token, stream: Stream) -> None:
        """Read a sign that stands apart from its note: behind a tie, or a hairpin."""
        if token.text[0] in "-^_":
            self._at -= 1
            self._after(stream)
        else:
            stream.mark(marks_reading.of_lilypond(token.text[1:]))

    def _markup(self) -> str:
        """Pass over a markup; return its words."""
        while self._peek().kind == "command":
            self._next()
        if self._peek().kind in ("string", "word"):
            return self._next().text.strip('"')
        start = self._at
        self._skip_block()
        inside = self._tokens[start : min(self._at, start + 40)]
        return " ".join(t.text.strip('"') for t in inside if t.kind in ("string", "word"))

    def _symbol_above(self, stream: Stream, text: str) -> None:
        try:
            read_chord(text)
        except MusicError:
            return
        if stream.sounds:
            stream.sounds[-1] = replace(stream.sounds[-1], chord=text)

    def _chord(self, opened: Token, stream: Stream) -> None:
        pitches: list[Pitch] = []
        first: Pitch | None = None
        while not self._take(">"):
            token = self._next()
            if token.kind == "end" or token.text in ("{", "}", "<<"):
                raise self._stop(opened, "this < is never closed", "close the chord with >")
            named = note_name(token.text, self._language) if token.kind == "word" else None
            if named is not None:
                self._state.reference = pitch = self._pitch(named)
                first = first or pitch
                self._octave_check()
                pitches.append(self._transposed(pitch))
            elif token.kind == "word":
                self._wrong_name(token, stream)
            elif token.kind == "number":
                self._bad(token, "a length inside a chord", "write it after the >", stream)
        self._state.reference = first or self._state.reference
        self._sound(opened, stream, tuple(dict.fromkeys(pitches)))

    def _slur(self, token: Token, stream: Stream) -> None:
        """Open a slur on the last note, or close it there."""
        stream.slur = token.text == "("
        if stream.slur:
            stream.mark(("legato",))

    def _tie(self, stream: Stream) -> None:
        if stream.sounds:
            last = stream.sounds[-1]
            stream.sounds[-1] = replace(last, tied=last.pitches)

    def _meter_at(self, when: Fraction) -> Meter:
        return next((m for at, m in reversed(self._meters) if at <= when), COMMON_TIME)

    def _bar_length(self, stream: Stream) -> Fraction:
        short = self._shorts.get(stream.bar_start)
        return short or full_bar(self._meter_at(stream.bar_start))

    def _whole_bars(self, stream: Stream, beyond: Fraction) -> None:
        """Pass over bars that are full, as long as `beyond` a bar is left."""
        full = self._bar_length(stream)
        while stream.now - stream.bar_start >= full + beyond:
            stream.bar_start += full
            stream.bar += 1
            full = self._bar_length(stream)

    def _bar_check(self, token: Token, stream: Stream) -> None:
        self._whole_bars(stream, full_bar(self._meter_at(stream.bar_start)))
        full, held = self._bar_length(stream), stream.now - stream.bar_start
        if held == 0:
            return
        if held != full:
            num, den = self._meter_at(stream.bar_start)
            more = held > full
            self._bad(
                token,
                f"the bar holds {quarters(held)}, {num}/{den} has {quarters(full)}",
                f"{'take away' if more else 'add'} {quarters(abs(full - held))} before this |",
                stream,
            )
        stream.bar_start = stream.now
        stream.bar += 1
