"""bash's own syntax check: one long-lived bash that parses texts and runs nothing of them.

Starting bash anew costs several milliseconds a text, most of all from a large process; a fork
inside a small bash costs a fraction of one.
"""

from __future__ import annotations

import atexit
import os
import secrets
import select
import subprocess
import threading
import time

BASH = ("/bin/bash", "--noprofile", "--norc", "-c")
# Texts come as NUL, number, NUL, text, NUL: a text cannot hold a NUL, so it cannot end early.
# In the subshell `set -n` is in force before bash parses the text, so nothing of it is ever
# executed or expanded; what bash says of it is caught. Nothing can be written to a file, and a
# text that keeps bash busy for long is not accepted: by its own processor time, so that a machine
# with other work gives the same answers.
LOOP = r"""ulimit -c 0 -f 0 || exit
while IFS= read -r -d '' number && IFS= read -r -d '' text; do
  if said=$(ulimit -t 3; eval $'set -n\n'"$text" 2>&1 </dev/null) && [[ -z $said ]]; then
    printf '%s yes\n' "$number"
  else
    printf '%s no\n' "$number"
  fi
done"""
_ENVIRONMENT = {"PATH": "/nonexistent", "LC_ALL": "C.UTF-8"}


class Checker:
    """Asks a bash process of its own about texts. Safe to share between threads.

    Everything unexpected means no: a crash, a hang, another answer than "NUMBER yes". The
    process is then replaced. It ends when this process does, since its input ends.
    """

    def __init__(self, program: tuple[str, ...] = (*BASH, LOOP), seconds: float = 30.0) -> None:
        self.program = program
        self.seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._registered = False

    def accepts(self, source: str) -> bool:
        """Return whether bash takes `source` for a script, without a word of complaint."""
        if "\0" in source:
            return False
        try:
            data = source.encode()
        except UnicodeEncodeError:
            return False
        with self._lock:
            # A checker that died while it was idle says nothing about this text: ask a new one.
            for _ in range(2):
                answer = self._ask(data)
                if answer is not None:
                    return answer
        return False

    def close(self) -> None:
        """End the process; the next text starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _ask(self, data: bytes) -> bool | None:
        """Return the answer; None where the process was gone before it said anything."""
        number = secrets.token_hex(8).encode()
        try:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            os.write(process.stdin.fileno(), number + b"\0" + data + b"\0")
            line = self._line(process.stdout.fileno())
        except OSError:
            self.close()
            return None
        if line in (number + b" yes\n", number + b" no\n"):
            return line.endswith(b" yes\n")
        self.close()
        return None if line == b"" else False

    def _line(self, descriptor: int) -> bytes:
        """Return one line; what there is where the time or the output ends before."""
        line = b""
        end = time.monotonic() + self.seconds
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while not line.endswith(b"\n") and len(line) < 100:
            left = end - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                return line or b"late"
            part = os.read(descriptor, 100)
            if not part:
                break
            line += part
        return line

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self.program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                bufsize=0,
                start_new_session=True,
            )
            if not self._registered:
                self._registered = True
                atexit.register(self.close)
                os.register_at_fork(after_in_child=self._forget)
        return self._process

    def _forget(self) -> None:
        """In a forked child: the process belongs to the parent."""
        self._lock = threading.Lock()
        self._process = None


_CHECKER = Checker()


def bash_accepts(source: str) -> bool:
    """Return whether `bash -n` takes the text for a script. Runs nothing of it."""
    return _CHECKER.accepts(source)
