"""What the readers of music requests find, as tests compare it."""

from __future__ import annotations

from tools.music.filling.table import fill


def whole(tool: str, request: str) -> dict[str, str]:
    """Return the arguments that a request gives a tool; asserts that it lacks none."""
    found = fill(tool, request)
    assert found is not None and found.missing == ()
    return dict(found.arguments)
