"""What a request wants in a file: "sort a.txt and save it as b.txt", "put the lines into c.txt".

Most recipes print. Where a request says in which file it wants what is printed, the recipes for the
rest of it are taken, and their output goes into that file.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from graphs.reading.printed import judged
from runtime import recipes
from runtime.types import Document
from tools.bash.policy.decision import Decision

_FILE = r"[\"']?(?P<file>(?:~|\.{1,2})?/?[\w.@+-]*(?:/[\w.@+-]+)*\.[A-Za-z]\w{0,5})[\"']?"
_INTO = (
    r"(?:in(?:to)?|to|as|under)\s+(?:(?:the|a)\s+)?(?:(?:new\s+)?(?:text\s+)?file\s+)?"
    rf"(?:(?:called|named)\s+)?{_FILE}"
)
_SAVE = r"(?:save|write|put|store|keep|dump|send|redirect|record|log|export)"
_IT = (
    r"(?:it all|it|that|them|those|these|this|everything"
    r"|(?:the|that|this) (?:result|output|list|outcome|answer|number|count|total|sum|whole thing"
    r"|difference|match|matche|line|row|name|value|hit|address|addresse)s?"
    r"|what (?:it|you|comes?|came|is|was) ?"
    r"(?:prints?|printed|finds?|found|find|out|outputs?|says?)?"
    r"|(?:its|the|all (?:its|the)) output)"
)
_TAIL = r"(?P<tail>$|[,.;?!]?\s+(?:and|then|,)\s.*|[,;.]\s.*|\s+please\W*$)"
_ONE_THING = (
    r"(?:the|all|every)\s+(?:\w+\s+)?(?:line|words?|texts?|string|sentence|files?|folders?|copy"
    r"|director(?:y|ies)|settings?|values?|message|script|stuff|things?)\s"
)
_LATER = re.compile(
    r"^(?P<rest>.+?)"
    r"(?P<joint>(?:\s*[,;]\s*|\.\s+|\s+)(?:(?:and|then|and then|,)\s+)?(?:please\s+|also\s+)?)"
    rf"{_SAVE}\s+(?:{_IT}\s+)?{_INTO}{_TAIL}",
    re.IGNORECASE | re.DOTALL,
)
_AT_ONCE = re.compile(
    r"^(?:(?:please|pls|can you|could you)\s+)*"
    r"(?:save|write|put|store|dump|collect|export|record)\s+"
    rf"(?!{_ONE_THING})(?P<rest>(?:the|all|a list|every|names?|how many|how much|what)\b"
    r"[^\"'`]*?\s[^\"'`]+?)\s+"
    rf"{_INTO}{_TAIL}",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = re.compile(
    r"\W*(?:who|which|what|how|when|where|why|is|are|was|were|does|do|did|can|may|has|have)\b",
    re.IGNORECASE,
)
_PACKS = re.compile(r"\b(?:tar (?:\S+ )*-?c\w*|zip -|gzip |7z a )")
_PACKED = re.compile(r"\.(?:tar|tgz|zip|gz|xz|bz2|7z|zst|tbz|txz|deb|iso|img)$", re.IGNORECASE)

NEAR, FARTHER = 0.15, 0.3
"""How much farther than the nearest that prints a recipe may be whose output is saved, and that
one than the nearest of all: what changes the file itself is often nearer."""
RUN = re.compile(r"\W*(?:please\s+)?(?:run|execute|start|launch|call)\b", re.IGNORECASE)


class Saving(NamedTuple):
    """A request without what it says of a file; `tail` is what it asks for behind that.

    `whole` is the request without the tail. `each`: all that the rest asks for goes into the file,
    not what its last part prints only.
    """

    whole: str
    rest: str
    file: str
    tail: str
    each: bool


def saving(text: str) -> Saving | None:
    """Return what a request wants in a file; None where it wants nothing there.

    >>> found = saving("sort a.txt and save the result in b.txt")
    >>> found.rest, found.file
    ('sort a.txt', 'b.txt')
    >>> saving("put all the errors of a.log into b.txt and count them")[1:]
    ('show all the errors of a.log', 'b.txt', 'count them', True)
    >>> saving('write "hello" into a.txt'), saving("who is allowed to write to conf/db.conf")
    (None, None)
    """
    plain = " ".join(text.split())
    for pattern, before in ((_AT_ONCE, "show "), (_LATER, "")):
        found = pattern.match(plain)
        if found is None or _PACKED.search(found["file"]):
            continue
        if pattern is _LATER and not found["joint"].strip() and _QUESTION.match(plain):
            continue  # who may write to a.conf, and what wrote to it, is asked, not ordered
        rest = before + re.sub(r"[\s,;]+(?:and|then)?$", "", found["rest"])
        tail = re.sub(r"^\W*(?:(?:and|then|please)\b\W*)*", "", found["tail"])
        if " " in rest:
            return Saving(plain[: found.start("tail")], rest, found["file"], tail, bool(before))
    return None


def saved(
    documents: Sequence[Document], part: str, file: str, *, more: bool = False
) -> list[Document]:
    """Return the recipes for a part that print, with their output in a file.

    Those that change something are left out, unless something is to be run. `more`: what is in
    the file already stays.
    """
    running = RUN.match(part)
    ones = [d for d in documents if d.template and (running or _prints(d))]
    best = max((d.score for d in documents if d.acts), default=0.0)
    first = max((d.score for d in ones), default=0.0)
    near = max(first - NEAR, best - FARTHER)
    return [_saved(document, file, more=more) for document in ones if document.score >= near]


def writes(documents: Sequence[Document], file: str) -> bool:
    """Whether the likeliest of some recipes writes to a file."""
    best = next((document for document in documents if document.template), None)
    if best is None or not any(file in way.values() for way in best.bindings[:1]):
        return False
    packs = best.bindings[0].get("archive") == file or _PACKS.search(best.template or "")
    if packs and not _PACKED.search(file):
        return False  # a list that goes into a.txt is no archive
    return any(
        posixpath.basename(path) == posixpath.basename(file) for path in _judged(best).writes
    )


def _prints(document: Document) -> bool:
    """Whether a recipe changes nothing, by what the policy says of its command."""
    return _judged(document).verdict == "allow"


def _judged(document: Document) -> Decision:
    given = document.bindings[0] if document.bindings else {}
    values = [given.get(slot) or default or "x" for slot, default in document.slots.items()]
    return judged(recipes.fill(document, values))


def _saved(document: Document, file: str, *, more: bool) -> Document:
    template = str(document.template)
    if re.search(r"[;&\n]", template):
        template = f"{{{{ {template}; }}}}"
    return replace(
        document,
        title=f"{document.title} saved",
        template=template + recipes.literal(f" {'>>' if more else '>'} {shlex.quote(file)}"),
        phrase=f"{document.phrase or document.title}, saved in {recipes.literal(file)}",
    )
