"""Small questions about a text and its nodes."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node


def piped(node: Node) -> bool:
    """Whether a command's output goes into a pipe, a file or a substitution."""
    below, parent = node, node.parent
    while parent is not None:
        if parent.type in ("command_substitution", "process_substitution"):
            return True
        if parent.type == "pipeline" and below.end_byte != parent.end_byte:
            return True
        if parent.type == "redirected_statement" and ">" in {
            part.type for child in parent.children for part in child.children
        }:
            return True
        below, parent = parent, parent.parent
    return False


def places(source: str, data: bytes) -> Sequence[int]:
    """Return the character at each byte of the text."""
    if len(source) == len(data):
        return range(len(data) + 1)
    places = [at for at, char in enumerate(source) for _ in char.encode()]
    return [*places, len(source)]


def plain_start(prefix: str) -> bool:
    """Whether what starts like this is neither an option nor one of bash's network devices."""
    return (
        bool(prefix)
        and prefix[0] != "-"
        and not ("/dev/".startswith(prefix) or prefix.startswith(("/dev/", "//")))
    )
