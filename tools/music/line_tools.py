"""Tools for melodies that were written or made: changing them, answering them, varying them."""

from __future__ import annotations

from fractions import Fraction

from tools import Tool, ToolResult, tool
from tools.music import canons
from tools.music.answers import musical, plural, spelled
from tools.music.chart import is_progression, read_chart
from tools.music.chart_change import change_chart
from tools.music.chart_view import present_chart
from tools.music.continuing import continued
from tools.music.generation import read_bars
from tools.music.interval import Interval
from tools.music.line import Line, Note
from tools.music.line_edit import edit as edit_line
from tools.music.line_text import read_line, write_line
from tools.music.line_view import present_lines
from tools.music.pitch import MusicError
from tools.music.variations import KINDS, vary

MOST_NAMED = 8


@tool
@musical
def edit_melody(melody: str, edit: str) -> ToolResult:
    """Change a melody, e.g. melody "C4 D4:e E4:e | G4:h", edit "bar two up a step", "double the
    note lengths", "invert around C4", "backwards", "to G major", "note 3 to E4"; or a progression,
    e.g. "Dm7 | G7 | C", edit "bar 2 to Db7", "put a ii-V before the last chord"."""
    if is_progression(melody):
        return _changed_chords(melody, edit)
    done = edit_line(read_line(melody), edit)
    text = write_line(done.line)
    return ToolResult(f"{text}\n({done.words})", present_lines([done.line], done.words))


def _changed_chords(chords: str, request: str) -> ToolResult:
    done = change_chart(read_chart(chords), request)
    said = f"({done.words})\n{spelled(done.chart.chords)}"
    return ToolResult(f"{done.chart.text}\n{said}", present_chart(done.chart, "changed chords"))


@tool
@musical
def canon(melody: str, interval: str = "unison", distance: str = "1 bar") -> ToolResult:
    """Answer a melody by itself and report clashes, e.g. interval "octave below", distance "2
    bars"."""
    line = read_line(melody)
    if not line.pitches:
        raise MusicError("there are only rests; write a melody such as C4 D4 E4 C4")
    step, exact = canons.read_answer(interval)
    delay = canons.read_distance(distance, line.meter)
    if delay >= line.length:
        raise MusicError("the melody ends before the second voice enters; write a shorter distance")
    made = canons.canon(line, step, delay, exact=exact)
    said = f"Canon at the {_said(step, exact)} after {_long(delay, line)}"
    strong, passing = len(made.strong_clashes), len(made.clashes) - len(made.strong_clashes)
    lines = [
        f"{said}: {_count(strong, 'clash')} on beats, {_count(passing, 'passing clash')}",
        *_findings(made, line),
        f"First voice: {write_line(line)}",
        f"Second voice: {write_line(made.follower)}",
    ]
    if strong:
        lines.append(_better(line, strong))
    shown = present_lines(
        [line, made.follower], said, names=("first", "second"), delays=(Fraction(0), delay)
    )
    return ToolResult("\n".join(text for text in lines if text), shown)


@tool
@musical
def continue_melody(melody: str, bars: int | str = 4, seed: int | str = 1) -> ToolResult:
    """Go on with a melody in its own manner, e.g. melody "C4 D4 E4 C4 | E4 F4 G4:h", bars 4."""
    line = read_line(melody)
    made = continued(line, read_bars(bars), seed)
    shown = present_lines([_after(line, made)], "continued melody")
    text = f"{write_line(made)}\n({plural(len(made.bars), 'bar')} that go on from it, seed {seed})"
    return ToolResult(text, shown)


def _after(line: Line, made: Line) -> Line:
    """The whole, with rests where the old line does not fill its last bar."""
    short = (line.pickup - line.length) % line.meter.quarters
    rest = (Note((), short),) if short else ()
    return line.with_notes((*line.notes, *rest, *made.notes))


@tool
@musical
def variations(theme: str, kind: str = "ornaments", seed: int | str = 1) -> ToolResult:
    """Vary a theme, e.g. kind ornaments, running, rhythm, triplets, minor, major, inversion,
    retrograde, augmentation, octaves, simple."""
    line = read_line(theme)
    if not line.pitches:
        raise MusicError("the theme has no notes; write a melody such as C4 E4:e F4:e G4:h")
    if kind.strip().lower() in ("all", "set", "theme and variations", "every"):
        return _all_variations(line, seed)
    made, name = vary(line, kind, seed)
    title = f"variation, {name}"
    return ToolResult(f"{write_line(made)}\n({title}, seed {seed})", present_lines([made], title))


def _all_variations(line: Line, seed: int | str) -> ToolResult:
    rows, shown = [], []
    for name in KINDS:
        try:
            made, _ = vary(line, name, seed)
        except MusicError:
            continue
        rows.append(f"{name}: {write_line(made)}")
        shown.append(made)
    pictures = present_lines([shown[0]], "first variation")
    return ToolResult(
        "\n".join((f"{plural(len(rows), 'variation')} of the theme", *rows)), pictures
    )


def _findings(made: canons.Canon, line: Line) -> list[str]:
    clashes = [
        f"{clash.lower}-{clash.upper} ({clash.name}, {_where(clash.time, line)})"
        for clash in made.strong_clashes[:MOST_NAMED]
    ]
    more = len(made.strong_clashes) - MOST_NAMED
    clashes += [f"{more} more"] if more > 0 else []
    parallels = [f"{name} at {_where(time, line)}" for time, name in made.parallels[:MOST_NAMED]]
    return [
        f"Clashes: {', '.join(clashes)}." if clashes else "",
        f"Parallel {', '.join(parallels)}." if parallels else "",
    ]


def _better(line: Line, clashes: int) -> str:
    """Propose the interval and distance with the fewest clashes, where there are fewer."""
    options = canons.best_answers(line, line.meter)
    if not options or options[0][0] >= clashes:
        return ""
    count, interval, delay = options[0]
    exact = interval.steps % 7 == 0
    return (
        f"Fewest clashes: at the {_said(interval, exact)} after {_long(delay, line)} "
        f"({_count(count, 'clash')} on beats)."
    )


def _said(interval: Interval, exact: bool) -> str:
    if interval.steps == 0 and interval.semitones == 0:
        return "unison"
    name = interval.name if exact else interval.name.split(" ", 1)[1]
    return f"{name.removeprefix('perfect ')} {'below' if interval.descending else 'above'}"


def _where(time: Fraction, line: Line) -> str:
    bar, rest = divmod(time - line.pickup, line.meter.quarters)
    beat = f"{float(rest / line.meter.unit + 1):.2f}".rstrip("0").rstrip(".")
    return f"bar {bar + 1} beat {beat}"


def _long(delay: Fraction, line: Line) -> str:
    bars = delay / line.meter.quarters
    if bars.denominator == 1:
        return plural(int(bars), "bar")
    beats = delay / line.meter.unit
    return f"{float(beats):g} beat{'' if beats == 1 else 's'}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 'es'}"


LINE_TOOLS: tuple[Tool, ...] = (edit_melody, continue_melody, canon, variations)
