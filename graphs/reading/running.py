"""What "it" is behind a list of processes: the one that was asked for, by its number.

"Who started it" behind "which process uses the most memory" is a question about process 812.
"""

from __future__ import annotations

import re

from graphs.reading.about import Said
from graphs.reading.printed import lines_of

_LISTS = re.compile(r"(?:ps|pgrep)\s|(?:ss|lsof)\s")
_ONE = re.compile(
    r"\b(?:most|top|biggest|largest|newest|oldest|first|longest|highest|which process)\b",
    re.IGNORECASE,
)
_STARTED = re.compile(
    r"\W*(?:and )?(?:who (?:started|runs|owns|is running|launched) (?:it|that|this)"
    r"|whose is (?:it|that)"
    r"|who does (?:it|that) belong to|which user (?:is it|runs it|is that)|who)\W*",
    re.IGNORECASE,
)
_IT = re.compile(
    r"\b(?:it(?! (?:is|was) (?:raining|late))|that(?: one| process)?|this(?: one| process)?"
    r"|the process|the (?:first|top) (?:one|process))\b(?!')",
    re.IGNORECASE,
)
_ITS = re.compile(r"\bits (?P<what>\w+(?: \w+)?)", re.IGNORECASE)
_OWN = frozenset("ps head tail sort awk grep pgrep sed".split())
"""Programs of the command that listed the processes: these are gone."""


def about_process(text: str, said: Said) -> str:
    """Return a text with the process that was printed in the place of "it".

    >>> said = Said("what uses most cpu", {}, "ps -eo pid,comm | head", "9 ps\\n812 mysqld\\n3 sh")
    >>> about_process("who started it?", said), about_process("kill it", said)
    ('which user owns process 812', 'kill process 812')
    """
    pid = _pid(said) if _LISTS.match(said.command) else ""
    if not pid:
        return text
    if _STARTED.fullmatch(text):
        return f"which user owns process {pid}"
    if its := _ITS.search(text):
        return f"{text[: its.start()]}the {its['what']} of process {pid}{text[its.end() :]}"
    return _IT.sub(f"process {pid}", text, count=1)


def _pid(said: Said) -> str:
    """Return the number of the one process that was asked for."""
    lines = [line.split() for line in lines_of(said)]
    if not lines:
        return ""
    titles = [title.upper() for title in lines[0]]
    place = titles.index("PID") if "PID" in titles else 0
    rows = lines[1:] if "PID" in titles else lines
    rows = [row for row in rows if len(row) > place and row[place].isdigit()]
    rows = [row for row in rows if not _OWN & {word.rsplit("/")[-1] for word in row[place + 1 :]}]
    if not rows or (len(rows) > 1 and not _ONE.search(said.text)):
        return ""
    return rows[0][place]
