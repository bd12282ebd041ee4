"""What is done with the one of the printed files that is most: "delete the smallest one"."""

from __future__ import annotations

import re
import shlex

from graphs.reading.about import Said
from graphs.reading.lines import core
from graphs.reading.printed import MANY, Step, paths_of, whole

_WORDS = (
    ("newest|newer|latest|most recent", "ls -1td --"),
    ("oldest|older", "ls -1trd --"),
    ("biggest|bigger|largest|larger|heaviest", "ls -1Sd --"),
    ("smallest|smaller|tiniest", "ls -1Srd --"),
)
_DEEDS = (
    (r"(?:delete|remove|erase|rm|trash|get rid of|throw away)", "rm --", "deleted"),
    (r"(?:cat|read|open|show me what(?:'s| is) in|what(?:'s| is) in)", "cat --", "shown"),
    (r"(?:gzip|compress)", "gzip --", "compressed"),
    (r"(?:copy|cp|back up)", "cp -a -t {to} --", "copied to {to}"),
    (r"(?:move|mv|put)", "mv -t {to} --", "moved to {to}"),
)
_TO = (
    r"(?: (?:to|into|in) (?:the )?(?:new )?(?:folder )?(?:called )?(?P<to>[\w/.~-]*[\w/~])"
    r"(?: folder)?)"
)


def of_most(text: str, said: Said) -> Step | None:
    """Return the command that does something with the one of the printed files that is most.

    >>> said = Said("list /srv", {"path": "/srv"}, "ls /srv", "a\\nb")
    >>> of_most("delete the smallest one", said).command
    "ls -1Srd -- /srv/a /srv/b | head -n 1 | xargs -r -d '\\\\n' rm --"
    """
    wish, paths = core(text), paths_of(said)
    if len(paths) < 2 or len(paths) > MANY or not whole(said):
        return None
    for asked, deed, done in _DEEDS:
        for words, order in _WORDS:
            to = _TO if "{to}" in deed else ""
            which = rf"the (?P<which>{words})(?: one| file| of (?:them|those|these))?"
            found = re.fullmatch(f"{asked} {which}{to}", wish, re.IGNORECASE)
            if found is None:
                continue
            given = {"to": shlex.quote(found["to"])} if to else {}
            listed = f"{order} {' '.join(shlex.quote(path) for path in paths)} | head -n 1"
            command = f"{listed} | xargs -r -d '\\n' {deed.format(**given)}"
            command = f"mkdir -p {given['to']} && {command}" if to else command
            return Step(command, f"the {found['which']} of these {done.format(**given)}")
    return None
