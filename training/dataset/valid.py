"""Whether calls fit the tools of today: names, arguments, and what may be taught at all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jsonschema

from tools import Tool
from tools.bash.policy.decision import Decision
from tools.bash.policy.places import places

# What the policy cannot look into may run for a person who approves it; it is not taught.
_BLIND = re.compile(r"not inspected|not known(?! to only read)|cannot be|could not")
_STARTED = re.compile(
    r"(?:^|/)\.(?:ssh|bashrc|bash_profile|bash_login|profile|zshrc|config/autostart)(?:/|$)"
    r"|/etc/(?:cron|sudoers|passwd|ld\.so)"
)


_CONTROL = re.compile(r"<\|[\w.-]+\|>|</?(?:tool_call|tool_response|tools|documents)>")
# What a corrected answer states that a result must bear out: numbers, paths, code, notes.
_STATED = re.compile(r"\d+(?:[.,:]\d+)*|(?<!\w)/[\w./-]+\w|`[^`\n]+`|\b[A-G](?:[#b♯♭](?!\w))")
_SIGNS = str.maketrans("♯♭,", "#b.")


def schema_problem(
    calls: Iterable[Mapping[str, Any]], tools: Mapping[str, Tool], allowed: Sequence[str]
) -> str | None:
    """Return why a call does not fit the tools of today, None where all do.

    `allowed` are the names of the specialist's tools.
    """
    for call in calls:
        name, arguments = str(call.get("name")), call.get("arguments")
        if name not in allowed or name not in tools:
            near = difflib.get_close_matches(name, [each for each in allowed if each in tools], 1)
            hint = f"; the nearest is {near[0]}" if near else ""
            return f"there is no tool {name} now{hint}"
        validator = jsonschema.Draft202012Validator(dict(tools[name].parameters))
        error = jsonschema.exceptions.best_match(validator.iter_errors(arguments))
        if error is not None:
            known = ", ".join(tools[name].parameters.get("properties", {}))
            return f"{name} does not take these arguments now: {error.message}; it takes: {known}"
    return None


def safety_problem(
    calls: Iterable[Mapping[str, Any]], judge: Callable[[str], Decision]
) -> str | None:
    """Return why a command must not be taught, None where all may be.

    Stricter than the policy, which asks a person each time: a model that has learned something
    asks for it again and again.
    """
    commands = (str(call["arguments"]["command"]) for call in calls if call["name"] == "bash")
    return next((why for why in (_unsafe(judge(each)) for each in commands) if why), None)


def _unsafe(decision: Decision) -> str | None:
    first = decision.reasons[0] if decision.reasons else decision.summary
    if decision.verdict == "refuse":
        return f"the command policy refuses it: {first}"
    if decision.privilege or decision.network:
        missing = "other rights" if decision.privilege else "a network"
        return f"it wants {missing}, which the sandbox does not give: {first}"
    secret = {row.why for row in places().secrets}
    for reason in decision.reasons:
        if _BLIND.search(reason):
            return f"the policy cannot look into it: {reason}"
        if any(why in reason for why in secret):
            return f"it touches something secret: {reason}"
    written = next((path for path in decision.writes if _STARTED.search(path)), None)
    return (
        f"it writes to {written}, which decides who may log in or what starts" if written else None
    )


def control_problem(texts: Iterable[str]) -> str | None:
    """Return why texts must not be in a row: they hold a token by which a model is steered."""
    found = next((match for text in texts if (match := _CONTROL.search(text))), None)
    return f"it holds {found[0]}, which would steer a model in training" if found else None


def unsupported(answer: str, results: Iterable[str]) -> str | None:
    """Return what a written answer states that no result says, None where all is borne out.

    >>> unsupported("It has 12 lines.", ["12 a.txt"])
    >>> unsupported("It has 13 lines.", ["12 a.txt"])
    '13'
    """
    known = " ".join(results).translate(_SIGNS)
    stated = (found.strip("`").translate(_SIGNS) for found in _STATED.findall(answer))
    return next((each for each in stated if not re.search(_whole(each), known)), None)


def _whole(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)"
