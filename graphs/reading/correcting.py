"""Reads a correction: "no, I meant /srv/b", "sorry, replace it with baz", "/srv not /var".

Where the command before only showed something, what was meant is the request with the right value.
Where it made or changed something, what it made is put right: a folder that got the wrong name gets
the right one.
"""

from __future__ import annotations

import posixpath
import re
import shlex

from graphs.reading.about import Said
from graphs.reading.ellipsis import Reading, elliptic
from graphs.reading.following import recipe
from runtime.values import shell

_CUE = re.compile(
    r"^(?:(?:no|nope|sorry|oops|ups|wait|hm+|argh|damn|my (?:bad|mistake|fault)"
    r"|wrong(?: \w+)?|actually"
    r"|(?:ah|oh)(?!,? (?:and|also)\b)|not that(?: one)?|i (?:meant?|wanted|mean to say)"
    r"|that was wrong|typo|stop|correction"
    r"|it should (?:be|have been)|should (?:be|have been))\b[\s,.:!;-]*)+",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\W*(?:(?:and|now|then|ok|no|please|oops)\b\W*)*(?:rename|move|mv|put|change|switch|go|bring)"
    r"(?: (?:it|that|them|this|the file|the folder))? back"
    r"(?: again| please| to (?:how|where) it was)*\W*",
    re.IGNORECASE,
)
_MOVED = re.compile(r"mv (?:-\w+ )*(?:-- )?(?P<from>[^\s'\"*;|&]+) (?P<to>[^\s'\"*;|&]+)")
_NOT = re.compile(
    r"(?:(?P<new>\S+),? (?:not|instead of|rather than) (?P<old>\S+)|not "
    r"(?P<old2>\S+?),? but (?P<new2>\S+)"
    r"|(?:use |take )?(?P<new3>\S+) instead(?! of))\W*$",
    re.IGNORECASE,
)
_MAKERS = re.compile(r"^(?:mkdir|touch|cp|mv|ln)\b")
_REPLACING = re.compile(
    r"^(?P<start>sed -i )s(?P<sign>[#/"
    r"|])(?P<old>.+?)(?P=sign)(?P<new>.+?)(?P=sign)(?P<end>\w* .+)$"
)


def corrected(text: str, said: Said) -> Reading | None:
    """Return a correction as what is to be done now; None where a text is none.

    >>> said = Said("how big is /var/log", {"path": "/var/log"}, "du -sh /var/log", "1M")
    >>> corrected("sorry, i meant /srv", said).text
    'how big is /srv'
    >>> said = Said("replace a with b in x", {}, "sed -i s#a#b#g x")
    >>> corrected("no, i meant replace it with c", said).recipe.template
    "sed -i 's#b#c#g' x"
    """
    plain = " ".join(text.split())
    if back := _back(plain, said):
        return back
    cue = _CUE.match(plain)
    swap = _NOT.search(plain)
    if not cue and not swap:
        return None
    rest = plain[cue.end() :] if cue else plain
    new, old = _swapped(rest, said)
    put_right = _put_right(new or _only_value(rest), said)
    if put_right:
        return put_right
    if new and old and old in said.text:
        return Reading(said.text.replace(old, new), "new")
    return elliptic(rest, said.text, said.values) if cue else None


def _back(text: str, said: Said) -> Reading | None:
    """Return what takes a move or a switch back: "rename it back", "move it back again"."""
    moved = _MOVED.fullmatch(said.command)
    if _BACK.fullmatch(text) is None:
        return None
    if moved and moved["from"] and moved["to"]:
        old, new = moved["from"], moved["to"]
        into = "." not in new.rpartition("/")[2] and "." in old.rpartition("/")[2]
        new = f"{new.rstrip('/')}/{old.rpartition('/')[2]}" if into else new
        return Reading(text, "new", recipe(f"mv -n -- {new} {old}", f"moved {new} back to {old}"))
    switched = re.match(r"(?P<git>git (?:-C \S+ )?)(?:switch|checkout) ", said.command)
    if switched:
        return Reading(text, "new", recipe(f"{switched['git']}switch -", "the branch before"))
    return None


def _swapped(text: str, said: Said) -> tuple[str, str]:
    found = _NOT.search(text)
    if found is None:
        return "", ""
    new = found["new"] or found["new2"] or found["new3"] or ""
    old = found["old"] or found["old2"] or ""
    return new.strip("\"',.;"), old.strip("\"',.;?!")


def _only_value(text: str) -> str:
    """Return the value that a text names, where it names one; a word behind "with" may be one."""
    values = list(shell.find(text))
    if not values:
        word = re.search(r"\b(?:with|by|to|called|named|be)\s+(?P<word>[\w.-]+)\W*$", text, re.I)
        return word["word"] if word else ""
    return values[-1].text if len(values) == 1 else ""


def _renamed(new: str, said: Said) -> Reading | None:
    """Return what gives a file that got the wrong name the right one."""
    source, target = said.values.get("source", ""), said.values.get("target", "")
    if not source or not target or not re.search(r"(?:^|; )(?:git )?mv -\w*T", said.command):
        return None
    folder = posixpath.dirname(source)
    old, new = (path if "/" in path else posixpath.join(folder, path) for path in (target, new))
    command = f"mv -nT -- {shlex.quote(old)} {shlex.quote(new)}"
    return Reading(
        said.text.replace(target, new), "new", recipe(command, f"renamed {old} to {new}")
    )


def _put_right(new: str, said: Said) -> Reading | None:
    """Return what puts right what the command before has made or changed."""
    if not new:
        return None
    replaced = _REPLACING.match(said.command)
    if replaced:
        sign = replaced["sign"]
        if sign in new:
            return None
        text = shlex.quote(
            f"s{sign}{replaced['new']}{sign}{new}{sign}{replaced['end'].split(' ')[0]}"
        )
        rest = replaced["end"].split(" ", 1)[1]
        command = f"{replaced['start']}{text} {rest}"
        return Reading(
            said.text, "new", recipe(command, f"put {new} in place of {replaced['new']}")
        )
    if renamed := _renamed(new, said):
        return renamed
    made = said.values.get("target") or said.values.get("dir") or said.values.get("file") or ""
    if not _MAKERS.match(said.command) or not made or made == new or ";" in said.command:
        return None
    if "/" in made and "/" not in new:
        new = f"{made.rpartition('/')[0]}/{new}"
    command = f"mv -n -- {shlex.quote(made)} {shlex.quote(new)}"
    return Reading(said.text.replace(made, new), "new", recipe(command, f"renamed {made} to {new}"))
