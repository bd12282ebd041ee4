"""What can be wrong with a loop; the text says what to do next."""

from __future__ import annotations


class LoopError(Exception):
    """A loop cannot run. The text says what to do next."""


class LoopBusyError(LoopError):
    """Another loop is running on this machine."""
