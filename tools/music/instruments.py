"""Transposing instruments: how far what is written lies above what sounds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.music.interval import Interval
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean, plain_accidentals

# Name, the interval from the sound up to the written note (a minus: down), other names.
TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("B♭ clarinet", "M2", ("clarinet", "soprano clarinet", "clarinet in Bb")),
    ("A clarinet", "m3", ("clarinet in A",)),
    ("E♭ clarinet", "-m3", ("piccolo clarinet", "sopranino clarinet", "clarinet in Eb")),
    ("alto clarinet", "M6", ("Eb alto clarinet",)),
    ("bass clarinet", "M9", ("Bb bass clarinet", "bass clarinet in Bb")),
    ("contra-alto clarinet", "M13", ("contralto clarinet", "contraalto clarinet")),
    ("contrabass clarinet", "M16", ("Bb contrabass clarinet",)),
    ("basset horn", "P5", ()),
    ("sopranino saxophone", "-m3", ("sopranino sax",)),
    ("soprano saxophone", "M2", ("soprano sax", "Bb soprano sax")),
    ("alto saxophone", "M6", ("alto sax", "Eb alto sax", "Eb sax", "Eb saxophone", "alto")),
    ("tenor saxophone", "M9", ("tenor sax", "Bb tenor sax", "Bb sax", "Bb saxophone", "tenor")),
    ("baritone saxophone", "M13", ("baritone sax", "bari sax", "Eb baritone sax", "bari")),
    ("bass saxophone", "M16", ("bass sax",)),
    ("B♭ trumpet", "M2", ("trumpet", "trumpet in Bb")),
    ("C trumpet", "P1", ("trumpet in C",)),
    ("D trumpet", "-M2", ("trumpet in D",)),
    ("E♭ trumpet", "-m3", ("trumpet in Eb",)),
    ("piccolo trumpet", "-m7", ("Bb piccolo trumpet",)),
    ("cornet", "M2", ("Bb cornet",)),
    ("flugelhorn", "M2", ("fluegelhorn", "Bb flugelhorn")),
    ("horn in F", "P5", ("horn", "french horn", "F horn", "french horn in F")),
    ("horn in E♭", "M6", ("horn in Eb", "Eb horn", "french horn in Eb")),
    ("horn in D", "m7", ("D horn",)),
    ("tenor horn", "M6", ("alto horn", "Eb tenor horn")),
    ("baritone horn (treble clef)", "M9", ("baritone horn", "baritone tc")),
    ("euphonium (treble clef)", "M9", ("euphonium tc", "treble clef euphonium")),
    ("English horn", "P5", ("cor anglais", "english horn in F")),
    ("oboe d'amore", "m3", ("oboe damore",)),
    ("alto flute", "P4", ("flute in G", "alto flute in G", "G flute")),
    ("bass flute", "P8", ()),
    ("piccolo", "-P8", ("piccolo flute",)),
    ("descant recorder", "-P8", ("soprano recorder",)),
    ("bass recorder", "-P8", ()),
    ("contrabassoon", "P8", ("double bassoon",)),
    ("double bass", "P8", ("contrabass", "upright bass", "string bass")),
    ("bass guitar", "P8", ("electric bass", "bass")),
    ("guitar", "P8", ("acoustic guitar", "electric guitar", "classical guitar")),
    ("banjo", "P8", ("tenor banjo",)),
    ("celesta", "-P8", ("celeste",)),
    ("xylophone", "-P8", ()),
    ("glockenspiel", "-P15", ("bells", "orchestra bells")),
    ("piano", "P1", ("keyboard", "organ", "harp", "voice", "synth")),
    ("violin", "P1", ("fiddle", "viola", "cello", "strings")),
    ("flute", "P1", ("concert flute", "C flute", "flute in C")),
    ("oboe", "P1", ()),
    ("bassoon", "P1", ()),
    ("trombone", "P1", ("bass trombone", "tenor trombone")),
    ("euphonium", "P1", ("baritone", "euphonium bc")),
    ("tuba", "P1", ("bass tuba",)),
    ("alto recorder", "P1", ("treble recorder", "tenor recorder", "recorder")),
    ("vibraphone", "P1", ("vibes", "marimba", "timpani")),
)
_GENERIC = {
    "C": "P1", "Db": "M7", "D": "-M2", "Eb": "M6", "E": "m6", "F": "P5", "Gb": "A4", "G": "P4",
    "Ab": "M3", "A": "m3", "Bb": "M2", "B": "m2",
}  # fmt: skip


@dataclass(frozen=True)
class Instrument:
    """An instrument; `written` is the interval from the sound up to the written note."""

    name: str
    written: Interval


def read_instrument(text: str) -> Instrument:
    """Read an instrument's name.

    >>> read_instrument("alto sax").name, read_instrument("Horn in F").written.short
    ('alto saxophone', 'P5')
    >>> read_instrument("clarinet in B flat").name
    'B♭ clarinet'

    Raises:
        MusicError: the instrument is unknown, with the nearest that is known.
    """
    key = _key(text)
    if not key:
        raise MusicError("no instrument was given; write one such as Bb clarinet or alto sax")
    if key in ("sax", "saxophone"):
        raise MusicError("which saxophone? did you mean alto sax or tenor sax?")
    found = _by_name(key) or _by_name_and_key(key)
    if found:
        return found
    generic = re.search(r"(?:^in\s+|\bin\s+|^)([a-g]b?)(?:\s+instruments?)?$", key)
    if generic:
        step = generic[1][0].upper() + generic[1][1:]
        if step in _GENERIC:
            return Instrument(
                f"an instrument in {step.replace('b', '♭')}", Interval.of(_GENERIC[step])
            )
    names = [n for name, _, others in TABLE for n in (name, *others)]
    near = did_you_mean(text, names) or " write one such as Bb clarinet, alto sax, horn in F"
    raise MusicError(f"unknown instrument {text!r};{near}")


def _by_name(key: str) -> Instrument | None:
    wanted = {key, re.sub(r"s\b", "", key)}
    for name, interval, others in TABLE:
        if wanted & {_key(n) for n in (name, *others)}:
            return Instrument(name, Interval.of(interval))
    return None


def _by_name_and_key(key: str) -> Instrument | None:
    """Find `eb alto saxophone` or `trumpet in bb`, where the key is the instrument's own."""
    match = re.fullmatch(r"(?:(?P<before>[a-g]b?) )?(?P<name>.+?)(?: in (?P<after>[a-g]b?))?", key)
    said = (match["before"] or match["after"] or "") if match else ""
    found = _by_name(match["name"]) if match and said else None
    own = _GENERIC.get(said.capitalize())
    if found is None or own is None:
        return None
    return found if (found.written.semitones - Interval.of(own).semitones) % 12 == 0 else None


def _key(name: str) -> str:
    plain = plain_accidentals(name).lower()
    plain = re.sub(r"\b(?:the|a|an|for|in concert pitch|part)\b(?!$)", " ", plain)
    return " ".join(plain.replace("-", " ").strip(" .?!,").split())
