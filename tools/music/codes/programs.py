"""Programs of the system that judge a code besides our own reader: abc2midi, LilyPond, Csound.

Each is optional: the answer says whether it was asked, what it said, or how to install it. ABC has
no commands. LilyPond would run Scheme and Csound's orchestra may write files, so LilyPond is asked
only where nothing but plain notation is in the code, and Csound only to parse it, and both only in
bubblewrap, without a network. All run in an empty folder with limits on time, memory and files.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.music.codes.abc_reader import on_lines
from tools.music.codes.lilypond_lexer import Lexed
from tools.music.codes.lilypond_words import COMMANDS, QUIET
from tools.music.codes.problems import Reading
from tools.music.pitch import MusicError

LONGEST = 60_000
_LARGEST_FILE = 1 << 20


@dataclass(frozen=True)
class _Program:
    """A program, the package it comes in, and what it may use."""

    name: str
    title: str
    package: str
    seconds: int
    memory: int

    @property
    def missing(self) -> str:
        return (
            f"{self.title} is not installed (apt-get install {self.package}): only our own check "
            "was made."
        )

    @property
    def unwalled(self) -> str:
        return (
            f"{self.title} was not asked: it is only run in bubblewrap, which does not work here "
            "(apt-get install bubblewrap)."
        )


_ABC2MIDI = _Program("abc2midi", "abc2midi", "abcmidi", 2, 256 << 20)
_LILYPOND = _Program("lilypond", "LilyPond itself", "lilypond", 30, 2 << 30)
_CSOUND = _Program("csound", "Csound itself", "csound", 5, 1 << 30)


def second_opinion(name: str, code: str | bytes, reading: Reading) -> str:
    """Return what the format's system program says, or that it was not asked and why.

    Empty for a format that has no such program.
    """
    judge = _JUDGES.get(name)
    if judge is None:
        return ""
    text = code if isinstance(code, str) else code.decode("utf-8", "replace")
    return judge(text, reading)


# ABC

_ABC_SAID = re.compile(r"(Error|Warning) in line-char (\d+)-(\d+) : (.+)")
# Warnings that are no faults, or that our own check tells better.
_ABC_IGNORED = re.compile(r"Track \d+ Bar|Bar \d+ (?:has|length)|assumed|[Rr]epeat")


def _ask_abc2midi(code: str, reading: Reading) -> str:
    if not _installed(_ABC2MIDI):
        return _ABC2MIDI.missing
    if reading.piece is None or len(code) > LONGEST:
        return "abc2midi was not asked: the code cannot be read, or is long."
    plain = re.sub(r"(?m)^%%.*$", "%", on_lines(code))
    said = _run(_ABC2MIDI, "tune.abc", plain, "tune.abc", "-c")
    if said is None:
        return "abc2midi did not finish."
    found = [m for m in _ABC_SAID.finditer(said) if not _ABC_IGNORED.search(m[4])]
    rows = [f"line {m[2]}, column {int(m[3]) + 1}: {m[4].strip()}" for m in found]
    return _told("abc2midi", rows, reading)


# LilyPond

_LY_UNSAFE = frozenset("include markup paper book bookpart tag parallelMusic".split())
_LY_SAID = re.compile(r"tune\.ly:(\d+):(\d+): (?:fatal )?(?:error|warning): (.+)")


def _ask_lilypond(code: str, reading: Reading) -> str:
    if not _installed(_LILYPOND):
        return _LILYPOND.missing
    if not _can_wall():
        return _LILYPOND.unwalled
    if len(code) > LONGEST:
        return "LilyPond itself was not asked: the code is long."
    if (odd := _odd_lilypond(code)) is not None:
        return f"LilyPond itself was not asked: it would act on {odd} in the code."
    options = ("--loglevel=WARNING", "-dno-print-pages", "-dno-point-and-click", "tune.ly")
    said = _run(_LILYPOND, "tune.ly", code, *options)
    if said is None:
        return "LilyPond itself did not finish."
    found = [m for m in _LY_SAID.finditer(said) if "version statement" not in m[3]]
    rows = [f"line {m[1]}, column {m[2]}: {m[3].strip()}" for m in found]
    return _told("LilyPond itself", rows, reading)


def _odd_lilypond(code: str) -> str | None:
    """Return what in a code is more than plain notation; None where all of it is known."""
    try:
        lexed = Lexed(code)
    except MusicError:
        return "what cannot be read"
    if lexed.scheme or "#" in code or "$" in code:
        return "Scheme"
    if "output" in code:
        return "a name of an output file"
    own = {a.text for a, b in zip(lexed.tokens, lexed.tokens[1:], strict=False) if b.text == "="}
    for token in lexed.tokens:
        word = token.text.removeprefix("\\")
        if token.kind == "command" and (word in _LY_UNSAFE or word not in COMMANDS | QUIET | own):
            return token.text
    return None


# Csound

_CSD = re.compile(r"<(CsInstruments|CsScore)>(.*?)</\1>", re.DOTALL)
_CSOUND_SAID = re.compile(r"^(?:error|WARNING):\s*(.+)$|^(.*syntax error.*)$", re.M | re.I)


def _ask_csound(code: str, reading: Reading) -> str:
    if not _installed(_CSOUND):
        return _CSOUND.missing
    if not _can_wall():
        return _CSOUND.unwalled
    parts = dict(_CSD.findall(code))
    if len(parts) < 2 or len(code) > LONGEST:
        return "Csound itself was not asked: it needs an orchestra and a score, not too long."
    if "#" in "".join(parts.values()) or "$" in "".join(parts.values()):
        return "Csound itself was not asked: the code has macros or includes."
    # Only these two sections: options and embedded files would be acted on.
    plain = "\n".join(f"<{name}>{body}</{name}>" for name, body in parts.items())
    text = f"<CsoundSynthesizer>\n{plain}\n</CsoundSynthesizer>\n"
    said = _run(_CSOUND, "tune.csd", text, "--syntax-check-only", "-n", "-d", "-m0", "tune.csd")
    if said is None:
        return "Csound itself did not finish."
    rows = [(m[1] or m[2]).strip() for m in _CSOUND_SAID.finditer(said)]
    return _told("Csound itself", rows, reading)


_JUDGES: Mapping[str, Callable[[str, Reading], str]] = {
    "abc": _ask_abc2midi, "lilypond": _ask_lilypond, "csound": _ask_csound,
}  # fmt: skip


# How a program is run


def _installed(program: _Program) -> bool:
    return shutil.which(program.name) is not None


def _told(title: str, rows: Sequence[str], reading: Reading) -> str:
    if rows:
        return f"{title} says: {'; '.join(rows[:5])}"
    return f"{title} finds nothing more." if reading.problems else f"{title} agrees."


def _run(program: _Program, file: str, text: str, *arguments: str) -> str | None:
    """Return all that a program printed about a file; None where it did not finish."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file).write_text(text, encoding="utf-8")
        command = [*_walls(folder), *_limits(program), str(shutil.which(program.name)), *arguments]
        try:
            done = subprocess.run(
                command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=program.seconds, errors="replace", env={"HOME": folder}, check=False,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, OSError):
            return None
    return done.stdout


def _limits(program: _Program) -> list[str]:
    """Return the command that limits memory, time and files, where there is one."""
    prlimit = shutil.which("prlimit")
    limits = [f"--as={program.memory}", f"--cpu={program.seconds}", f"--fsize={_LARGEST_FILE}"]
    return [prlimit, *limits] if prlimit else []


def _walls(folder: str) -> list[str]:
    """Return the command that leaves a program nothing but the system to read, and its folder."""
    walls = [
        "bwrap", "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc",
        "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
        "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev",
        "--tmpfs", "/tmp", "--unshare-all", "--die-with-parent",
    ]  # fmt: skip
    return [*walls, "--bind", folder, folder, "--chdir", folder] if _can_wall() else []


@cache
def _can_wall() -> bool:
    """Whether bubblewrap is there and may make namespaces here."""
    if shutil.which("bwrap") is None:
        return False
    tried = subprocess.run(
        ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"], capture_output=True, check=False
    )
    return tried.returncode == 0
