"""Little languages inside arguments: sed, awk. Conservative: what is not known is asked about."""

from __future__ import annotations

import re

_ADDRESS = r"(?:\d+(?:~\d+)?|\$|/(?:[^/\\\n]|\\[^\n])*/[IM]*)"
_RANGE_END = r"(?:\d+|\$|[+~]\d+|/(?:[^/\\\n]|\\[^\n])*/[IM]*)"
_SED_ADDRESS = re.compile(rf"{_ADDRESS}(?:\s*,\s*{_RANGE_END})?")
_SED_CUSTOM = re.compile(r"\\([^\sa-zA-Z0-9\\])(?:(?!\1)[^\\\n]|\\[^\n])*\1[IM]*")
_SED_PLAIN = re.compile(r"[pdDPlnNhHgGxzF=]|[qQ]\s*\d*")
_SED_LABEL = re.compile(r":\s*\w+|[btT]\s*\w*")
_SED_END = re.compile(r"\s*(?:;|\n|$|(?=\}))|\s*#[^\n]*(?:\n|$)")


def sed_problem(script: str) -> str | None:
    """Return why a sed script may do more than print, None where it only prints.

    >>> sed_problem("2,5p"), sed_problem("s/a/b/gI;/x/d")
    (None, None)
    >>> sed_problem("1w /tmp/x")
    'the sed command in 1w /tmp/x may do more than print'
    """
    bad = f"the sed command in {script} may do more than print"
    at, depth = 0, 0
    while at < len(script):
        if script[at] in "; \t\n":
            at += 1
            continue
        if script[at] == "}":
            depth -= 1
            at += 1
            continue
        match = _SED_ADDRESS.match(script, at) or _SED_CUSTOM.match(script, at)
        if match:
            at = match.end()
        bang = re.compile(r"[ \t]*(?:![ \t]*)?").match(script, at)
        at = bang.end() if bang else at
        if script[at : at + 1] == "{":
            depth += 1
            at += 1
            continue
        stop = _sed_command(script, at)
        if stop is None:
            return bad
        end = _SED_END.match(script, stop)
        if end is None:
            return bad
        at = end.end()
    return bad if depth else None


def _sed_command(script: str, at: int) -> int | None:
    """Return where the command at `at` ends; None where it is not known to be harmless."""
    name = script[at : at + 1]
    if name in ("s", "y"):
        return _sed_substitute(script, at)
    for pattern in (_SED_LABEL, _SED_PLAIN):
        match = pattern.match(script, at)
        if match:
            return match.end()
    return None


def _sed_substitute(script: str, at: int) -> int | None:
    delimiter = script[at + 1 : at + 2]
    if not delimiter or delimiter.isalnum() or delimiter in "\\\n \t;{}":
        return None
    stop = at + 2
    for _ in range(2):
        while stop < len(script) and script[stop] != delimiter:
            if script[stop] == "\n":
                return None
            stop += 2 if script[stop] == "\\" else 1
        if stop >= len(script):
            return None
        stop += 1
    flags = re.compile(r"[gpiIM0-9]*").match(script, stop)
    return flags.end() if flags and script[at] == "s" else stop


def awk_problem(program: str) -> str | None:
    """Return why an awk program may do more than print, None where it only prints.

    >>> awk_problem('$3 > 10 {print $1}')
    >>> awk_problem('{print > "x"}')
    'the awk program may write a file or run a command'
    """
    bad = "the awk program may write a file or run a command"
    lowered = program.lower()
    if any(
        word in lowered
        for word in ("system", "getline", "/inet", "close", "extension", "argv", "argc")
    ):
        return bad
    code = _awk_code(program)
    if code is None or "@" in code:
        return bad
    if "|" in code.replace("||", ""):
        return bad
    for statement in re.split(r"[;}]", code):
        match = re.search(r"\bprintf?\b(.*)", statement, re.DOTALL)
        if match and ">" in match[1]:
            return bad
    return None


def _awk_code(program: str) -> str | None:
    """Return the program without strings and regular expressions, None where unsure."""
    out: list[str] = []
    at = 0
    while at < len(program):
        char = program[at]
        if char in '"/' and (char == '"' or _starts_regex(out)):
            pattern = (
                r'"(?:[^"\\\n]|\\.)*"'
                if char == '"'
                else r"/(?:[^/\\\n\[]|\\.|\[\^?\]?(?:[^\]/\\\n]|\\.)*\])*/"
            )
            match = re.compile(pattern).match(program, at)
            if match is None:
                return None
            out.append('""' if char == '"' else "0")
            at = match.end()
        elif char == "#" or char == "\\":
            return None
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _starts_regex(before: list[str]) -> bool:
    text = "".join(before).rstrip()
    return not text or text[-1] in "(,~!&|{;}"
