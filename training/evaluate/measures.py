"""What a system scored on a set, the row of it in a report, and the process it runs in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from training.evaluate import tables
from training.evaluate.turns import Turn, wilson
from training.memory import peak_memory

P = ParamSpec("P")
T = TypeVar("T")
HEAD = (
    "| system | requests | right | accuracy | 95% interval | p50 | p95 | tokens/s | memory |",
    "|---|---|---|---|---|---|---|---|---|",
)
SYSTEMS_SAID = (
    "`base` is the model without its specialists' adapters, `tuned` with them. `+ retrieval`: the "
    "recipes, tools and passages near to a request are shown. Without it nothing is looked up, so "
    "that what the model writes from memory is what runs; the title of a recipe that it remembers "
    "is no command. Each system runs in a process of its own, whose peak memory is given."
)


@dataclass(frozen=True)
class Measures:
    """The figures of a system on a set: times in ms, memory in MB (10^6 bytes)."""

    system: str
    requests: int
    right: int
    accuracy: float
    low: float
    high: float
    p50: float
    p95: float
    tokens_per_second: float
    memory: int

    @classmethod
    def of(
        cls, system: str, passed: Sequence[bool], turns: Sequence[Turn], memory: int
    ) -> Measures:
        """Count what a system did. Latency is of turns; tokens are those that the model wrote."""
        thinking = sum(turn.thinking for turn in turns)
        tokens = sum(turn.usage.completion_tokens for turn in turns)
        speed = tokens / thinking if thinking else 0.0
        return cls.counted(system, passed, [turn.seconds for turn in turns], memory, speed)

    @classmethod
    def counted(
        cls,
        system: str,
        passed: Sequence[bool],
        seconds: Sequence[float],
        memory: int,
        speed: float = 0.0,
    ) -> Measures:
        """Count what passed, with the seconds of each request and tokens a second (0: none)."""
        times = [1000 * each for each in seconds]
        low, high = wilson(sum(passed), len(passed))
        return cls(
            system,
            len(passed),
            sum(passed),
            sum(passed) / len(passed) if passed else 0.0,
            low,
            high,
            tables.quantile(times, 0.5),
            tables.quantile(times, 0.95),
            speed,
            memory,
        )

    @property
    def row(self) -> str:
        """The row under `HEAD`."""
        speed = f"{self.tokens_per_second:.0f}" if self.tokens_per_second else "–"
        return (
            f"| {self.system} | {self.requests} | {self.right} | {self.accuracy:.3f} "
            f"| {self.low:.3f} to {self.high:.3f} | {self.p50:.0f} ms | {self.p95:.0f} ms "
            f"| {speed} | {self.memory} MB |"
        )

    @property
    def figures(self) -> dict[str, float]:
        """The numbers by name."""
        return {name: float(value) for name, value in asdict(self).items() if name != "system"}


def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, int]:
    """Call `work` in a process of its own; return its result and that process's peak memory in MB.

    What a system leaves in memory would otherwise count for the next one too.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = pool.submit(work, *args, **kwargs).result()
        return result, pool.submit(peak_memory).result()
