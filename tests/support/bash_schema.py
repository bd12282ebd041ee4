"""What a model is told of the sandbox's shell, in tests of a model's format."""

from __future__ import annotations

from runtime.types import ToolSchema

BASH = ToolSchema(
    "bash",
    "Run a command.",
    {
        "type": "object",
        "properties": {"command": {"type": "string", "format": "shell"}},
        "required": ["command"],
    },
)
