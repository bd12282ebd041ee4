"""What a machine can train, as a table: backends, devices, sizes of the base."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.backends import load
from training.backends.checks import LEAST_CAPABILITY, uses_bfloat16
from training.runs.machine import GIB, Machine, this_machine
from training.runs.memory import GRANITE, needed
from training.runs.recipe import Recipe

BACKENDS = ("shipped", "trl", "unsloth", "mlx")


@dataclass(frozen=True)
class Line:
    """One thing that can or cannot be trained here, and why."""

    what: str
    works: bool
    detail: str


def matrix(machine: Machine | None = None) -> list[Line]:
    """Return the lines for a machine, this one by default."""
    here = machine or this_machine()
    return [*_devices(here), *_backends(here), *_sizes(here)]


def _devices(machine: Machine) -> Iterator[Line]:
    kind = "Apple" if machine.is_apple else "ARM board" if machine.is_arm_board else "CPU"
    pace = "bfloat16" if machine.bfloat16 else "float32, so about half as fast as with bfloat16"
    memory = f"{machine.memory / GIB:.1f} GiB free"
    works = machine.processor not in ("armv7l", "armv6l")
    detail = f"{machine.cores} cores, {memory}, {pace}" if works else "torch needs 64 bits"
    yield Line(f"{kind} ({machine.system} {machine.processor})", works, detail)
    for card in machine.cards:
        fits = card.capability >= LEAST_CAPABILITY
        number = ".".join(map(str, card.capability))
        detail = f"{card.architecture}, compute capability {number}, {card.memory / GIB:.0f} GiB"
        yield Line(f"CUDA: {card.name}", fits, detail if fits else f"{detail}: needs 7.5 or newer")
    if not machine.cards:
        yield Line("CUDA", False, "no card is found (nvidia-smi)")


def _backends(machine: Machine) -> Iterator[Line]:
    for name in BACKENDS:
        backend = load(name)
        problems = backend.problems(_example(name), machine)
        yield Line(f"backend {name}", not problems, "; ".join(problems) or "ready")


def _sizes(machine: Machine) -> Iterator[Line]:
    """Yield how much each Granite takes, against what the card or the machine has."""
    card = machine.cards[0] if machine.cards else None
    room = card.memory if card else machine.memory
    for name, size in GRANITE.items():
        for loading in ("full", "4bit"):
            recipe = Recipe.of({**_example("trl").as_dict(), "loading": loading})
            bfloat16 = uses_bfloat16(recipe, machine)
            wanted = needed(size, recipe, card=card is not None, bfloat16=bfloat16)
            where = card.name if card else "memory"
            detail = f"about {wanted / GIB:.1f} of {room / GIB:.1f} GiB ({where})"
            yield Line(f"LoRA on Granite {name}, loading {loading}", wanted <= room, detail)


def _example(backend: str) -> Recipe:
    base = "champion" if backend == "shipped" else "ibm-granite/granite-4.0-350m"
    return Recipe.of({"backend": backend, "specialist": "sysadmin", "data": ".", "base": base})
