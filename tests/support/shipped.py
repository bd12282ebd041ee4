"""`mica serve` with the shipped weights, and what really happened in its sandbox."""

from __future__ import annotations

import contextlib
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from support import needs
from support.page_server import PageServer

from records.paths import home as this_machines_home
from sandboxes import ResultUnknownError, Sandbox
from sandboxes.choose import open_sandbox
from sandboxes.runner import key

LARGEST = "show me the five largest files under /usr/lib"
DELETE = "delete every .log file in /srv/app"
MUSIC = "what notes are in an E flat minor seventh, and transpose it up a fourth"
OFF_TOPIC = ("hello", "what can you do", "what is the capital of France")

_LOGS = "find /srv/app -type f -name '*.log' | sort"
_LARGEST = "find /usr/lib -type f -printf '%s %p\\n' | sort -rn | head -n 5"


def real_sandbox(folder: Path) -> Sandbox:
    """Open the sandbox that Mica uses with the data folder `folder`; skip where there is none."""
    rootfs = this_machines_home() / "sandbox" / "rootfs"
    link = folder / "sandbox" / "rootfs"
    if rootfs.exists() and not link.is_symlink():
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(rootfs.resolve())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICA_HOME", str(folder))
        with needs.a_sandbox():
            return open_sandbox()


class Inside:
    """Looks into a conversation's sandbox past Mica, and removes it at the end."""

    def __init__(self, home: Path, conversation: str = "") -> None:
        self.box = real_sandbox(home)
        self.conversation = conversation or uuid.uuid4().hex

    def __enter__(self) -> Inside:
        return self

    def __exit__(self, *_: object) -> None:
        self.box.forget(self.conversation)
        self.box.close()

    def sees(self, command: str) -> list[str]:
        """Run a command that only reads, and return its lines.

        The server asks the same sandbox: what it cleans up there may cut this off, which is told;
        then it is asked anew.
        """

        for _ in range(5):
            call = uuid.uuid4().hex
            with contextlib.suppress(ResultUnknownError):
                done = self.box.run(command, conversation=self.conversation, call_id=call)
                assert done.exit_code == 0, done.output
                return done.output.splitlines()
        raise AssertionError(f"{command} was cut off five times")

    def logs(self) -> list[str]:
        """Return the .log files that are in /srv/app."""
        return self.sees(_LOGS)

    def runs(self, call_id: str) -> int:
        """Return how often the sandbox started this call; its own list has a line for each."""
        return self.sees("cat /run/mica/order").count(key(call_id))


class Shipped(PageServer):
    """`mica serve` over the shipped weights."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "-m", "ui.cli", "serve", "--port", "{port}", patience=600)

    def transcript(self, conversation: str) -> list[dict[str, Any]]:
        """Return the conversation's messages, in the order of the transcript."""
        store = self.store()
        try:
            return [message for _, message, _ in store.transcript(conversation)]
        finally:
            store.close()

    def ran(self, conversation: str) -> list[tuple[str, str, str]]:
        """Return call id, state and command of every call that was started, by the journal."""
        store = self.store()
        try:
            rows = store.database.rows(
                "SELECT call_id, state, json_extract(arguments, '$.command') FROM journal "
                "WHERE conversation = ? AND state != 'intended' ORDER BY started",
                (conversation,),
            )
            return [tuple(row) for row in rows]
        finally:
            store.close()


def logs_at_first(home: Path) -> list[str]:
    """Return the .log files that a new conversation finds in /srv/app."""
    with Inside(home) as fresh:
        found = fresh.logs()
    assert len(found) >= 3
    return found


def largest(home: Path) -> list[str]:
    """Return the right answer to `LARGEST`, found without Mica: paths, largest first."""
    with Inside(home) as fresh:
        return [line.split(" ", 1)[1] for line in fresh.sees(_LARGEST)]


def in_order(text: str, parts: list[str]) -> bool:
    """Tell whether the text has all parts, one after the other."""
    return re.search(".*?".join(map(re.escape, parts)), text, re.DOTALL) is not None


def exact_music(text: str) -> bool:
    """Tell whether the text has the notes of E♭m7, and A♭m7 for it a fourth up."""
    return "E♭ G♭ B♭ D♭" in text and "A♭m7" in text
