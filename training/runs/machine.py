"""What this machine has to train with: processors, memory, graphics cards."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30


@dataclass(frozen=True)
class Card:
    """A CUDA card: its name, compute capability and memory in bytes."""

    name: str
    capability: tuple[int, int]
    memory: int

    @property
    def architecture(self) -> str:
        """NVIDIA's name of the generation."""
        return next((name for least, name in _GENERATIONS if self.capability >= least), "older")


_GENERATIONS: tuple[tuple[tuple[int, int], str], ...] = (
    ((10, 0), "Blackwell"),
    ((9, 0), "Hopper"),
    ((8, 9), "Ada"),
    ((8, 0), "Ampere"),
    ((7, 5), "Turing"),
    ((7, 0), "Volta"),
    ((6, 0), "Pascal"),
)


@dataclass(frozen=True)
class Machine:
    """A machine: `system` and `processor` as `platform` names them, memory in bytes.

    `memory` is what programs may still take, within the limit of a container; `bfloat16` whether
    the processor multiplies in it (AVX-512 BF16, AMX, or ARM's).
    """

    system: str
    processor: str
    cores: int
    memory: int
    cards: tuple[Card, ...] = ()
    bfloat16: bool = False

    @property
    def is_apple(self) -> bool:
        """Whether it is a Mac with a processor of Apple's own."""
        return self.system == "Darwin" and self.processor == "arm64"

    @property
    def is_arm_board(self) -> bool:
        """Whether it is an ARM machine under Linux, such as a Raspberry Pi."""
        return self.system == "Linux" and self.processor in ("aarch64", "armv7l", "armv6l")


def this_machine() -> Machine:
    """Look at this machine; nothing is imported and no card is used."""
    return Machine(
        platform.system(),
        platform.machine(),
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        free_memory(),
        _cards(),
        _multiplies_bfloat16(),
    )


def free_memory() -> int:
    """Return the bytes of memory that may still be taken; 0 where it cannot be told."""
    free = _meminfo()
    for limit, used in (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes",
                         "memory/memory.usage_in_bytes")):  # fmt: skip
        try:
            group = Path("/sys/fs/cgroup")
            left = int((group / limit).read_text()) - int((group / used).read_text())
        except (OSError, ValueError):
            continue
        free = min(free, left) if free else left
    return max(free, 0)


def _multiplies_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(flags)


def _meminfo() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:  # a Mac tells only the whole
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (OSError, ValueError):
        return 0


def _cards() -> tuple[Card, ...]:
    if shutil.which("nvidia-smi") is None:
        return ()
    command = ["nvidia-smi", "--query-gpu=name,compute_cap,memory.total",
               "--format=csv,noheader,nounits"]  # fmt: skip
    try:
        shown = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(card for line in shown.stdout.splitlines() if (card := _card(line)))


def _card(line: str) -> Card | None:
    try:
        name, capability, memory = (part.strip() for part in line.split(","))
        major, minor = capability.split(".")
        return Card(name, (int(major), int(minor)), int(memory) << 20)
    except ValueError:
        return None
