"""What the graph is made of, apart from its wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.router import Route
from agents.specialist import Specialist
from graphs.settings import Settings
from records.store import Store
from runtime.types import ChatBackend, Document, ToolSchema
from sandboxes import Sandbox
from tools import Tool
from tools.bash.policy.decision import Decision


class Chooser(Protocol):
    """Something that chooses a specialist: `agents.router.Router`."""

    def route(self, text: str) -> Route:
        """Choose a specialist for a request."""
        ...


class Library(Protocol):
    """Something to look things up in: `tools.knowledge.base.KnowledgeBase`."""

    def search(
        self, query: str, *, shelf: str | None = None, k: int = 6, context: str | None = None
    ) -> Sequence[Document]:
        """Return the `k` passages nearest to the query, the best first.

        `context` is what the query leans on, where it says too little by itself.
        """
        ...

    def close(self) -> None:
        """Release files."""
        ...


@dataclass(frozen=True)
class Parts:
    """The parts that answer requests.

    `adapters` are those that the model has (None: any may be named). `builds` are the names and
    hashes of the model (under an empty name) and of its adapters, for the audit. `sandbox` is None
    where commands cannot run; `sandbox_problem` then says why and what to do. `judge` says
    whether a command may run. `knowledge` is None where nothing can be looked up. Where what is
    found is less near than `ask_below`, the person is asked instead of guessed at.
    """

    backend: ChatBackend
    store: Store
    router: Chooser
    specialists: Mapping[str, Specialist]
    tools: Mapping[str, Tool]
    judge: Callable[[str], Decision]
    settings: Settings = field(default_factory=Settings)
    sandbox: Sandbox | None = None
    sandbox_problem: str = ""
    knowledge: Library | None = None
    adapters: frozenset[str] | None = None
    builds: Mapping[str, str] = field(default_factory=dict)
    ask_below: float = 0.0

    def schemas(self, specialist: str) -> tuple[ToolSchema, ...]:
        """Return the schemas of the tools that a specialist has and that are present."""
        names = self.specialists[specialist].tools
        return tuple(self.tools[name].schema for name in names if name in self.tools)

    def adapter(self, specialist: str) -> str | None:
        """Return the adapter to use: a model without the specialist's answers by its prompt."""
        wanted = self.specialists[specialist].adapter
        return wanted if self.adapters is None or wanted in self.adapters else None

    def close(self) -> None:
        """Release the model, the sandbox connection, the knowledge and the records."""
        self.backend.close()
        if self.sandbox is not None:
            self.sandbox.close()
        if self.knowledge is not None:
            self.knowledge.close()
        self.store.close()
