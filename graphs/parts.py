"""What the graph is made of, apart from its wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agents.router import Route
from agents.specialist import Specialist
from graphs.serving import Build, Serving
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
        self,
        query: str,
        *,
        shelf: str | None = None,
        k: int = 6,
        context: str | None = None,
        learned: Path | None = None,
    ) -> Sequence[Document]:
        """Return the `k` passages nearest to the query, the best first.

        `context` is what the query leans on, where it says too little by itself; `learned` a
        file of what a build has learned to look up.
        """
        ...

    def nearness(self, query: str, learned: Path) -> float:
        """Return how near the nearest document of such a file is to a query: 1 is the same."""
        ...

    def close(self) -> None:
        """Release files."""
        ...


@dataclass(frozen=True)
class Parts:
    """The parts that answer requests.

    `serving` chooses a build of the model for each turn; where it is None, `backend` answers all
    of them, and what is found must be as near as `ask_below`. `adapters` are those that may be
    used (None: all). `sandbox` is None where commands cannot run; `sandbox_problem` then says why
    and what to do. `judge` says whether a command may run. `knowledge` is None where nothing can
    be looked up.
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
    ask_below: float = 0.0
    serving: Serving | None = None

    def schemas(self, specialist: str) -> tuple[ToolSchema, ...]:
        """Return the schemas of the tools that a specialist has and that are present."""
        names = self.specialists[specialist].tools
        return tuple(self.tools[name].schema for name in names if name in self.tools)

    def assign(self, conversation: str, held: str | None = None) -> str:
        """Return the name of the build for a turn that begins; `held` answered the one before.

        Raises:
            BackendError: no build can be opened.
        """
        if self.serving is None:
            return self.backend.name
        return self.serving.assign(conversation, held)

    def build(self, name: str | None = None) -> Build:
        """Return what is known of a build; of the champion where the name is None or gone."""
        if self.serving is None:
            return Build(self.backend.name, self.backend.name, ask_below=self.ask_below)
        return self.serving.build(name)

    @contextmanager
    def opened(self, build: Build) -> Iterator[ChatBackend]:
        """Yield the backend of a build, which stays loaded until the block ends.

        Raises:
            BackendError: it cannot be opened.
        """
        if self.serving is None:
            yield self.backend
            return
        with self.serving.opened(build.name) as backend:
            yield backend

    def adapter(self, specialist: str) -> str | None:
        """Return the adapter of a specialist, where it may be used."""
        wanted = self.specialists[specialist].adapter
        return wanted if self.adapters is None or wanted in self.adapters else None

    def close(self) -> None:
        """Release the models, the sandbox connection, the knowledge and the records."""
        self.backend.close()
        if self.serving is not None:
            self.serving.close()
        if self.sandbox is not None:
            self.sandbox.close()
        if self.knowledge is not None:
            self.knowledge.close()
        self.store.close()
