"""A person with a small shop, who asks Mica and corrects it: over the API, or in the chat."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import httpx

from records.store import Store
from records.turns import calls_in

TESTS = Path(__file__).parents[1] / "tests"
SECONDS = 120.0
MOVE_IN = "make the folder /srv/shop"
NOT_ASKED_FOR = "this is not what I asked for"
NOTHING = "(no command)"


class Person(Protocol):
    """What a person does, whatever they use for it."""

    def move_in(self, setup: str, conversation: str) -> None:
        """Put the shop's files into a conversation's sandbox, by editing a command."""
        ...

    def ask(self, request: str, conversation: str) -> str:
        """Ask, and return the command that came of it.

        One that waits for an approval is rejected: right is what only reads.
        """
        ...

    def correct(self, command: str) -> None:
        """Say which command would have been right for the last request."""
        ...


def right(person: Person, cases: Sequence[Mapping[str, str]], name: str) -> list[tuple[str, bool]]:
    """Ask each case in a new conversation; return what came, and whether that was right."""
    said = [person.ask(case["request"], f"{name}-{n}") for n, case in enumerate(cases)]
    return [(heard, heard == case["command"]) for heard, case in zip(said, cases, strict=True)]


@dataclass
class OverTheApi:
    """A person with a shop, over the API of one server."""

    base: str
    _done: dict[str, Any] = field(default_factory=dict)

    def move_in(self, setup: str, conversation: str) -> None:
        made = self._send([{"role": "user", "content": MOVE_IN}], conversation)
        self._decide(made, f"edit: {setup}")

    def ask(self, request: str, conversation: str) -> str:
        self._done = self._send([{"role": "user", "content": request}], conversation)
        waiting = self._done["mica"].get("approval")
        command = waiting["command"] if waiting else ""
        if waiting:
            self._done = self._decide(self._done, f"reject: {NOT_ASKED_FOR}")
        commands = [step["arguments"].get("command", "") for step in self._done["mica"]["steps"]]
        return str((commands or [command or NOTHING])[0])

    def correct(self, command: str) -> None:
        mica = self._done["mica"]
        body = {"conversation": mica["conversation"], "message_id": mica["message_id"]}
        calls = [{"name": "bash", "arguments": {"command": command}}]
        self._post("/v1/feedback", {**body, "rating": "down", "calls": calls})

    def _decide(self, done: Mapping[str, Any], decision: str) -> dict[str, Any]:
        asked = done["choices"][0]["message"]
        (call,) = asked["tool_calls"]
        told = {"role": "tool", "tool_call_id": call["id"], "content": decision}
        return self._send([asked, told], done["mica"]["conversation"])

    def _send(self, messages: Sequence[Mapping[str, Any]], conversation: str) -> dict[str, Any]:
        body = {"model": "mica", "messages": messages, "metadata": {"conversation": conversation}}
        return self._post("/v1/chat/completions", body)

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = httpx.post(self.base + path, json=body, timeout=SECONDS)
        answer.raise_for_status()
        return dict(answer.json())


class InTheChat:
    """A person on the chat page; `browser` is how a test does things on it.

    `home` is the server's data folder.
    """

    def __init__(self, browser: ModuleType, page: Any, home: Path) -> None:
        self._page = page
        self._home = home
        self._browser = browser
        self._at = ""

    def move_in(self, setup: str, conversation: str) -> None:
        self._go_to(conversation)
        answers = self._answers()
        self._browser.ask(self._page, MOVE_IN)
        self._browser.button(self._page, "Edit").click()
        self._page.get_by_label("Command", exact=True).fill(setup)
        self._browser.submit(self._page, "Run the edited command")
        self._browser.eventually(lambda: self._answers() > answers, SECONDS)

    def ask(self, request: str, conversation: str) -> str:
        self._go_to(conversation)
        answers = self._answers()
        self._browser.ask(self._page, request)
        reject = self._browser.button(self._page, "Reject")
        self._browser.eventually(lambda: self._answers() > answers or reject.count(), SECONDS)
        if self._answers() == answers:
            reject.click()
            self._browser.eventually(lambda: self._answers() > answers, SECONDS)
        return self._command()

    def correct(self, command: str) -> None:
        self._browser.correct(self._page, command)

    def _go_to(self, conversation: str) -> None:
        if self._at and conversation != self._at:
            self._browser.new_chat(self._page)
        self._at = conversation

    def _answers(self) -> int:
        return int(self._browser.button(self._page, "Correct it").count())

    def _command(self) -> str:
        """Return the first command of the last request, as the records have it."""
        store = Store(self._home / "mica.db")
        try:
            conversation = self._browser.conversation_of(self._page)
            messages = [message for _, message, _ in store.transcript(conversation)]
        finally:
            store.close()
        asked = max(n for n, message in enumerate(messages) if message["role"] == "user")
        commands = [call["arguments"].get("command", "") for call in calls_in(messages[asked:])]
        return str((commands or [NOTHING])[0])


@contextmanager
def in_the_chat(base: str, home: Path) -> Iterator[Person]:
    """Open the chat of a server in Chromium; yield a person before it."""
    sys.path.insert(0, str(TESTS))
    from support import browser

    with browser.chromium() as chromium, browser.window(chromium, patience=SECONDS) as window:
        page = window.new_page()
        page.goto(base)
        page.locator("#chat-input").wait_for()
        yield InTheChat(browser, page, home)
