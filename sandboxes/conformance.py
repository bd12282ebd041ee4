"""What every sandbox promises, checked from inside it.

The tests hold both drivers to these checks, and `mica sandbox check` runs them on the machine
at hand. A check returns what it saw when the promise is broken, and None when it holds. Its
docstring is the promise.
"""

from __future__ import annotations

import contextlib
import inspect
import time

from sandboxes import (
    Sandbox,
    SandboxError,
    checks_host,
    checks_limits,
    checks_previews,
    checks_use,
    checks_walls,
    seccomp,
)
from sandboxes.probe import Check, CheckResult, Probe, Status

CHECKS: tuple[Check, ...] = (
    *checks_walls.CHECKS,
    *checks_limits.CHECKS,
    *checks_use.CHECKS,
    *checks_previews.CHECKS,
)


def checks_for(sandbox: Sandbox) -> tuple[Check, ...]:
    """Return the checks for a sandbox, as it is set."""
    return (*CHECKS, *checks_host.CHECKS) if _shows_host(sandbox) else CHECKS


def _shows_host(sandbox: Sandbox) -> bool:
    return getattr(sandbox, "host_view", None) is not None


def run_check(check: Check, sandbox: Sandbox) -> CheckResult:
    """Run one check in a conversation of its own, which is forgotten afterwards."""
    probe = Probe(sandbox)
    started = time.monotonic()
    try:
        problem = check(probe)
    except SandboxError as error:
        problem = f"the sandbox failed: {error}"
    finally:
        with contextlib.suppress(SandboxError):
            sandbox.forget(probe.conversation)
    promise = (inspect.getdoc(check) or "").split("\n\n")[0].replace("\n", " ")
    took = time.monotonic() - started
    reason = _why_not_held(check.__name__, sandbox)
    if reason:
        seen = problem or "not seen here"
        problem = f"not held here: {reason} ({seen})"
        return CheckResult(check.__name__, promise, "not held", problem, took)
    status: Status = "ok" if problem is None else "broken"
    return CheckResult(check.__name__, promise, status, problem or "", took)


def _why_not_held(check: str, sandbox: Sandbox) -> str:
    """Return why a sandbox does not make a promise, as docs/security.md says; empty if it does."""
    if check == "no_host_path" and _shows_host(sandbox):
        return "the host is shown on purpose (MICA_HOST_READONLY)"
    if check == "processor_share_limited" and sandbox.name == "bubblewrap":
        if seccomp.program() is None:
            return "without a system call filter a command may choose its processors"
        if not float(sandbox.limits.cpus).is_integer():
            return "bubblewrap binds commands to whole processors"
    return ""


def run_conformance(sandbox: Sandbox) -> list[CheckResult]:
    """Run all checks, about a minute; each in a conversation of its own."""
    return [run_check(check, sandbox) for check in checks_for(sandbox)]
