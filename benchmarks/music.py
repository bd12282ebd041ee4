"""Time every music tool after a warm-up call, on the clock and in processor time.

A tool's time is that of its answer: text, picture and files. Sound, MIDI and ABC are made when they
are listened to or saved; that time stands in a column of its own. The limits are 20 ms a
tool, 50 ms for notation and 200 ms for 20 seconds of sound; `ok` goes by processor time, which
other programs of the machine disturb less, but do: the first line has a fixed work's median beside
its best. The tools that music21 has too are timed
against it at the end.

Run: python -m benchmarks.music [calls]; with MICA_HOME of an indexed corpus for all tools.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.music_calls import CALLS
from benchmarks.music_peer import compare
from tools import Later, Tool, ToolError, ToolResult
from tools.music.audio import play, soundfont, sounds
from tools.music.music_text import read_music
from tools.music.notation import to_svg
from tools.music.score import of_music
from tools.music.tools import TOOLS

TOOL_LIMIT, NOTATION_LIMIT, SOUND_LIMIT = 20.0, 50.0, 200.0
HEAD = (
    f"{'':25}{'wall, ms':>16}{'CPU, ms':>16}\n{'tool':25}{'p50':>8}{'p95':>8}{'p50':>8}{'p95':>8}"
    f"{'limit':>7}  {'ok':4}{'later':>7}  call"
)


@dataclass(frozen=True)
class Timed:
    """Milliseconds on the clock and of the processor, of each call in order of size."""

    walls: tuple[float, ...]
    cpus: tuple[float, ...]

    @property
    def cpu(self) -> float:
        return statistics.median(self.cpus)


def main(calls: int = 40) -> int:
    print(f"sound: {soundfont() or 'our own synthesiser'}; {calls} calls each, in ms")
    fixed = timed(_fixed, 10 * calls)
    print(f"a fixed work: {fixed.cpu:.1f}, at best {fixed.cpus[0]:.1f}")
    print(HEAD)
    late = sum(not row(tool, calls) for tool in TOOLS)
    score = of_music(read_music("Dm7 G7 Cmaj7 Am7 " * 3), "x")
    notes = sounds(score)
    length = max(note.start + note.seconds for note in notes)
    quick = shown(f"({length:.0f} s of sound)", timed(lambda: play(notes), calls), SOUND_LIMIT)
    quick &= shown("(notation of 12 bars)", timed(lambda: to_svg(score), calls), NOTATION_LIMIT)
    compare(timed_cpu=lambda call: timed(call, calls).cpu)
    print(
        f"{len(TOOLS) - late} of {len(TOOLS)} tools within {TOOL_LIMIT:g} ms of processor time; "
        f"notation and sound {'are' if quick else 'are NOT'}"
    )
    return 1 if late or not quick else 0


def row(tool: Tool, calls: int) -> bool:
    """Print a line for each call of a tool; false where one is over the limit or has no result."""
    good = True
    for arguments in CALLS[tool.name]:
        try:
            result = tool.call(arguments)
        except ToolError as problem:
            print(f"{tool.name:25} not timed: {problem}")
            return False
        found = timed(partial(tool.call, arguments), calls)
        said = ", ".join(str(value).replace("\n", " ") for value in arguments.values())
        good &= shown(tool.name, found, TOOL_LIMIT, later(tool, arguments, result, calls), said)
    return good


def later(tool: Tool, arguments: dict[str, object], result: ToolResult, calls: int) -> str:
    """The processor time of making what an answer leaves for later, or nothing."""
    if not any(isinstance(each.content, Later) for each in result.artifacts):
        return ""
    times = []
    for _ in range(max(calls // 8, 3)):
        made = tool.call(arguments)
        start = time.process_time()
        for each in made.artifacts:
            _ = each.data
        times.append((time.process_time() - start) * 1000)
    return f"{statistics.median(times):.1f}"


def shown(name: str, found: Timed, limit: float, rest: str = "", said: str = "") -> bool:
    ok = found.cpu < limit
    times = "".join(
        f"{statistics.median(row):8.2f}{row[int(0.95 * (len(row) - 1) + 0.5)]:8.2f}"
        for row in (found.walls, found.cpus)
    )
    print(f"{name:25}{times}{limit:7g}  {'yes' if ok else 'NO':4}{rest:>7}  {said[:60]}".rstrip())
    return ok


def timed(call: Callable[[], object], calls: int) -> Timed:
    call()
    walls, cpus = [], []
    for _ in range(calls):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return Timed(tuple(sorted(walls)), tuple(sorted(cpus)))


def _fixed() -> int:
    return sum(number * number % 7 for number in range(100_000))


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
