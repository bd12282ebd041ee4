"""Changes a grid of drums on request: busier hats, no crash, a clap on 2 and 4, at 96 bpm."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tools.music.drum_styles import DRUMS, fill_for
from tools.music.drums import Grid, in_order, read_drum, with_fill
from tools.music.numbers import CARDINALS, check_bpm
from tools.music.pitch import MusicError

_CYMBALS = frozenset("hihat openhat ride shaker tambourine cabasa".split())
_NAMES = sorted({n for name, _, others in DRUMS for n in (name, *others) if len(n) > 2}, key=len)
_ALIASES = {"hats": "hihat", "hat": "hihat", "hi hats": "hihat", "hi-hats": "hihat",
            "hi-hat": "hihat", "hihats": "hihat", "kicks": "kick", "snares": "snare",
            "bass drum": "kick", "rims": "rim", "toms": "midtom"}  # fmt: skip
DRUM = "|".join(
    re.escape(name) for name in [*sorted(_ALIASES, key=len, reverse=True), *_NAMES[::-1]]
)
_FIND = re.compile(rf"\b(?:{DRUM})s?\b", re.IGNORECASE)
_BPM = re.compile(r"\b(\d{2,3})\s?bpm\b|\btempo\s(?:to\s|of\s)?(\d{2,3})\b", re.IGNORECASE)
_COUNT = rf"(?:\d+|{'|'.join(CARDINALS)})"
_BARS = re.compile(
    rf"\b(?:in|of|at|for|on)?\s*(?:the\s)?(?:(?P<last>last)\sbar|bars?\s"
    rf"(?P<n>{_COUNT}(?:\s?(?:,|and|to)\s?{_COUNT})*))\b", re.IGNORECASE
)  # fmt: skip
FILL = r"\b(?:an?|the|another|some|drum)\s(?:\w+\s)?fills?\b|\bfills?(?=\s(?:in|on|at)\b|\s*$)"
_FILL = re.compile(FILL, re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_A_DRUM = re.compile(r"^\W*(?:(?:with|and|plus)\s)*(?:an?|some)\s", re.IGNORECASE)
_TEMPO = ((r"\bdouble[\s-]time\b", 2.0), (r"\bhalf[\s-]time\b", 0.5), (r"\bfaster|quicker\b", 1.15),
          (r"\bslower\b", 0.87))  # fmt: skip


def change_grid(grid: Grid, request: str) -> Grid:
    """Return a grid that is changed as a request says, by one change after another.

    >>> from tools.music.drums import read_grid
    >>> beat = read_grid("hihat x---x---x---x---\\nkick x-------x-------")
    >>> change_grid(beat, "make the hats busier").rows[0]
    ('hihat', 'xxxxxxxxxxxxxxxx')
    >>> change_grid(beat, "add a clap on 2 and 4").rows[-1]
    ('clap', '----x-------x---')
    >>> [row for row in change_grid(beat, "a fill in bar 1").rows if row[0] == "snare"]
    [('snare', '--------xxxx----')]
    >>> change_grid(beat, "a crash in bar 1, and a clap on 2 and 4").rows[2:]
    (('crash', 'x---------------'), ('clap', '----x-------x---'))

    Raises:
        MusicError: the request names no change, or a drum that is not there.
    """
    for said in _each_change(request):
        grid = _changed(grid, said)
    return grid


def _each_change(request: str) -> list[str]:
    """Cut a request into changes: each names a drum, a fill or a tempo; "2 and 4" stays whole."""
    found: list[str] = []
    for piece in _BETWEEN.split(request):
        whole = any(pattern.search(piece) for pattern in (_FIND, _FILL, _BPM))
        if found and not whole:
            found[-1] += f" and {piece}"
        elif piece.strip():
            found.append(piece)
    return found or [request]


def _changed(grid: Grid, request: str) -> Grid:
    if match := _BPM.search(request):
        return replace(grid, tempo=check_bpm(int(match[1] or match[2])))
    for pattern, factor in _TEMPO:
        if re.search(pattern, request, re.IGNORECASE):
            return replace(grid, tempo=check_bpm(round(grid.tempo * factor)))
    bars, request = _bars(grid, request)
    if _FILL.search(request):
        return _filled(grid, bars)
    drums = _drums(request)
    for pattern, act in _ACTS:
        if re.search(pattern, request, re.IGNORECASE):
            return _each(grid, drums, act, request, bars)
    if drums and _A_DRUM.search(request):
        return _each(grid, drums, _added, request, bars)
    raise MusicError(
        f"cannot read {request!r} as a change of drums; write e.g. busier hats, sparser kick, no "
        "crash, add a clap on 2 and 4, louder snare, a fill in bar 4, 96 bpm"
    )


def _drums(request: str) -> list[str]:
    """Return the drums that are named, each once."""
    said = [match[0].lower() for match in _FIND.finditer(request)]
    names = (_ALIASES.get(name) or read_drum(name if name in _NAMES else name.rstrip("s"))
             for name in said)  # fmt: skip
    return list(dict.fromkeys(names))


Act = Callable[[Grid, str, str], str]


def _bars(grid: Grid, request: str) -> tuple[list[int], str]:
    """Return which bars are meant, from 0, and the request without them; no bars are all."""
    match = _BARS.search(request)
    if match is None:
        return [], request
    if match["last"]:
        numbers = [grid.bars]
    else:
        numbers = [int(n) if n.isdigit() else CARDINALS[n.lower()]
                   for n in re.split(r"\W+(?:and|to)?\W*", match["n"]) if n]  # fmt: skip
    if not all(1 <= number <= grid.bars for number in numbers):
        raise MusicError(f"there is no bar {max(numbers)}; there are {grid.bars}")
    rest = request[: match.start()] + " " + request[match.end() :]
    return [number - 1 for number in numbers], " ".join(rest.split())


def _filled(grid: Grid, bars: list[int]) -> Grid:
    """End bars in a fill; without a number the last one."""
    rows = dict(grid.rows)
    fill = dict(fill_for(grid.meter.top, grid.steps))
    for bar in bars or [grid.bars - 1]:
        rows = with_fill(rows, fill, (bar + 1) * grid.steps)
    return replace(grid, rows=in_order(rows))


def _each(grid: Grid, drums: list[str], act: Act, request: str, bars: list[int]) -> Grid:
    rows = dict(grid.rows)
    for name in drums or ([] if act is _added else list(rows)):
        row = rows.get(name, "" if act is not _added else "-" * grid.steps * grid.bars)
        if not row:
            raise MusicError(f"there is no {name} in this beat; there are {', '.join(rows)}")
        rows[name] = "".join(
            act(grid, name, bar + "\0" + request) or "-" * grid.steps * bool(bars)
            if not bars or number in bars
            else bar
            for number, bar in enumerate(grid.cut(row))
        )
    kept = tuple((name, row) for name, row in rows.items() if row)
    if not kept or (act is _added and not drums):
        raise MusicError("say which drum: e.g. add a clap, or no crash; one has to be left")
    return replace(grid, rows=kept)


def _beats(grid: Grid) -> list[int]:
    return [int(start / grid.step) for start in grid.meter.starts]


def _busier(grid: Grid, name: str, bar: str) -> str:
    """Strike all steps of a cymbal; of another drum also those between the beats."""
    steps = bar.partition("\0")[0]
    if name in _CYMBALS:
        return steps.replace("-", "x")
    half = max(1, _beats(grid)[1] // 2 if len(_beats(grid)) > 1 else grid.steps // 2)
    between = {beat + half for beat in _beats(grid)}
    return "".join("x" if at in between and s == "-" else s for at, s in enumerate(steps))


def _sparser(grid: Grid, name: str, bar: str) -> str:
    """Keep what falls on the beats."""
    beats = _beats(grid)
    return "".join(s if at in beats else "-" for at, s in enumerate(bar.partition("\0")[0]))


def _gone(grid: Grid, name: str, bar: str) -> str:
    """Strike nothing; the row goes."""
    return ""


def _louder(grid: Grid, name: str, bar: str) -> str:
    return bar.partition("\0")[0].replace("x", "X").replace("g", "x")


def _softer(grid: Grid, name: str, bar: str) -> str:
    return bar.partition("\0")[0].replace("x", "g").replace("X", "x")


def _added(grid: Grid, name: str, bar: str) -> str:
    """Strike the beats that are named, the offbeats, eighths or sixteenths; else every beat."""
    steps, _, request = bar.partition("\0")
    beats = _beats(grid)
    half = max(1, (beats[1] if len(beats) > 1 else grid.steps) // 2)
    named = [int(n) for n in re.findall(r"(?<!\d)([1-9])(?!\d)", request)]
    wanted = {beats[n - 1] for n in named if n <= len(beats)}
    wanted = wanted or (set(beats[:1]) if name == "crash" else set(beats))
    if re.search(r"\b(?:off[\s-]?beats?|ands)\b", request, re.IGNORECASE):
        wanted = {beat + half for beat in beats}
    elif re.search(r"\b(?:eighths?|8ths?)\b", request, re.IGNORECASE):
        wanted = {place for beat in beats for place in (beat, beat + half)}
    elif re.search(r"\b(?:sixteenths?|16ths?)\b", request, re.IGNORECASE):
        wanted = set(range(grid.steps))
    return "".join("x" if at in wanted and s == "-" else s for at, s in enumerate(steps))


def _ghosted(grid: Grid, name: str, bar: str) -> str:
    """Strike softly right before and after the beats that the drum leaves out."""
    steps = bar.partition("\0")[0]
    empty = [beat for beat in _beats(grid) if steps[beat] == "-"]
    near = {(beat + by) % len(steps) for beat in empty for by in (-1, 1)}
    return "".join("g" if at in near and s == "-" else s for at, s in enumerate(steps))


_ACTS: tuple[tuple[str, Act], ...] = (
    (r"\bghost\s(?:notes?|strokes?|hits?)\b", _ghosted),
    (r"\b(?:less\sbusy|sparser|thinner|thin\sout|fewer|simpler|simplify|less)\b", _sparser),
    (r"\b(?:busier|busy|denser|fuller|more|double(?:d)?|fill)\b", _busier),
    (r"\b(?:no|without|remove|drop|mute|take\sout|delete|lose|kill)\b", _gone),
    (r"\b(?:louder|accents?|accented|harder|stronger)\b", _louder),
    (r"\b(?:softer|quieter|gentler|ghost(?:ed|s)?|lighter)\b", _softer),
    (r"\b(?:add|with|put|on\s\d|give|four\son\sthe\sfloor)\b", _added),
)
