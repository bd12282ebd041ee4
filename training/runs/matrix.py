"""What can be trained where, as tables: this machine, kinds of machines, sizes of the base.

The tables are not written by hand: they are what the checks say that a run is refused by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.backends import load
from training.backends.checks import (
    LEAST_CAPABILITY,
    environment_problems,
    uses_bfloat16,
)
from training.runs.machine import GIB, Card, Machine, this_machine
from training.runs.memory import GRANITE, needed
from training.runs.recipe import Recipe

BACKENDS = ("shipped", "trl", "unsloth", "mlx")
_ROOM = 64 * GIB
_KINDS = (
    ("CPU, 64 bit (x86_64)", Machine("Linux", "x86_64", 8, _ROOM)),
    ("CPU with bfloat16 (AVX-512 BF16, AMX)", Machine("Linux", "x86_64", 8, _ROOM, bfloat16=True)),
    *(
        (f"CUDA: {name} ({major}.{minor})",
         Machine("Linux", "x86_64", 8, _ROOM, (Card(name, (major, minor), _ROOM),)))
        for name, major, minor in (("Pascal", 6, 1), ("Volta", 7, 0), ("Turing", 7, 5),
                                   ("Ampere", 8, 0), ("Ada", 8, 9), ("Hopper", 9, 0),
                                   ("Blackwell", 10, 0))
    ),
    ("Mac with an Apple processor", Machine("Darwin", "arm64", 8, _ROOM)),
    ("Raspberry Pi and other ARM boards, 64 bit", Machine("Linux", "aarch64", 4, _ROOM)),
    ("ARM boards, 32 bit", Machine("Linux", "armv7l", 4, _ROOM)),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One thing that can or cannot be trained with here, and why."""

    what: str
    works: bool
    detail: str


@dataclass(frozen=True)
class Kind:
    """A kind of machine, the backends that work on it, and what to know of it."""

    machine: str
    backends: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Need:
    """About how many bytes a LoRA on a Granite takes: of a card, or of a machine without one."""

    size: str
    loading: str
    card: int
    memory: int


def here(machine: Machine | None = None) -> list[Line]:
    """Return what this machine has, and which backends are ready on it."""
    machine = machine or this_machine()
    return [*_devices(machine), *(_backend(name, machine) for name in BACKENDS)]


def kinds() -> list[Kind]:
    """Return which backends work on which kinds of machines, memory aside."""
    return [_kind(name, machine) for name, machine in _KINDS]


def sizes() -> list[Need]:
    """Return the memory that the recipes for Granites take, by the size of the base."""
    found = []
    for loading in ("full", "4bit"):
        for name, size in GRANITE.items():
            recipe = Recipe.of({**_example("trl").as_dict(), "loading": loading})
            card = needed(size, recipe, card=True, bfloat16=True)
            memory = needed(size, recipe, card=False, bfloat16=False)
            found.append(Need(name, loading, card, memory))
    return found


def _devices(machine: Machine) -> Iterator[Line]:
    kind = "Apple" if machine.is_apple else "ARM board" if machine.is_arm_board else "CPU"
    pace = "bfloat16" if machine.bfloat16 else "float32"
    works = machine.processor not in ("armv7l", "armv6l")
    detail = f"{machine.cores} cores, {machine.memory / GIB:.1f} GiB free, computes in {pace}"
    yield Line(
        f"{kind} ({machine.system} {machine.processor})",
        works,
        detail if works else "torch needs a 64-bit system",
    )
    for card in machine.cards:
        fits = card.capability >= LEAST_CAPABILITY
        number = ".".join(map(str, card.capability))
        detail = f"{card.architecture}, compute capability {number}, {card.memory / GIB:.0f} GiB"
        yield Line(f"CUDA: {card.name}", fits, detail if fits else f"{detail}; needs 7.5 or newer")
    if not machine.cards:
        yield Line("CUDA", False, "no card is found (nvidia-smi)")


def _backend(name: str, machine: Machine) -> Line:
    backend, recipe = load(name), _example(name)
    problems = backend.problems(recipe, machine)
    problems += environment_problems(backend.environment, backend.modules(recipe))
    return Line(f"backend {name}", not problems, "; ".join(problems) or "ready")


def _kind(name: str, machine: Machine) -> Kind:
    fitting = tuple(each for each in BACKENDS if not load(each).problems(_example(each), machine))
    if not fitting or not machine.cards:
        pace = "bfloat16" if uses_bfloat16(_example("trl"), machine) else "float32"
        quantised = not load("trl").problems(_quantised(), machine)
        note = f"in {pace}{', 4 bit' if quantised else ''}" if fitting else "no torch, no mlx"
        return Kind(name, fitting, note)
    card = machine.cards[0]
    if card.capability < LEAST_CAPABILITY:
        return Kind(name, fitting, "on its processor only: torch needs 7.5 or newer")
    pace = "bfloat16" if uses_bfloat16(_example("trl"), machine) else "float32"
    return Kind(name, fitting, f"in {pace}, 4 bit")


def _example(backend: str) -> Recipe:
    base = "champion" if backend == "shipped" else "ibm-granite/granite-4.0-350m"
    return Recipe.of({"backend": backend, "specialist": "sysadmin", "data": ".", "base": base})


def _quantised() -> Recipe:
    return Recipe.of({**_example("trl").as_dict(), "loading": "4bit"})
