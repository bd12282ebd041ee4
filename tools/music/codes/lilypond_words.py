"""LilyPond's words: note names by language, and commands that change nothing that is read."""

from __future__ import annotations

import re
from functools import lru_cache

_STEPS = "cdefgab"
LANGUAGES = ("nederlands", "english", "deutsch")
# Commands that stand alone and neither sound nor last.
QUIET = frozenset(
    """voiceOne voiceTwo voiceThree voiceFour oneVoice stemUp stemDown stemNeutral slurUp
    slurDown slurNeutral tieUp tieDown tieNeutral phrasingSlurUp phrasingSlurDown tupletUp
    tupletDown tupletNeutral dotsUp dotsDown dotsNeutral dynamicUp dynamicDown
    dynamicNeutral autoBeamOn autoBeamOff cadenzaOn cadenzaOff break noBreak pageBreak
    noPageBreak fermata trill prall mordent turn reverseturn staccato staccatissimo tenuto
    accent marcato portato espressivo upbow downbow open stopped flageolet thumb
    snappizzicato segno coda fine ppppp pppp ppp pp p mp mf f ff fff ffff fp sf sff sfz sp
    spp rfz n cresc decresc dim crescTextCresc dimTextDim startTrillSpan stopTrillSpan
    sustainOn sustainOff sostenutoOn sostenutoOff unaCorda treCorde arpeggio glissando
    laissezVibrer breathe numericTimeSignature defaultTimeSignature accidentalStyle merge
    mergeDifferentlyDottedOn mergeDifferentlyHeadedOn shiftOn shiftOff shiftOnn hideNotes
    unHideNotes small normalsize tiny teeny huge large startTextSpan stopTextSpan
    easyHeadsOn easyHeadsOff compressMMRests bar ottava mark clef textLengthOn textLengthOff
    harmonic longfermata shortfermata signumcongruentiae lheel rheel ltoe rtoe up down left
    right startGroup stopGroup section caesura pointAndClickOff pointAndClickOn""".split()
)
COMMANDS = frozenset(
    """relative absolute fixed transpose key time tempo partial tuplet times repeat alternative
    grace acciaccatura appoggiatura slashedGrace new context score book bookpart header
    layout midi paper version include language addlyrics lyricmode lyricsto chordmode chords
    drummode drums with major minor dorian phrygian lydian mixolydian aeolian ionian locrian
    breve longa override revert set unset once tweak markup skip figuremode figures change
    lyrics tag pitchedTrill parallelMusic upper lower""".split()
)
_ENGLISH = {"": 0, "s": 1, "f": -1, "ss": 2, "x": 2, "ff": -2, "sharp": 1, "flat": -1,
            "sharpsharp": 2, "flatflat": -2}  # fmt: skip
_DUTCH = {"": 0, "is": 1, "es": -1, "isis": 2, "eses": -2}
_SHORT = {"es": ("E", -1), "as": ("A", -1), "eses": ("E", -2), "ases": ("A", -2), "asas": ("A", -2)}


@lru_cache(maxsize=1024)
def note_name(word: str, language: str) -> tuple[str, int] | None:
    """Return letter and alteration of a note name; None where it is none.

    >>> note_name("bes", "nederlands"), note_name("bf", "english"), note_name("h", "deutsch")
    (('B', -1), ('B', -1), ('B', 0))
    """
    if language == "english":
        match = re.fullmatch(r"([a-g])-?(\w*)", word)
        return (match[1].upper(), _ENGLISH[match[2]]) if match and match[2] in _ENGLISH else None
    if not word:
        return None
    if word in _SHORT:
        return _SHORT[word]
    if language == "deutsch":
        if word == "b":
            return "B", -1
        if word == "bes":
            return None
        word = "b" + word[1:] if word.startswith("h") else word
    return (
        (word[0].upper(), _DUTCH[word[1:]]) if word[:1] in _STEPS and word[1:] in _DUTCH else None
    )


def written_name(step: str, alter: int) -> str:
    """Return a note's name in LilyPond's own language.

    >>> written_name("E", -1), written_name("F", 2)
    ('ees', 'fisis')
    """
    return step.lower() + ("is" * alter if alter > 0 else "es" * -alter)
