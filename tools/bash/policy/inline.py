"""Commands inside of arguments: what awk, sed, git, editors and interpreters would run.

Only evidence for the person: the calls that hold them are asked about in any case.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from tools.bash.policy.table import Arguments, Row
from tools.bash.policy.words import Word

_TEXT = r'"((?:[^"\\\n]|\\.){1,500})"'
_AWK = re.compile(rf"system\s*\(\s*{_TEXT}|{_TEXT}\s*\|&?\s*getline|\|&?\s*{_TEXT}")
_SED = re.compile(r"(?:^|[;{\n\d$/!])\s*e\s*([^\n;]{1,500})")
_CALL = re.compile(
    r"(?:system|popen|Popen|exec\w{0,4}|spawn\w{0,4}|call|check_\w{4,6}|run|shell_exec|passthru"
    r"|getoutput|execute)\s{0,9}\(?\s{0,9}\[?\s{0,9}([\"'`])(.{1,500}?)\1",
    re.DOTALL,
)
_BACKTICKS = re.compile(r"`([^`]{1,500})`")
_EDITOR = re.compile(r":?!\s*([^'\"]{1,500})")
_PREFIX = re.compile(
    r"(?:exec|ProxyCommand|LocalCommand|alias\.\w+|core\.(?:pager|editor|sshCommand|fsmonitor|hooksPath)"
    r"|pager\.\w+|diff\.external|credential\.helper|gpg\.program|sequence\.editor"
    r"|[\w.-]+\.(?:textconv|cmd|clean|smudge|command))[= ]!?"
)
_EDITORS = "vim vi view ex ed nano less more man emacs".split()
_CODE = "python python2 python3 perl ruby node nodejs php lua tclsh expect irb gdb julia R".split()


def commands(row: Row, words: Sequence[Word], arguments: Arguments) -> list[str]:
    """Return texts that a call would give to a shell, as far as they can be seen."""
    found: list[str] = []
    shown = _sed_scripts(words, arguments) if row.name == "sed" else words
    texts = [word.text for word in shown if word.text]
    for name, value in arguments.options:
        if name in row.runs and value is not None and value.text:
            found.append(_PREFIX.sub("", value.text, count=1))
    for text in texts:
        if row.name in ("awk", "gawk", "mawk", "nawk"):
            found += [_plain(a or b or c) for a, b, c in _AWK.findall(text)]
        elif row.name == "sed":
            found += _SED.findall(text)
        elif row.name in _CODE:
            found += [code for _, code in _CALL.findall(text)]
            found += _BACKTICKS.findall(text) if row.name in ("perl", "ruby", "php") else []
        elif row.name in _EDITORS:
            found += _EDITOR.findall(text)
    return found


def _sed_scripts(words: Sequence[Word], arguments: Arguments) -> Sequence[Word]:
    """Return the words that sed takes for scripts: "error.log" among its files is none."""
    if arguments.unknown:
        return words
    values = [value for _, value in arguments.options if value is not None]
    scripts = [v for name, v in arguments.options if name in ("-e", "--expression") and v]
    others = (w for w in words if w not in values and not (w.text or "").startswith("-"))
    return scripts or list(itertools.islice(others, 1))


def files(row: Row, words: Sequence[Word]) -> list[str]:
    """Return files that a call writes although no table says so, as far as they can be seen."""
    texts = [word.text or "" for word in words]
    if row.name in ("awk", "gawk", "mawk", "nawk"):
        return [name for text in texts for name in re.findall(r'>\s*"([^"]{1,200})"', text)]
    if row.name in ("curl", "wget"):
        asked = ("-o", "-O", "--output", "--output-document")
        return [value for name, value in itertools.pairwise(texts) if name in asked]
    return []


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def runs(row: Row, arguments: Arguments) -> list[str]:
    """Return reasons for options whose value is a command."""
    return [
        f"{row.name} {name} can run a command: {value.shown if value is not None else ''}"
        for name, value in arguments.options
        if name in row.runs
    ]


def inline_code(row: Row, words: Sequence[Word]) -> str | None:
    """Return the option that gives an interpreter its code as an argument."""
    return code_option(words) if row.kind == "code" else None


def code_option(words: Sequence[Word]) -> str | None:
    """Return the first word that is an option for giving code."""
    for word in words:
        if re.fullmatch(r"-[a-zA-Z]*[ceEr]|--(?:eval|execute|run|command)", word.text or ""):
            return word.text
    return None
