"""How much memory a process has taken. Needs nothing but the standard library, as trainers do."""

from __future__ import annotations

import re
import resource
import sys
from contextlib import suppress
from pathlib import Path


def peak_memory() -> int:
    """Return the most memory that this process has had resident, in MB (10^6 bytes)."""
    with suppress(OSError):
        # A child's `ru_maxrss` begins with what its parent held; this figure does not.
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        if found:
            return round(int(found[1]) * 1024 / 1e6)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6)
