"""Tools that answer questions of harmony: what to use, where it leads, how keys lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools import Artifact, Tool, ToolResult, tool
from tools.music import borrowing, key_relations, modulation
from tools.music.answers import musical, names, plural, symbols
from tools.music.cadence import Cadence, Progression, read_progression
from tools.music.cadence import cadences as find_cadences
from tools.music.chord import Chord
from tools.music.chord_text import read_chord
from tools.music.circle_picture import draw_circle
from tools.music.key import Key, read_key
from tools.music.key_finding import rank_keys
from tools.music.key_relations import other_spelling, read_steps
from tools.music.music_text import Music
from tools.music.pitch import MusicError
from tools.music.presentation import file_name, show_chords
from tools.music.substitution import common_tones, substitutes

_HEARD_IN = 5


@tool
@musical
def borrowed_chords(key: str) -> ToolResult:
    """List the chords that a key borrows from its parallel key, e.g. C major, A minor."""
    home = read_key(key)
    offers = borrowing.borrowed(home)
    chords = [offer.chord for offer in offers]
    said = " ".join(f"{offer.chord.symbol} ({offer.numeral})" for offer in offers)
    lines = [f"{home.name} borrows from {home.parallel.name}: {said}"]
    lines += [f"{o.chord.symbol}, {o.numeral}: {o.reason}." for o in offers]
    lines.append(f"As sevenths: {symbols(borrowing.borrowed_sevenths(home))}.")
    flat = borrowing.neapolitan(home)
    lines.append(f"From phrygian: {flat.symbol}, the Neapolitan, mostly as {_first(flat)} (N6).")
    return ToolResult("\n".join(lines), show_chords(chords, f"Borrowed in {home.name}", key=home))


@tool
@musical
def secondary_dominants(key: str) -> ToolResult:
    """List the secondary dominants of a key and what each resolves to, e.g. C major."""
    home = read_key(key)
    rows = borrowing.applied(home)
    said = ", ".join(f"{r.dominant.symbol} (V7/{r.numeral}) → {r.goal.symbol}" for r in rows)
    leading = ", ".join(f"{r.leading.symbol} (vii°7/{r.numeral}) → {r.goal.symbol}" for r in rows)
    lines = [f"{home.name}: {said}", f"Leading-tone sevenths: {leading}."]
    lines.append("A diminished triad is no tonic, so none leads to it.")
    chords = [chord for row in rows for chord in (row.dominant, row.goal)]
    title = f"Secondary dominants in {home.name}"
    return ToolResult("\n".join(lines), show_chords(chords, title, key=home))


@tool
@musical
def substitutions(chord: str, key: str = "") -> ToolResult:
    """List chords that can replace a chord, with reasons, e.g. chord G7, key C major."""
    asked = read_chord(chord)
    home = read_key(key) if key.strip() else None
    offers = substitutes(asked, home)
    where = f" in {home.name}" if home else ""
    lines = [f"{asked.symbol}{where}: {symbols(offer.chord for offer in offers)}"]
    for offer in offers:
        numeral = f" ({offer.numeral})" if offer.numeral else ""
        shared = names(common_tones(asked, offer.chord)) or "nothing"
        lines.append(f"{offer.chord.symbol}{numeral}: {offer.reason}; shares {shared}.")
    shown = [asked, *(offer.chord for offer in offers)]
    return ToolResult("\n".join(lines), show_chords(shown, f"Instead of {asked.symbol}"))


@tool
@musical
def circle_of_fifths(key: str, steps: int | str = 0) -> ToolResult:
    """Go around the circle of fifths from a key, e.g. key C; steps 3, "2 counterclockwise"."""
    home = read_key(key)
    count = read_steps(steps)
    if count:
        goal = key_relations.around(home, count)
        way = "clockwise" if count > 0 else "counterclockwise"
        path = [key_relations.around(home, n if count > 0 else -n) for n in range(abs(count) + 1)]
        return ToolResult(
            f"{home.name}, {plural(abs(count), 'step')} {way}: {_named(goal)} ({_sign(goal)})\n"
            f"The way: {' '.join(key.tonic.name for key in path)}.",
            _picture(path),
        )
    keys = key_relations.circle(home)
    up, down = keys[1], keys[-1]
    lines = [f"Clockwise from {home.name}: {' '.join(_spellings(key) for key in keys)}"]
    lines.append(f"Signatures: {', '.join(_sign(key) for key in keys)}.")
    if home.mode in ("major", "minor"):
        others = " ".join(key.relative.tonic.name for key in keys)
        lines.append(f"Relative {home.relative.mode} keys: {others}.")
    lines.append(f"Beside {home.name}: {up.name} (a fifth up), {down.name} (a fifth down).")
    return ToolResult("\n".join(lines), _picture([home]))


@tool
@musical
def related_keys(key: str) -> ToolResult:
    """List the keys closely related to a key and the chords they share, e.g. E flat major."""
    home = read_key(key)
    rows = key_relations.related(home)
    lines = [f"{home.name} ({_sign(home)}): {', '.join(row.key.name for row in rows[:-1])}"]
    for row in rows:
        shared = symbols(row.shared) or "none"
        lines.append(
            f"{row.name.capitalize()}: {row.key.name} ({_sign(row.key)}); shares {shared}."
        )
    return ToolResult("\n".join(lines), _picture([home, *(row.key for row in rows)]))


@tool
@musical
def cadences(chords: str, key: str = "") -> ToolResult:
    """Name the cadences of a progression and where they are, e.g. Dm7 G7 | C, key C major."""
    given = read_key(key) if key.strip() else None
    progression = read_progression(chords, given)
    # Two chords can be heard in several keys: in the likeliest of those in which they close.
    likely = [given] if given else _likely(progression)
    home = next((one for one in likely if find_cadences(progression, one)), likely[0])
    found = find_cadences(progression, home)
    said = symbols(progression.chords)
    if not found:
        return ToolResult(f"{said} in {home.name}: no cadence", status="empty")
    rows = [_cadence(progression, cadence) for cadence in found]
    lines = [f"{said} in {home.name}: {'; '.join(rows)}"]
    if any(cadence.name == "authentic cadence" for cadence in found):
        lines.append("An authentic cadence is perfect where the tune ends on the tonic.")
    if not given and len(progression.chords) == 2:
        lines += [f"Heard in {key.name}: {said}." for key, said in _elsewhere(progression, home)]
    shown = show_chords(progression.chords, f"Cadences in {home.name}", key=home)
    return ToolResult("\n".join(lines), shown)


@tool
@musical
def modulation_path(start: str, goal: str) -> ToolResult:
    """Find pivot chords and a progression from one key to another, e.g. C major to E major."""
    first, last = read_key(start), read_key(goal)
    steps = modulation.path(first, last)
    if first == last or not steps:
        raise MusicError(f"{first.name} and {last.name} are the same key; name two different keys")
    chords = modulation.progression(first, steps)
    ways = "; ".join(_step(step) for step in steps)
    lines = [f"{first.name} to {last.name}: {symbols(chords)}", f"How: {ways}."]
    shared = modulation.pivots(first, last)
    if shared:
        said = ", ".join(f"{p.chord.symbol} ({p.before} = {p.after})" for p in shared)
        lines.append(f"Chords of both keys: {said}.")
    else:
        lines.append(f"{first.name} and {last.name} have no triad in common.")
    fifth = modulation.dominant(steps[-1].goal)
    lines.append(f"The dominant of {last.name} is {fifth.symbol}.")
    lines += [_turn(first, last, *pair) for pair in modulation.turns(first, last)]
    return ToolResult("\n".join(lines), show_chords(chords, f"{first.name} to {last.name}"))


def _likely(progression: Progression) -> list[Key]:
    """Return the keys that a progression may be in, the likeliest first."""
    ranked = rank_keys(Music("chords", chords=progression.chords))
    return [key for _, key in ranked[:_HEARD_IN]]


def _elsewhere(progression: Progression, home: Key) -> Iterator[tuple[Key, str]]:
    """Yield the cadence that two chords make in other keys."""
    for key in _likely(progression):
        for cadence in find_cadences(progression, key) if key != home else ():
            yield key, f"{cadence.name} ({'–'.join(cadence.numerals)})"


def _picture(keys: Sequence[Key]) -> tuple[Artifact, ...]:
    name = file_name(f"Fifths from {keys[0].name}")
    return (Artifact("image", f"{name}.svg", "image/svg+xml", draw_circle(keys).encode()),)


def _turn(start: Key, goal: Key, before: Chord, after: Chord) -> str:
    if before.quality.third == "M3":
        fifth = Chord(modulation.dominant(goal).root)
        return (
            f"At once: {before.symbol}, the V7 of {start.name}, is heard as the German sixth of "
            f"{goal.name} and goes to {fifth.symbol}."
        )
    return (
        f"At once: {before.symbol} of {start.name} is heard as {after.symbol}, the vii°7 of "
        f"{goal.name}, and goes to its tonic."
    )


def _step(step: modulation.Step) -> str:
    if step.pivot is None:
        return f"{step.start.name} to {step.goal.name} by changing the mode"
    pivot = step.pivot
    same = f"{pivot.before} = {pivot.after}"
    return f"{step.start.name} to {step.goal.name} by {pivot.chord.symbol} ({same})"


def _cadence(progression: Progression, cadence: Cadence) -> str:
    before, after = progression.chords[cadence.place - 1 : cadence.place + 1]
    where = progression.where(cadence.place)
    if not progression.drawn:
        where = f"chords {cadence.place}–{cadence.place + 1}"
    end = ", final" if cadence.final else ""
    numerals = "–".join(cadence.numerals)
    return f"{cadence.name} {before.symbol}–{after.symbol} ({numerals}, {where}{end})"


def _first(chord: Chord) -> str:
    return chord.invert(1).symbol


def _sign(key: Key) -> str:
    count = abs(key.fifths)
    return plural(count, "sharp" if key.fifths > 0 else "flat") if count else "none"


def _spellings(key: Key) -> str:
    other = other_spelling(key) if abs(key.fifths) == 6 else None
    return f"{key.tonic.name}/{other.tonic.name}" if other else key.tonic.name


def _named(key: Key) -> str:
    other = other_spelling(key) if abs(key.fifths) == 6 else None
    return f"{key.name} or {other.name}" if other else key.name


HARMONY_TOOLS: tuple[Tool, ...] = (
    borrowed_chords,
    secondary_dominants,
    substitutions,
    circle_of_fifths,
    related_keys,
    cadences,
    modulation_path,
)
