"""Parts for tests of the graph: a scripted model, real records, a sandbox that only notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import agents
from agents.router import Route
from graphs.assistant import Assistant
from graphs.events import Event
from graphs.parts import Parts
from graphs.settings import Settings
from records.store import Store
from runtime.fake import Reply, ScriptedBackend
from runtime.types import Document, ToolCall
from sandboxes import CommandResult, Limits, SandboxError
from tools import Tool, ToolContext, ToolResult, tool
from tools.bash.policy.decision import Decision

RECIPE = Document(
    "files.largest",
    "largest files",
    "largest files under a directory",
    "recipes/files.yaml",
    "find {path} -type f | head -n {count}",
    {"path": ".", "count": "10"},
    "The largest files",
)


class Killed(BaseException):
    """Stands for `kill -9`: nothing in the product may catch it."""


class NotingSandbox:
    """Keeps the promise of a sandbox (a call id runs once) and notes what ran.

    `results` lives outside, as a container does, so that a new process finds it again.
    """

    name = "noting"
    limits = Limits()

    def __init__(self, results: dict[str, CommandResult], ran: list[str]) -> None:
        self.results = results
        self.ran = ran
        self.before: Callable[[str], None] = lambda command: None
        self.after: Callable[[str], None] = lambda command: None
        self.broken = ""

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        if self.broken:
            raise SandboxError(self.broken)
        self.before(command)
        if call_id not in self.results:
            if not call_id.startswith("names-"):  # a look at which folders are there
                self.ran.append(command)
            self.results[call_id] = CommandResult(0, f"ran {command}", 0.01)
        self.after(command)
        return self.results[call_id]

    def write_file(self, conversation: str, path: str, data: bytes) -> None: ...

    def read_file(self, conversation: str, path: str) -> bytes:
        return b""

    def forget(self, conversation: str) -> None:
        self.ran.append(f"forget {conversation}")

    def close(self) -> None: ...


class WordRouter:
    """Routes by a word; says that it is unsure of a request that starts with "and"."""

    def route(self, text: str) -> Route:
        if text.startswith("and "):
            chances = {"sysadmin": 0.4, "composer": 0.4, "other": 0.2}
            return Route("other", 0.2, unsure=True, chances=chances)
        for word, name in (("file", "sysadmin"), ("chord", "composer")):
            if word in text:
                return Route(name, 0.9)
        return Route("other", 0.95)


class Shelf:
    """Finds for a query what `find` says, or fails; notes what it was asked, with the context."""

    def __init__(self, find: Callable[[str], Sequence[Document]]) -> None:
        self.find = find
        self.fails = False
        self.asked: list[tuple[str, str | None]] = []

    def search(
        self,
        query: str,
        *,
        shelf: str | None = None,
        k: int = 6,
        context: str | None = None,
        learned: Path | None = None,
    ) -> Sequence[Document]:
        if self.fails:
            raise RuntimeError("the index is damaged")
        self.asked.append((query, context))
        return self.find(query)[:k]

    def nearness(self, query: str, learned: Path) -> float:
        return 0.0

    def close(self) -> None: ...


class OneShelf(Shelf):
    """Finds the same recipe for everything."""

    def __init__(self) -> None:
        super().__init__(lambda query: [self.recipe])
        self.recipe = RECIPE


@tool
def spell_chord(chord: str) -> ToolResult:
    """Spell a chord."""
    if chord == "crash":
        raise ZeroDivisionError("unlucky")
    return ToolResult(f"{chord}: C E G")


def noting_bash(sandbox: NotingSandbox) -> Tool:
    """Make a bash tool over the noting sandbox."""

    def bash(context: ToolContext, command: str) -> ToolResult:
        """Run a command."""
        done = sandbox.run(command, conversation=context.conversation, call_id=context.call_id)
        return ToolResult(done.output)

    bash.__annotations__ = {"context": ToolContext, "command": str, "return": ToolResult}
    return tool(bash)


def first_word_policy(command: str) -> Decision:
    """Allow all but rm (ask) and mkfs (refuse)."""
    program = command.split()[0]
    if program == "rm":
        return Decision("ask", "removes files", ("rm removes files",), (program,))
    if program == "mkfs":
        return Decision("refuse", "formats a disk", ("mkfs formats a disk",), (program,))
    return Decision("allow", "reads files", (), (program,))


class World:
    """Everything that outlives a process: files, the sandbox's results, what ran."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: dict[str, CommandResult] = {}
        self.ran: list[str] = []
        self.shelf = OneShelf()

    def assistant(
        self,
        script: Iterable[Reply] | Callable[..., Reply],
        *,
        sandbox: bool = True,
        settings: Settings | None = None,
        ask_below: float = 0.0,
    ) -> Assistant:
        """Start a process of its own over the same files."""
        box = NotingSandbox(self.results, self.ran)
        parts = Parts(
            backend=ScriptedBackend(script),
            store=Store(self.folder / "mica.db"),
            router=WordRouter(),
            specialists=agents.load_all(),
            tools={t.name: t for t in (spell_chord, noting_bash(box))},
            judge=first_word_policy,
            settings=settings or Settings(),
            sandbox=box if sandbox else None,
            sandbox_problem="" if sandbox else "no engine answers; start Docker",
            knowledge=self.shelf,
            ask_below=ask_below,
        )
        return Assistant(parts, self.folder / "checkpoints.db")


def bash_call(command: str) -> ToolCall:
    """Return a call of bash as a model makes it."""
    return ToolCall("", "bash", {"command": command})


def kinds(events: Iterable[Event]) -> list[str]:
    """Return the names of the events, with runs of deltas as one."""
    names = [type(event).__name__ for event in events]
    return [n for i, n in enumerate(names) if n != "TextDelta" or names[i - 1 : i] != [n]]
