"""Programs of the system that judge a code besides our own reader: abc2midi.

Only abc2midi is run: ABC has no commands, and what is given to it was read by our own parser, is
short, and has no `%%` lines. LilyPond (Scheme) and Csound (opcodes that write files and run
commands) would run what is in the code, so they are not started at all.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.music.codes.abc_reader import on_lines
from tools.music.codes.problems import Reading

LONGEST = 60_000
SECONDS = 2
_MEMORY = 256 << 20
_SAID = re.compile(r"(Error|Warning) in line-char (\d+)-(\d+) : (.+)")
# Warnings that are no faults, or that our own check tells better.
_IGNORED = re.compile(r"Track \d+ Bar|Bar \d+ (?:has|length)|assumed|[Rr]epeat")


def second_opinion(name: str, code: str | bytes, reading: Reading) -> str:
    """Return what the format's system program says, or that it was not used and why."""
    if name == "lilypond":
        return "LilyPond itself was not run: it would run the Scheme in a file."
    if name == "csound":
        return "Csound itself was not run: its orchestra may write files and run commands."
    if name != "abc":
        return ""
    return _abc2midi(code if isinstance(code, str) else code.decode("utf-8", "replace"), reading)


def _abc2midi(code: str, reading: Reading) -> str:
    program = shutil.which("abc2midi")
    if program is None:
        return "abc2midi is not installed (apt-get install abcmidi): only our own check was made."
    if reading.piece is None or len(code) > LONGEST:
        return "abc2midi was not asked: the code cannot be read, or is long."
    plain = re.sub(r"(?m)^%%.*$", "%", on_lines(code))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "tune.abc"
        source.write_text(plain, encoding="utf-8")
        try:
            done = subprocess.run(
                [*_limits(), program, str(source), "-c"], cwd=folder, capture_output=True,
                text=True, timeout=SECONDS, errors="replace", env={}, check=False,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, OSError):
            return "abc2midi did not finish."
    found = [m for m in _SAID.finditer(done.stdout) if not _IGNORED.search(m[4])]
    if not found:
        return "abc2midi agrees."
    rows = [f"line {m[2]}, column {int(m[3]) + 1}: {m[4].strip()}" for m in found[:5]]
    return "abc2midi says: " + "; ".join(rows)


def _limits() -> list[str]:
    """Return the command that limits memory, time and files, where there is one."""
    prlimit = shutil.which("prlimit")
    limits = [f"--as={_MEMORY}", f"--cpu={SECONDS}", "--fsize=1048576"]
    return [prlimit, *limits] if prlimit else []
