"""`mica doctor`: each part, whether it works, and how to make it work."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_common import FAILED, as_json, settings

if TYPE_CHECKING:
    from graphs.settings import Settings


@dataclass(frozen=True)
class Finding:
    """What a check found; `fix` says what to do where it is not ok.

    A part that is not `needed` may be missing: requests are answered without it.
    """

    ok: bool
    detail: str
    fix: str = ""
    needed: bool = True


def doctor(
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check every part of this installation. Exit code 1: something that is needed is broken."""
    chosen = settings()
    rows = [(name, _careful(check, chosen)) for name, check in CHECKS.items()]
    if json_:
        print(as_json([{"part": name, **vars(finding)} for name, finding in rows]))
    else:
        for name, finding in rows:
            mark = "ok" if finding.ok else "BROKEN" if finding.needed else "missing"
            print(f"{mark:<8}{name:<12}{finding.detail}")
            if not finding.ok and finding.fix:
                print(f"{'':<20}-> {finding.fix}")
    if any(finding.needed and not finding.ok for _, finding in rows):
        raise typer.Exit(FAILED)


def _careful(check: Callable[[Settings], Finding], chosen: Settings) -> Finding:
    try:
        return check(chosen)
    except Exception as error:  # A doctor that dies of the illness helps nobody.
        return Finding(False, f"{type(error).__name__}: {error}", "run `make setup` again")


def _python(chosen: Settings) -> Finding:
    version = sys.version.split()[0]
    return Finding(sys.version_info >= (3, 11), f"Python {version}", "Mica needs Python 3.11")


def _records(chosen: Settings) -> Finding:
    from records.paths import home
    from records.store import RecordsError, Store

    folder = home()
    free = shutil.disk_usage(folder).free // 2**20
    try:
        store = Store(folder / "mica.db")
    except RecordsError as error:
        return Finding(False, str(error), f"make {folder} writable, or set MICA_HOME")
    try:
        broken = store.verify_audit()
    finally:
        store.close()
    if broken is not None:
        detail = f"the audit chain in {folder} breaks at entry {broken}"
        return Finding(False, detail, "someone changed it: keep a copy of mica.db and look")
    return Finding(free > 100, f"{folder}, {free} MiB free", "make room on the disk")


def _model(chosen: Settings) -> Finding:
    from graphs.build import open_backend
    from runtime.engine import LlamaBackend
    from runtime.types import (
        BackendError,
        ChatPrompt,
        GenerationOptions,
        Message,
        collect,
    )  # fmt: skip

    try:
        backend = open_backend(chosen)
    except BackendError as error:
        return Finding(False, str(error), "see `mica models list`")
    if chosen.backend == "script":
        return Finding(True, f"scripted by {chosen.script}; no model is used")
    try:
        prompt = ChatPrompt((Message("user", "hello"),))
        done = collect(backend.stream(prompt, GenerationOptions(max_tokens=8)))
    except BackendError as error:
        return Finding(False, f"{backend.name}: {error}", "see `mica models list`")
    finally:
        backend.close()
    loaded = backend.adapters if isinstance(backend, LlamaBackend) else ()
    names = ", ".join(sorted(name.split()[0] for name in loaded)) or "none"
    return Finding(
        True, f"{backend.name}, {done.usage.completion_tokens} tokens; adapters: {names}"
    )


def _router(chosen: Settings) -> Finding:
    from agents.router import Router, RouterError

    try:
        route = Router(threshold=chosen.router_threshold).route("show me the largest files")
    except RouterError as error:
        return Finding(False, str(error), "restore weights/router.npz")
    return Finding(True, f"a request about files goes to {route.specialist}")


def _policy(chosen: Settings) -> Finding:
    from tools.bash.policy.judge import judge

    seen = [judge(command).verdict for command in ("ls /", "rm -rf /srv/app")]
    return Finding(seen == ["allow", "ask"], f"ls: {seen[0]}, rm: {seen[1]}", "run `make setup`")


def _sandbox(chosen: Settings) -> Finding:
    import uuid

    from graphs.build import open_sandbox

    box, problem = open_sandbox(chosen)
    if box is None:
        return Finding(False, f"commands are only proposed: {problem}",
                       "run deploy/sandbox/ensure", needed=False)  # fmt: skip
    conversation = f"doctor-{uuid.uuid4().hex[:12]}"
    try:
        done = box.run("echo works", conversation=conversation, call_id=conversation)
        box.forget(conversation)
    finally:
        box.close()
    works = done.output.strip() == "works"
    runtime = f" under {name}" if (name := getattr(box, "runtime", None)) else ""
    shown = "; THE HOST IS SHOWN read-only at /host (MICA_HOST_READONLY)"
    return Finding(works, f"{box.name}{runtime}, a command took {done.seconds:.2f} s"
                   + (shown if chosen.host_readonly else ""),
                   "run `mica sandbox check`")  # fmt: skip


def _knowledge(chosen: Settings) -> Finding:
    from tools.knowledge.base import KnowledgeBase

    base = KnowledgeBase(chosen.knowledge, chosen.embedder)
    try:
        found = base.search("largest files", shelf="sysadmin", k=3)
    finally:
        base.close()
    detail = f"{len(found)} passages for a test question"
    return Finding(bool(found), detail, "run `mica knowledge ensure`", needed=False)


def _music(chosen: Settings) -> Finding:
    from tools.music.tools import TOOLS

    by_name = {tool.name: tool for tool in TOOLS}
    result = by_name["show_music"].call({"music": "C E G"})
    kinds = sorted({artifact.kind for artifact in result.artifacts})
    return Finding(
        "image" in kinds, f"{len(TOOLS)} tools; notation and sound: {', '.join(kinds)}",
        "run `make setup`",
    )  # fmt: skip


def _training(chosen: Settings) -> Finding:
    from training.runs.matrix import here

    lines = here()
    ready = [line.what for line in lines if line.works]
    if any(what.startswith("backend") for what in ready):
        return Finding(True, f"{'; '.join(ready)}. `mica train machine` shows more")
    fix = "`make train-setup` for the shipped models; `mica train machine` shows what else"
    return Finding(False, "no trainer is set up; answering needs none", fix, needed=False)


def _port(chosen: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            fix = "Mica may be running there already; else choose another with MICA_PORT"
            detail = f"{chosen.host}:{chosen.port} is taken ({error.strerror})"
            return Finding(False, detail, fix, needed=False)
    return Finding(True, f"{chosen.host}:{chosen.port} is free")


CHECKS: dict[str, Callable[[Any], Finding]] = {
    "python": _python,
    "records": _records,
    "model": _model,
    "router": _router,
    "policy": _policy,
    "sandbox": _sandbox,
    "knowledge": _knowledge,
    "music": _music,
    "training": _training,
    "port": _port,
}
