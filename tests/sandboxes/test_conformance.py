"""Both drivers keep the same promises."""

from __future__ import annotations

import pytest

from sandboxes import Sandbox
from sandboxes.conformance import CHECKS, Check, run_check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_promise(sandbox: Sandbox, check: Check) -> None:
    result = run_check(check, sandbox)
    assert result.passed, f"{result.promise} {result.problem}"


def test_a_broken_promise_is_reported(sandbox: Sandbox) -> None:
    result = run_check(lambda probe: probe.expect("echo one", "two"), sandbox)
    assert not result.passed
    assert "gave 'one', not 'two'" in result.problem
