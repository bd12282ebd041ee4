"""Gives freed memory back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Return what was freed to the system, where the C library keeps it (glibc); else do nothing.

    Reading an index takes a third more memory than holding it. The C library would keep that for
    later: `benchmarks/memory.py` shows what the server holds.
    """
    if not sys.platform.startswith("linux"):
        return
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is not None:
        trim(0)
