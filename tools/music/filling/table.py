"""Which reader finds which argument of each tool, and what a tool then knows of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tools.music.filling import (
    changing,
    instruments,
    keyed,
    keys,
    making,
    players,
    playing,
    rhythm,
    theory,
    written,
)
from tools.music.filling.asked import Asked, Reader

Pair = Callable[[Asked], tuple[str, str] | None]


@dataclass(frozen=True)
class Plan:
    """The arguments of a tool in the order in which they are read; `needs` are required.

    `pairs` are arguments that are read two at a time, of `some` one at least is needed.
    """

    needs: Mapping[str, Reader] = field(default_factory=dict)
    may: Mapping[str, Reader] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Pair] = field(default_factory=dict)
    may_first: bool = False
    some: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filled:
    """What was read for a tool.

    `missing` are arguments that it needs, `left` counts values of no argument, a row of notes or
    chords twice.
    """

    arguments: Mapping[str, str]
    missing: tuple[str, ...] = ()
    left: int = 0

    @property
    def whole(self) -> bool:
        """Whether all is there that the tool needs."""
        return not self.missing


def _plan(needs: Mapping[str, Reader], **may: Reader) -> Plan:
    return Plan(needs, may)


_KEY_ONLY = Plan({"key": keys.key})
_CHORD_ONLY = Plan({"chord": theory.chord})
_SEED = {"seed": rhythm.seed}
PLANS: Mapping[str, Plan] = {
    "spell_chord": _CHORD_ONLY,
    "name_chord": Plan({"notes": theory.notes_of_chord}),
    "interval_between": Plan(pairs={("first", "second"): theory.two_notes}),
    "note_at_interval": Plan({"interval": theory.interval, "note": theory.chord_root}),
    "spell_scale": Plan({"scale": theory.scale}),
    "scales_for_chord": _CHORD_ONLY,
    "key_signature": _KEY_ONLY,
    "diatonic_chords": _KEY_ONLY,
    "find_key": Plan({"music": theory.music}, {"method": keys.method}),
    "pitch_info": Plan({"pitch": theory.pitch}),
    "transpose": Plan({"interval": theory.shift, "music": theory.music}),
    "roman_numerals": Plan({"chords": theory.several_chords}, {"key": keys.key}),
    "realize_numerals": Plan({"numerals": theory.numerals, "key": keys.key}),
    "invert_chord": Plan({"inversion": theory.inversion, "chord": theory.chord_to_invert}),
    "transpose_for_instrument": Plan(
        {"instrument": instruments.transposing, "music": theory.music}, {"given": players.given_as},
        may_first=True,
    ),
    "capo_chords": Plan(
        {"fret": rhythm.capo_fret},
        {"shapes": players.capo_shapes, "chords": theory.chords}, some=("chords", "shapes"),
    ),
    "tempo_delay": Plan({"bpm": rhythm.bpm}),
    "show_music": Plan({"music": theory.music}),
    "chord_from_frets": _plan({"frets": rhythm.frets}, tuning=instruments.tuning_of_frets),
    "chord_shapes": Plan(
        {"chord": theory.chord}, {"tuning": instruments.tuning, "instrument": instruments.fretted},
        may_first=True,
    ),
    "show_on": Plan({"instrument": instruments.shown_on, "music": theory.music}),
    "borrowed_chords": Plan({"key": keyed.borrowing_key}),
    "secondary_dominants": Plan({"key": keyed.key_of_dominants}),
    "substitutions": Plan(
        {"chord": keyed.chord_or_degree}, {"key": keys.key_behind}, may_first=True
    ),
    "circle_of_fifths": Plan({"key": keyed.circle_key}, {"steps": rhythm.steps}, may_first=True),
    "related_keys": _KEY_ONLY,
    "cadences": Plan({"chords": theory.chords_in_turn}, {"key": keys.key}),
    "modulation_path": Plan(pairs={("start", "goal"): keys.two_keys}),
    "tone_row": Plan({"row": rhythm.row, "form": rhythm.form}),
    "set_class": Plan({"notes": rhythm.set_of_notes}),
    "meter": Plan({"meter": rhythm.meter}),
    "tuplet": Plan({"tuplet": rhythm.tuplet}, {"value": rhythm.value, "bpm": rhythm.bpm}),
    "metric_modulation": Plan({"relation": rhythm.relation, "bpm": rhythm.bpm}),
    "music_time": Plan(
        {"amount": rhythm.amount, "bpm": rhythm.bpm}, {"meter": rhythm.meter}, may_first=True
    ),
    "check_code": Plan({"format": written.code_format, "code": written.code}),
    "convert_code": Plan({"code": written.code}, pairs={("source", "target"): written.two_formats}),
    "write_code": Plan({"format": written.written_format, "music": theory.music}),
    "instrument_range": Plan({"instrument": instruments.instrument}),
    "fits_range": Plan({"instrument": instruments.instrument, "notes": theory.span_or_notes}),
    "edit_melody": Plan(
{"melody": theory.melody_or_chords, "edit": changing.edit}    ),
    "continue_melody": Plan({"melody": theory.melody}, {"bars": rhythm.bars} | _SEED),
    "name_scale": Plan({"notes": theory.notes}, {"tonic": playing.tonic}, may_first=True),
    "chord_voicings": Plan({"chords": theory.chords}, {"kind": playing.voicing}),
    "comping": Plan({"chords": theory.chords}, {"style": playing.comping_style} | _SEED),
    "mix_parts": Plan(
        may={"drums": playing.band_drums, "bass": playing.band_bass, "melody": theory.melody,
             "chords": theory.several_chords, "style": playing.band_style, "tempo": rhythm.bpm}
        | _SEED, some=("chords", "melody"),
    ),
    "song_form": Plan(
        {"form": playing.form},
        {"sections": playing.sections, "style": making.chord_style, "key": keys.key} | _SEED,
        may_first=True,
    ),
    "rhythm_pattern": Plan(
        {"pattern": playing.rhythm}, {"drum": playing.drum, "bpm": rhythm.bpm} | _SEED
    ),
    "canon": Plan(
        {"melody": theory.melody},
        {"distance": making.distance, "interval": making.answer_interval},
    ),
    "variations": Plan({"theme": theory.melody}, {"kind": making.kind} | _SEED),
    "progression": Plan(
        {"style": making.chord_style, "key": keys.key},
        {"bars": rhythm.bars} | _SEED, may_first=True,
    ),
    "bass_line": Plan({"chords": theory.chords}, {"style": making.bass_style} | _SEED),
    "drum_pattern": Plan(
        {"style": making.drum_style},
        {"change": changing.drums_with, "bars": rhythm.bars} | _SEED, may_first=True,
    ),
    "show_drums": Plan({"grid": making.grid}, {"change": changing.drums}),
    "melody_over": Plan(
        {"chords": theory.chords},
        {"range": making.limits, "key": keys.key_behind} | _SEED, may_first=True,
    ),
    "check_voice_leading": Plan({"voices": making.voices}, {"key": keys.key_behind}),
    "realize_parts": Plan(
        {"chords": theory.chords_or_numerals}, {"key": keys.key_behind}, may_first=True
    ),
    "realize_figured_bass": Plan(
        {}, {"key": keys.key_behind}, {("bass", "figures"): making.bass_and_figures},
        may_first=True,
    ),
    "harmonize_melody": Plan(
        {"melody": theory.melody}, {"key": keys.key_behind, "style": making.hymn_or_pop}
    ),
    "check_counterpoint": Plan(
        {}, {"species": rhythm.species}, {("cantus", "counterpoint"): making.cantus_and_line}
    ),
    "compose_counterpoint": Plan(
        {"cantus": theory.melody},
        {"position": making.position, "key": keys.key_behind, "species": rhythm.species} | _SEED,
    ),
    "find_in_corpus": Plan(
        {},
        {"composer": written.composer, "progression": written.pattern, "meter": rhythm.meter,
         "rhythm": written.rhythm, "intervals": written.melodic, "contour": written.contour,
         "key": keys.key},
    ),
    "show_excerpt": Plan({"piece": written.piece}, {"bars": written.bars_of_piece}),
}  # fmt: skip


def fill(tool: str, text: str) -> Filled | None:
    """Read the arguments of a tool from a request; None for a tool without readers.

    >>> fill("bass_line", "walking bass over Dm7 | G7 | Cmaj7").arguments
    {'chords': 'Dm7 | G7 | Cmaj7', 'style': 'walking'}
    >>> fill("music_time", "how long are 16 bars").missing
    ('bpm',)
    """
    plan = PLANS.get(tool)
    if plan is None:
        return None
    asked = Asked.of(text)
    found: dict[str, str] = {}
    missing: list[str] = []
    for first in (True, False):
        if plan.may_first == first:
            found |= _read(asked, plan.may)
        if first:
            needed = _read(asked, plan.needs)
            for (one, other), pair in plan.pairs.items():
                both = pair(asked)
                needed |= dict(zip((one, other), both, strict=True)) if both else {}
                missing += [] if both else [one, other]
            missing += [name for name in plan.needs if name not in needed]
            found |= needed
    if not plan.needs and not plan.pairs and not found:
        missing += list(plan.may)
    elif plan.some and not found.keys() & set(plan.some):
        missing += plan.some
    return Filled(found, tuple(missing), sum(1 + (f.kind in "hl") for f in asked.left))


def _read(asked: Asked, readers: Mapping[str, Reader]) -> dict[str, str]:
    read = ((name, reader(asked)) for name, reader in readers.items())
    return {name: value for name, value in read if value}
