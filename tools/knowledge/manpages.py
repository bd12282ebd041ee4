"""Manual pages as text: formatting taken away, cut at their section headings."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 30


def plain(formatted: str) -> str:
    """Remove what a formatter adds for terminals: overstrikes and escape sequences.

    >>> plain("N\\bNA\\bAM\\bME\\bE")
    'NAME'
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", formatted)
    return re.sub(r".\x08", "", text)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield (heading, text) of a formatted manual page; headings start in the first column."""
    heading = ""
    lines: list[str] = []
    for line in text.splitlines():
        if re.match(r"[A-Z][A-Z0-9 ,/&'()-]+$", line) and not re.search(r"\(\d\w*\)", line):
            if heading and any(lines):
                yield heading, "\n".join(lines)
            heading, lines = line.strip(), []
        elif heading:
            lines.append(line.strip())
    if heading and any(lines):
        yield heading, "\n".join(lines)


def format_page(path: Path) -> str:
    """Return a roff manual page as text: by `man` or `mandoc`, else by a plain strip."""
    for command in (["man", "-P", "cat", "-l", str(path)], ["mandoc", "-T", "utf8", str(path)]):
        if shutil.which(command[0]) is None:
            continue
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "MANWIDTH": "100",
            "TERM": "dumb",
        }
        done = subprocess.run(
            command, capture_output=True, timeout=_SECONDS, env=environment, check=False
        )
        if done.returncode == 0 and done.stdout.strip():
            return plain(done.stdout.decode("utf-8", "replace"))
    return strip_roff(path.read_text(encoding="utf-8", errors="replace"))


def strip_roff(source: str) -> str:
    """Return roff without its requests and escapes, section headings in the first column."""
    out = []
    for line in source.splitlines():
        heading = re.match(r'[.\']\s*S[Hh]\s+"?([^"]+)"?', line)
        if heading:
            out.append(heading[1].strip().upper())
            continue
        if re.match(
            r"[.\']\s*(?:\\\"|TH|Dd|Dt|Os|PP|P|LP|TP|RS|RE|nf|fi|sp|br|ad|hy|nh|ie|el|if)\b", line
        ):
            continue
        if re.match(r"[.\']\\\"", line):
            continue
        line = re.sub(r"^[.\']\s*[A-Za-z]{1,3}\s+", "", line)
        line = re.sub(r"\\f[A-Z]|\\f\(..|\\f\[[^\]]*\]|\\[&|^/]", "", line)
        line = line.replace("\\-", "-").replace("\\e", "\\").replace('"', "")
        out.append(f"    {line.strip()}")
    return "\n".join(out)
