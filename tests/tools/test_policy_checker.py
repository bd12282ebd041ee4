"""bash's syntax check in a long-lived process: right answers, and no for everything odd."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.bash.policy import judge
from tools.bash.policy.checker import BASH, Checker, bash_accepts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checker() -> Iterator[Checker]:
    made = Checker()
    yield made
    made.close()


def plain(source: str) -> bool:
    """Ask a fresh `bash -n`, the slow way."""
    done = subprocess.run(
        [*BASH[:-1], "-n", "-c", "--", source],
        capture_output=True,
        env={"LC_ALL": "C.UTF-8"},
        check=False,
    )
    return done.returncode == 0 and not done.stderr


def test_bash_has_the_last_word() -> None:
    assert judge("ls").verdict == "allow"
    assert judge("ls", syntax_check=lambda _: False).verdict == "ask"


HOSTILE = [
    "}; touch {m}; {", ")\ntouch {m}\n(", "set +n\ntouch {m}", "set +n; touch {m}", "$(touch {m})",
    "x=$(touch {m})", "a[$(touch {m})]=1", "cat <<E\n$(touch {m})\nE", "'; touch {m}; '",
    "\"; touch {m}; \"", "done; touch {m}; while read x; do :", "exec >{m}", "kill -9 $PPID",
    "`touch {m}`", "trap 'touch {m}' EXIT", "x='a[$(touch {m})]'; echo $((x))", "\n" * 300,
    "f() {{ touch {m}; }}; f", "yes", "0 yes", "echo 'yes\n'", ": > {m}", "esac; touch {m}",
    "shopt -s expand_aliases\nalias ls='touch {m}'\nls", "POSIXLY_CORRECT=1 touch {m}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_only_parsed(text: str, checker: Checker, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    source = text.replace("{m}", str(marker)).replace("{{", "{").replace("}}", "}")
    assert checker.accepts(source) == plain(source)
    assert checker.accepts("ls") and not checker.accepts("ls |")
    assert not marker.exists()


def test_the_answers_are_those_of_a_fresh_bash(checker: Checker) -> None:
    spec = importlib.util.spec_from_file_location("policy_fuzz", ROOT / "benchmarks/fuzz_policy.py")
    assert spec and spec.loader
    fuzz = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = fuzz  # its dataclasses look themselves up there
    spec.loader.exec_module(fuzz)
    texts = fuzz.texts(5)
    answers = {True: 0, False: 0}
    while sum(answers.values()) < 120:
        text = next(texts)
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            assert not checker.accepts(text)
            continue
        assert checker.accepts(text) == plain(text), text
        answers[plain(text)] += 1
    assert min(answers.values()) > 10, answers


@pytest.mark.parametrize(
    "loop",
    ["exit", "read -r -d '' n; exit", "echo yes", "while :; do echo yes; done",
     "while read -r -d '' n; do read -r -d '' t; printf '%s maybe\\n' \"$n\"; done",
     "while read -r -d '' n; do read -r -d '' t; printf '%s yes' \"$n\"; done",
     "while read -r -d '' n; do read -r -d '' t; printf 'x%s yes\\n' \"$n\"; done",
     "read -r -d '' n; read -r -d '' t; kill -9 $$", "sleep 100 <&- >/dev/null",
     "while read -r -d '' n; do read -r -d '' t; done; sleep 100", "head -c 1000 /dev/urandom"],
)  # fmt: skip
def test_a_broken_checker_means_no(loop: str) -> None:
    broken = Checker((*BASH, f"PATH=/usr/bin:/bin; {loop}"), seconds=0.3)
    try:
        assert not broken.accepts("ls")
        assert not broken.accepts("ls")
    finally:
        broken.close()
    assert not Checker(("/nonexistent/bash",)).accepts("ls")


def test_a_killed_or_stopped_checker_is_replaced(checker: Checker) -> None:
    assert checker.accepts("ls")
    process = checker._process
    assert process is not None
    process.kill()
    process.wait()
    assert checker.accepts("ls")  # it was idle: a new one answers
    process = checker._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    checker.seconds, patience = 0.5, checker.seconds
    assert not checker.accepts("ls")  # no answer in time
    checker.seconds = patience
    assert checker.accepts("ls")


def test_threads_and_forks_do_not_mix_answers_up(checker: Checker) -> None:
    wrong: list[str] = []

    def ask(good: str, bad: str) -> None:
        for _ in range(60):
            if not checker.accepts(good) or checker.accepts(bad):
                wrong.append(good)

    threads = [threading.Thread(target=ask, args=(f"ls {n}", f"ls {n} |")) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    child = os.fork()
    if child == 0:
        os._exit(0 if checker.accepts("ls") and not checker.accepts("(") else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0 and checker.accepts("ls")


def test_what_cannot_be_said_to_bash_is_not_accepted() -> None:
    assert not bash_accepts("ls\0") and not bash_accepts("ls \udc80")
    assert bash_accepts("echo 'é→🙂'")
