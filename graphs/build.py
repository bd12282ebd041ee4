"""Puts an assistant together from settings: model, sandbox, tools, knowledge, router, records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import agents
from agents.router import Router, RouterError
from graphs.assistant import Assistant
from graphs.parts import Library, Parts
from graphs.serving import Local
from graphs.settings import Settings
from records.paths import home
from records.store import Store
from runtime.types import BackendError, ChatBackend, Document
from sandboxes import CommandResult, Limits, Sandbox, SandboxError
from tools import Tool
from tools.bash.policy.decision import Decision
from tools.knowledge import KnowledgeError

_log = logging.getLogger("mica.build")


def build_assistant(
    settings: Settings | None = None,
    *,
    folder: Path | None = None,
    backend: ChatBackend | None = None,
    serving: bool = False,
) -> Assistant:
    """Return an assistant that is ready to answer.

    `folder` is where records and checkpoints are kept (default: `$MICA_HOME`); `backend`
    takes the place of the model that the settings name. `serving` makes containers ahead for
    conversations to come.

    Raises:
        BackendError: the model cannot be loaded.
        RecordsError: the records cannot be opened.
        SpecialistError: a specialist's file cannot be used.
    """
    settings = settings or Settings()
    folder = folder or home()
    folder.mkdir(parents=True, exist_ok=True)
    builds = Local(settings) if backend is None and settings.backend == "local" else None
    sandbox, problem = open_sandbox(settings, ready=settings.sandbox_ready if serving else 0)
    parts = Parts(
        backend=backend or (builds.engine if builds else open_backend(settings)),
        store=Store(folder / "mica.db"),
        router=Router(threshold=settings.router_threshold),
        specialists=agents.load_all(),
        tools=all_tools(sandbox),
        judge=policy(),
        settings=settings,
        sandbox=sandbox,
        sandbox_problem=problem,
        knowledge=open_knowledge(settings, sandbox),
        adapters=frozenset() if backend is None and settings.backend == "remote" else None,
        serving=builds,
    )
    _warm_up(parts)
    return Assistant(parts, folder / "checkpoints.db")


def _warm_up(parts: Parts) -> None:
    """Do now what the first request would wait for: read weights, import what checks calls."""
    import jsonschema  # noqa: F401

    try:
        parts.router.route("warm up")
    except RouterError as error:
        _log.error("%s", error)


def open_backend(settings: Settings) -> ChatBackend:
    """Return the model that the settings name.

    Raises:
        BackendError: it cannot be loaded, or the settings lack something.
    """
    if settings.backend == "script":
        from runtime.fake import ScriptedBackend, read_script

        if settings.script is None:
            raise BackendError("the scripted model needs a file: set MICA_SCRIPT")
        return ScriptedBackend(read_script(settings.script))
    if settings.backend == "remote":
        from runtime.remote import RemoteBackend

        if not settings.remote_model:
            raise BackendError("a remote model needs its name on the server: set MICA_REMOTE_MODEL")
        return RemoteBackend(settings.remote_url, settings.remote_model, settings.remote_key)
    return Local(settings).engine


def open_sandbox(settings: Settings, *, ready: int = 0) -> tuple[Sandbox | None, str]:
    """Return the sandbox, or None and why there is none."""
    if settings.sandbox == "none":
        return None, "the sandbox is switched off (MICA_SANDBOX=none)"
    try:
        return sandbox_of(settings, ready=ready), ""
    except SandboxError as error:
        _log.warning("commands will only be proposed: %s", error)
        return None, str(error)


def sandbox_of(settings: Settings, *, ready: int = 0) -> Sandbox:
    """Return the sandbox that the settings name, with `ready` containers made ahead.

    Raises:
        SandboxError: it is not there, or is switched off; the text says what to do.
    """
    from sandboxes import choose

    if settings.sandbox == "none":
        raise SandboxError("the sandbox is switched off (MICA_SANDBOX=none)")
    return choose.open_sandbox(
        settings.sandbox,
        image=settings.sandbox_image,
        gvisor=settings.sandbox_gvisor,
        ready=ready,
        host_readonly=settings.host_readonly,
    )


def all_tools(sandbox: Sandbox | None) -> dict[str, Tool]:
    """Return every tool by name. Without a sandbox bash is there to be called, not to be run."""
    from tools.bash.tool import bash_tool
    from tools.music.tools import TOOLS

    found = {tool.name: tool for tool in TOOLS}
    found["bash"] = bash_tool(sandbox or _NoSandbox())
    return found


def policy() -> Callable[[str], Decision]:
    """Return the command policy."""
    from tools.bash.policy.judge import judge

    return judge


def open_knowledge(settings: Settings, sandbox: Sandbox | None = None) -> Library | None:
    """Return the knowledge base, None where none is wanted.

    One that cannot be opened says why whenever it is asked, so that answers say it too. What Mica
    brings along is put in at the first start, the manuals of `sandbox` with it.
    """
    if not settings.retrieved:
        return None
    try:
        from tools.knowledge.base import KnowledgeBase
        from tools.knowledge.ensure import ensure

        base = KnowledgeBase(settings.knowledge, settings.embedder)
        if settings.knowledge is None and not base.store.state()["version"]:
            _log.warning("making the index of what Mica brings along, once: a minute or two")
            _log.info("%s", ensure(home(), sandbox, base.embedder))
        return base
    except Exception as error:
        _log.exception("the knowledge base cannot be opened; answering without looking things up")
        return _NoLibrary(str(error))


class _NoLibrary:
    """Stands where the knowledge base cannot be opened, and says why."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def search(self, query: str, **options: Any) -> Sequence[Document]:
        raise KnowledgeError(self._reason)

    def nearness(self, query: str, learned: Path) -> float:
        raise KnowledgeError(self._reason)

    def close(self) -> None:
        """Do nothing: nothing is open."""


class _NoSandbox:
    """Stands where a sandbox is missing, so that the model still knows of bash."""

    name = "none"
    limits = Limits()

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        raise SandboxError("commands cannot run here: there is no sandbox")

    def write_file(self, conversation: str, path: str, data: bytes) -> None:
        raise SandboxError("files cannot be written here: there is no sandbox")

    def read_file(self, conversation: str, path: str) -> bytes:
        raise SandboxError("files cannot be read here: there is no sandbox")

    def forget(self, conversation: str) -> None:
        """Do nothing: there is nothing to forget."""

    def close(self) -> None:
        """Do nothing: nothing is open."""
