"""The graph over a real bubblewrap sandbox and the real policy, with a scripted model."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from support.graph_parts import World
from support.sandbox_drivers import open_driver

from graphs.assistant import Assistant
from graphs.events import ApprovalNeeded
from graphs.settings import Settings
from runtime.fake import Reply
from sandboxes.previewing import PreviewingSandbox
from tools.bash.policy.judge import judge
from tools.bash.tool import bash_tool

ASK = "change the file log"


def open_box(folder: Path) -> PreviewingSandbox:
    """Open a bubblewrap sandbox that keeps everything under `folder`."""
    folder.mkdir(exist_ok=True)
    box = open_driver("bubblewrap", folder, folder / "undo")
    assert isinstance(box, PreviewingSandbox)
    return box


class Place:
    """A world with a real sandbox and the real policy, and a conversation in it."""

    def __init__(self, folder: Path, box: PreviewingSandbox) -> None:
        self.world = World(folder)
        self.box = box
        self.name = f"graph-{uuid.uuid4().hex}"

    def assistant(
        self, script: Iterable[Reply] | Callable[..., Reply], settings: Settings | None = None
    ) -> Assistant:
        made = self.world.assistant(script, settings=settings)
        parts = replace(
            made.parts, sandbox=self.box, judge=judge, tools={"bash": bash_tool(self.box)}
        )
        return Assistant(parts, self.world.folder / "checkpoints.db")

    def ask(self, mica: Assistant) -> ApprovalNeeded:
        *_, needed = mica.stream(self.name, ASK)
        assert isinstance(needed, ApprovalNeeded)
        return needed

    def read(self, command: str = "cat log 2>/dev/null") -> str:
        call = uuid.uuid4().hex
        return self.box.run(command, conversation=self.name, call_id=call).output
