"""Rates and times of the command policy, for `benchmarks/policy.py`."""

from __future__ import annotations

import itertools
import json
import re
import resource
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.bash.policy import judge
from tools.bash.policy.checker import BASH

PLACEHOLDER = re.compile(r"(?:/path/to|\./relative/path/to)/[\w.-]+/?")
SECRETS = ("/etc/shadow", "~/.ssh/id_rsa", "/root/.ssh/id_rsa", "/proc/self/environ", "id_rsa")
# What counts as read-only in nl2bash, decided without the policy: only these programs ...
READING = frozenset(
    """[ apropos awk basename bc cal cat cd cksum cmp col column comm cut date df diff dirname du
    echo egrep env expand expr factor false fgrep file find fmt fold free fuser getconf getent
    getfacl grep groups head hexdump hostname id iostat ip jobs join last lastlog less locale
    locate look ls lsattr lsblk lscpu lsmod lsof lspci lsusb md5sum mount mpstat nl netstat nproc
    od paste pgrep pidof pr printenv printf ps pstree pwd read readlink realpath rev sed seq
    sha1sum sha256sum sha512sum shuf sleep sort ss stat strings sum sysctl tac tail test time top
    tr tree true tty type umask uname unexpand uniq uptime users vmstat w wc whatis whereis which
    who whoami xargs xxd yes zcat zgrep zless bzcat xzcat bzgrep jq
    """.split()
)
# ... none of these forms ...
CHANGING = re.compile(
    r"-delete\b|-ok(?:dir)?\b|-fprint|-fls\b|--in-place|\bsed\b[^|;]*\s-[a-zA-Z]*i|\bsort\b[^|]*\s-o"
    r"|system\(|getline|<<(?!<)|\(\)\s*\{|\bsysctl\b[^|;]*(?:-w|=)|\bdate\b[^|;]*\s(?:-s|--set)\b"
    r"|\bmount\s+[^|;-]|print[^|;}]*>|\bfuser\b[^|;]*-k|\bsed\b[^|;]*/w |\bhostname\s+\w|\be\b'"
)
# ... and no redirection but to /dev/null or another descriptor.
REDIRECTS = re.compile(r"(?:\d|&)?>>?\|?\s*(&?\S+)")
QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\$`]|\\.)*\"")
PARTS = re.compile(r"\|\||&&|\|&|[|;&\n(){}`]|\b(?:do|then|else|elif|if|while|until)\s|!\s")
ASIDE = re.compile(r"fi|done|esac|for|in|case|\w+=.*|\d*[<>].*")


def read_only(command: str) -> bool:
    """Return whether a command of nl2bash only reads, by the lists above."""
    plain = QUOTED.sub("Q", command)
    if CHANGING.search(command) or re.search(r"[<>]\s*\(", plain):
        return False
    if any(not re.match(r"/dev/null|&[\d-]", target) for target in REDIRECTS.findall(plain)):
        return False
    names = 0
    for part in PARTS.split(plain.replace("\\;", " ").replace("\\(", " ").replace("\\)", " ")):
        words = [word for word in part.split() if not re.fullmatch(r"\w+=\S*|[\"']", word)]
        if not words or ASIDE.fullmatch(words[0]):
            continue
        started = [words[0]]
        if words[0] == "xargs":
            started += [w for w in words[1:] if not re.match(r"-|\d|\{|[IQXL%]$", w)][:1]
        started += [b for a, b in itertools.pairwise(words) if re.match("-exec", a)]
        if any(name.strip("\"'\\").split("/")[-1] not in READING for name in started):
            return False
        names += 1
    return names > 0


def _trusting(_: str) -> bool:
    return True


def _asked(commands: Sequence[str], check: Callable[[str], bool] = _trusting) -> Counter[str]:
    """Return the first reason of each command that is not allowed."""
    reasons: Counter[str] = Counter()
    for command in commands:
        decision = judge(command, syntax_check=check)
        if decision.verdict != "allow":
            reasons[decision.reasons[0]] += 1
    return reasons


def everyday(commands: Sequence[str]) -> None:
    """Print how many everyday reading commands are asked about."""
    asked = [command for command in commands if judge(command).verdict != "allow"]
    share = len(asked) / len(commands)
    print(f"everyday commands: {len(commands)}, asked: {len(asked)} ({share:.1%}): {asked}")


def gtfobins(file: Path) -> None:
    """Print how many entries are allowed, as they are and with secrets for their placeholders."""
    codes = [json.loads(line)["code"] for line in file.read_text("utf-8").splitlines()]
    allowed = [code for code in codes if judge(code).verdict == "allow"]
    print(f"GTFOBins entries: {len(codes)}, allowed: {len(allowed)} {allowed}")
    for path in SECRETS:
        changed = [PLACEHOLDER.sub(path, code) for code in codes if PLACEHOLDER.search(code)]
        allowed = [code for code in changed if judge(code).verdict == "allow"]
        print(f"  with {path} in {len(changed)} of them, allowed: {len(allowed)} {allowed}")


def nl2bash(file: Path) -> None:
    """Print how many read-only commands are asked about, and the commonest reasons."""
    lines = file.read_text("utf-8").splitlines()
    commands = sorted({json.loads(line)["cmd"] for line in lines})
    reading = [command for command in commands if read_only(command)]
    reasons = _asked(reading)
    asked = reasons.total()
    places = sum(n for reason, n in reasons.items() if "nothing is known of" in reason)
    print(
        f"nl2bash: {len(commands)} commands, {len(reading)} only read; asked: {asked} "
        f"({asked / len(reading):.1%}), {places} of them for a folder that no Debian has"
    )
    shapes: Counter[str] = Counter()
    for reason, count in reasons.items():
        shapes[re.sub(r": .*|(?<=folder )/\S+", "", reason)] += count
    for reason, count in shapes.most_common(15):
        print(f"  {count:4} {reason}")


def speed(commands: Sequence[str], *, big: bool) -> None:
    """Print the median times of a judgement, and of a fresh `bash -n` in the same run."""
    if big:
        import chromadb
        import llama_cpp

        print(f"with {chromadb.__name__} and {llama_cpp.__name__} loaded:", end=" ")
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    alone, checked, fresh = [], [], []
    for command in [*commands, *commands]:
        alone.append(_timed(lambda text: judge(text, syntax_check=_trusting), command))
        checked.append(_timed(judge, command))
        fresh.append(_timed(_fresh_bash, command))
    middle = [statistics.median(times) * 1e3 for times in (alone, checked, fresh)]
    print(
        f"{size} MiB resident; median of a judgement {middle[0]:.2f} ms, with bash's syntax check "
        f"{middle[1]:.2f} ms (a fresh `bash -n` alone {middle[2]:.2f} ms); "
        f"95th percentile {statistics.quantiles(checked, n=20)[-1] * 1e3:.2f} ms"
    )


def _fresh_bash(command: str) -> None:
    subprocess.run([*BASH[:-1], "-n", "-c", "--", command], capture_output=True, check=False)


def _timed(work: Callable[[str], object], command: str) -> float:
    started = time.perf_counter()
    work(command)
    return time.perf_counter() - started
