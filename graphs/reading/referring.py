"""Reads a request that leans on the one before in full: "delete them", "and LICENSE?".

A small model, and a search, do best with requests that say all that they mean. So references are
replaced by what they stand for, before anything is looked up: by values that the command before
was given, by a path that it printed, by the words of the request before. What is read so goes the
way of any other request. Where nothing is sure, nothing is read.
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from graphs.reading.about import FILES, FOLDERS, Said, folder_named, printed, slot, thing_of
from graphs.reading.ellipsis import Reading, elliptic
from graphs.reading.wishes import moded, replaced_text, wished
from runtime.values import shell


class _Noun(NamedTuple):
    """What a noun or pronoun may stand for: names of slots, the likeliest first."""

    words: re.Pattern[str]
    slots: tuple[str, ...]


_FINDING = re.compile(
    r"^(?:(?:please|pls|can you|could you|hi|hey|ok|now)\b[\s,]*)*"
    r"(?:find|count|list|show me|show|look for|search for|search|locate|where (?:are|is)"
    r"|(?:what|which) (?:are|is)|get me|get|give me|display|look up|print)\s+(?:me\s+)?",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:(?P<the>the )|an?other |a new )?one (?:called|named) (?P<name>[\w./@+-]*\w)",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"\b(?:branch(?:es)?|tags?|commits?|remotes?|files?|folders?|users?|groups?|jobs?|packages?"
    r"|process(?:es)?|services?|lines?|archives?|columns?)\b",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\b(?:all of them|them all|them|those(?: files)?|these(?: files)?|the files(?! (?:in|of))"
    r"|all of these|all of those)\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:do|are|did) they\b|\bare there\b|\bthey\b", re.IGNORECASE)
_HOW_MANY_OF = re.compile(
    r"^how (?:many|much) of (?:them|those|these)\s+"
    r"(?:are|is|say|have|contain|were)?\s*(?P<what>.+?)\??$",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\b(?P<to>(?<!in )(?<!is )(?<!are )(?<!left )(?<!in the )there)\b"
    r"|\b(?P<place>(?:in|into|inside|under|from|to) (?:it|there|that folder|the folder"
    r"|that directory|the directory|that one)|that folder|that directory"
    r"|the (?:new )?(?:folder|directory)(?! \S+/))\b"
    r"|\b(?P<out>in there|what(?:'s| is) (?:left|inside))\b(?!\s+(?!now\b|please\b)[\w./])",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(?:that one|this one|that file|this file|the file(?! \S*[./])|that script|the script"
    r"|the (?:new |zip )?(?:zip|archive|copy|tarball)(?! \S*[./])|that archive"
    r"|it|(?:that|this)(?! (?:process|user|line|word|host|address|ip|package|service|row|column"
    r"|commit|branch|job|page|url|request|port|day|time|one)\b))\b(?!')",
    re.IGNORECASE,
)
_ITS = re.compile(r"\b(?:its|the file's|that file's)\s+(?P<what>[^,;.?]+)", re.IGNORECASE)
_CONTENTS = re.compile(
    r"^(?:(?:and|so|ok|now)\b\W*)*(?:what does (?:it|that|that file|the file) (?:say|contain)"
    r"|what(?:'s| is) (?:inside|in it|in that file|in the file|inside it|inside of it)"
    r"|list what(?:'s| is) in(?:side)?(?: it)?)(?: now)?\W*$",
    re.IGNORECASE,
)
_IN_THERE = re.compile(
    r"\W*(?:(?:and|now|list|show|see|tell|me)\b\W*)*what(?:'s| is| are)? (?:now )?in there"
    r"(?: now)?\W*$",
    re.IGNORECASE,
)
_SHOW_IT = re.compile(
    r"^(?:(?:and|then|now|ok|please)\b\W*)*(?:show|print|display|read|cat|give"
    r"|let me see|open)\s+(?:me\s+)?(?:it|that|all of it|the copy|that one"
    r"|(?:that|the) (?:(?:whole|entire|full|new) )?file)(?: to me)?"
    r"(?: again| now| please| afterwards)?\W*$",
    re.IGNORECASE,
)
_LEFT_IN = re.compile(
    r"^\W*(?:(?:and|then|now|also|please|show|list|see|tell|me)\b\W*)*what(?:'s| is|s) "
    r"(?:left|remaining|still there|still) (?:in|under|inside) (?:the )?(?:folder )?"
    r"(?P<place>[\w./~-]*[\w/])(?: folder)?(?: now)?\W*$",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(?:final |new |file |total |disk )?size(?: now| on disk| afterwards| please)*", re.IGNORECASE
)
_PUT = re.compile(r"\bput\b(?! (?:a|an|the words?|the text|the line)\b)", re.IGNORECASE)
_HERE = re.compile(r"(?:\bto )?\bhere(?=\W*$)", re.IGNORECASE)
PACKED = re.compile(r"\.(?:tar|tgz|zip|gz|xz|bz2|7z|zst)$", re.IGNORECASE)
_ASPECT = re.compile(
    r"\b(?:lines?|rows?|columns?|words?|characters?|sizes?|permissions?|owners?|owns?|type|headers?"
    r"|average|total|sum|big|large|long|old|changed|modified|contents?|remains|count)\b",
    re.IGNORECASE,
)
"""What is asked of a thing: such a request without a value is about the thing before."""
_OWN = re.compile(
    r"\b(?:in|of|from|on|under|for|to|with)\s+(?!total|all|bytes|it\b)\w", re.IGNORECASE
)
_OF_TABLE = re.compile(
    r"\b(?:highest|lowest|average|mean|sum|total|most|least|cheapest|expensive|oldest|youngest"
    r"|columns?|rows?)\b",
    re.IGNORECASE,
)
"""What is asked of a table, of which the request names a column and not the file."""
_RESULT = re.compile(
    r"^(?:(?:and|then|now|also|please|just)\b\s*)*(?:verify|(?:check|confirm|make sure)"
    r"(?:\s+(?:it|that|the result|that it.*|if it.*|whether it.*|it.*worked"
    r"|(?:that )?(?:it|that|they)(?:'re| are|'s| is)? (?:really )?gone))?"
    r"|(?:is it|are they) (?:really )?gone"
    r"|(?:show|print|give|tell)\s+(?:me\s+)?(?:the\s+)?(?:result|outcome|output|new state"
    r"|(?:new |changed )?lines?|changes?)"
    r"|(?:(?:show|print|give|tell)(?:\s+me)?\s+|list\s+|see\s+|display\s+)?"
    r"what(?:'s| is| was)?\s*(?:left|remains|remaining)"
    r"(?:\s+(?:there|in there|in that folder|in the folder|(?:of|in) (?:it|the file)))?"
    r"|what came out(?: of it)?"
    r"|(?:list|show(?:\s+me)?)\s+what(?:'s| is| came)?\s*"
    r"(?:out|there|in there|in it|out of it)(?: of it)?"
    r"|did (?:it|that) work)\s*(?:now|afterwards?|after that)?[?.!]*$",
    re.IGNORECASE,
)
_REWRITES = re.compile(r"^(?:awk|grep) .*\.new > \S+ && rm ", re.DOTALL)
_FINER = re.compile(
    r"(?:(?:and|now|but|ok|no|please|can you|again|hmm|better)\b[\s,]*)*"
    r"(?:(?:only|just)\b(?! (?:delete|remove|count|show|move|copy|list|print)\b)"
    r"|with(?:out)?\b|ignor\w+"
    r"|sort(?:ed)? (?:them |it |that |those )?(?:by|in)\b|sort them\b"
    r"|(?:the )?(?:newest|oldest|largest|biggest|smallest|latest)"
    r" (?:ones? )?first|in (?:bytes|human|mb|gb|kb|megabytes|reverse|detail)"
    r"|as an?\b|per\b|by\b|recursive"
    r"|includ\w+|exclud\w+|except|numbered|(?:in )?(?:the )?(?:other way|reverse)"
    r"|one (?:line|per)|subfolders"
    r"|also the\b|hide\b|which (?:of them|ones))",
    re.IGNORECASE,
)
"""How a request begins that wants the same, finer."""
AGAIN = re.compile(r"\b(?:again|same|once more|one more time|repeat|redo|rerun)\b", re.IGNORECASE)
"""Words that ask for what was done once more."""
_TAKEN_BACK = re.compile(
    r"\W*(?:(?:and|now|then|ok|please)\W+)*(?:delete|remove|rm|erase|stop|close)\b", re.I
)
OTHER = re.compile(r"\W*(?:and|what about|how about)(?:\W+\w\S*){1,2}\W*", re.IGNORECASE)
"""Texts that name something else for the same: "and python3?"."""


def in_full(text: str, said: Said) -> Reading | None:
    """Return a request as it is meant behind another; None where it stands by itself.

    >>> said = Said("find all tmp files in downloads")
    >>> in_full("delete them", said)
    Reading(text='delete all tmp files in downloads', kind='new', recipe=None)
    >>> in_full("and LICENSE?", Said("count the lines of src/README.md", {"file": "src/README.md"}))
    Reading(text='count the lines of src/LICENSE', kind='same', recipe=None)
    """
    plain = " ".join(text.split()).strip()
    if _TAKEN_BACK.match(plain):  # "remove it again" takes back; it does not repeat
        plain = re.sub(r"\s+again\b", "", plain)
    same = elliptic(plain, said.text, said.values)
    if same is not None:
        return same
    if mode := moded(plain, said, thing_of(said)):
        return Reading(mode, "new")
    if _FINER.match(plain):
        return behind(plain, said)
    packed = said.values.get("archive", "") if _IN_THERE.match(plain) else ""
    read = (
        replaced_text(plain, said)
        or (f"list what is in {packed}" if packed else "")
        or _called(plain, said)
        or _result(plain, said)
        or _what_is_left(plain)
        or _of_those(plain, said)
        or _many(plain, said)
    )
    read = read or _contents(plain, said) or _one(plain, said) or _bare(plain, said)
    return Reading(read, "new") if read and read != plain else None


def behind(text: str, said: Said) -> Reading:
    """Return a request behind the one before, whose values it may mean: "which version?"."""
    return Reading(f"{said.text.rstrip('?.! ')} {text}", "finer")


def _result(text: str, said: Said) -> str:
    """Return what shows the outcome of the command before: "verify", "what is left"."""
    if not _RESULT.match(text) or not said.command:
        return ""
    program = said.command.split()[0]
    there = slot(said, FOLDERS)
    thing = slot(said, FILES)
    if program in ("chmod", "chown", "chgrp"):
        return f"what are the permissions of the file {thing}" if thing else ""
    new = said.values.get("new", "")
    if program == "sed" and thing and new and re.search(r"\blines?\b", text):
        return f'show the lines with "{new}" in {thing}'
    if program in ("sed", "printf", "echo", "tee", "sort") or _REWRITES.search(said.command):
        return f"show the contents of {thing}" if thing else ""
    if program == "rm" or program == "find" or program == "rmdir":
        gone = thing or there
        folder = there if program == "find" else posixpath.dirname(gone.rstrip("/"))
        return f"list the files in {folder or '.'}" if gone else ""
    return f"list the files in {folder_named(there)}" if there else ""


def _what_is_left(text: str) -> str:
    """Read "what's left in docs" as a list of what is there."""
    left = _LEFT_IN.match(text)
    return f"list the files in {folder_named(left['place'])}" if left else ""


def _of_those(text: str, said: Said) -> str:
    """Read "how many of those are errors" by the file or folder that was counted in."""
    asked = _HOW_MANY_OF.match(text)
    place = slot(said, FILES)
    if asked is None or not place:
        return ""
    what = asked["what"]
    inside = "lines" if posixpath.splitext(place)[1] else "files"
    return f"how many {what} {inside} are in {place}" if " " not in what else ""


def _called(text: str, said: Said) -> str:
    """Read "the one called X" by what the request before was about: "the branch X in /srv/repo"."""
    named, about = _CALLED.search(text), _KINDS.search(said.text)
    if named is None or about is None:
        return ""
    word = about[0].lower()
    noun = re.sub(r"(?<=ch|ss)es$|(?<!s)s$", "", word)
    place = slot(said, FOLDERS)
    named_so = f"the {noun} {named['name']}" if named["the"] else f"a {noun} called {named['name']}"
    thing = f"{named_so}{f' in {place}' if place else ''}"
    return f"{text[: named.start()]}{thing}{text[named.end() :]}"


def _many(text: str, said: Said) -> str:
    """Put what the request before looked for into the place of "them"."""
    found = _FINDING.match(said.text)
    if found is None:
        return ""
    things = said.text[found.end() :].rstrip("?.! ")
    if _MANY.search(text):
        return _MANY.sub(lambda _: things, text, count=1)
    bare = re.sub(r"^(?:all(?: the| of the)?|every|the)\s+", "", things)
    if re.fullmatch(r"(?:and )?how many(?: (?:are there|are they|is that|do we have))?\??", text):
        return f"how many {bare} are there"
    if _THEY.search(text) and not _slots_named(text, said):
        return _THEY.sub(lambda m: m[0].lower().replace("they", f"the {bare}"), text, count=1)
    return ""


def _slots_named(text: str, said: Said) -> bool:
    return any(value in text for value in said.values.values() if len(value) > 1)


def _contents(text: str, said: Said) -> str:
    """Read "what does it say" and "what is inside" by the file or archive that they are about."""
    shows = _SHOW_IT.match(text) and posixpath.splitext(thing_of(said))[1]
    if not shows and not _CONTENTS.match(text):
        return ""
    thing = said.values.get("archive", "") or thing_of(said)
    if not thing:
        return ""
    return f"list what is in {thing}" if PACKED.search(thing) else f"show the contents of {thing}"


def _one(text: str, said: Said) -> str:
    """Put a path into the place of "it", "that file", "in there"."""
    its = _ITS.search(text)
    thing = thing_of(said)
    wish = wished(text, said, thing)
    if wish:
        return wish
    if its and thing and _SIZE.fullmatch(its["what"].strip()):
        return f"how big is {folder_named(thing)}"
    if its and thing:
        return f"{text[: its.start()]}the {its['what'].strip()} of {thing}{text[its.end() :]}"
    there = _THERE.search(text)
    place = printed(said) or slot(said, FOLDERS) or (thing if there else "")
    if there and place:
        before = there[0].split()[0].lower() if there["place"] else ""
        if re.search(r"folder|directory", there[0]) and posixpath.splitext(place)[1]:
            file = said.values.get("source") or place
            place = posixpath.dirname(file.rstrip("/")) or "./"
        if posixpath.splitext(place)[1] and there.lastgroup == "to":
            return f"{text[: there.start()]}in {place}{text[there.end() :]}"
        words = {
            "to": f"to {folder_named(place)}",
            "out": f"in {place}",
            "place": folder_named(place),
        }
        word = words[str(there.lastgroup)]
        if before in ("in", "into", "inside", "under", "from", "to"):
            word = f"{before} {folder_named(place)}"
        named = any(found.kind in "pf" for found in shell.find(text))
        start = _PUT.sub("move", text[: there.start()]) if named else text[: there.start()]
        return start + word + text[there.end() :]
    if _ONE.search(text) and thing:
        folder = thing in (said.values.get("dir"), said.values.get("folder"))
        text = _ONE.sub(lambda _: f"the folder {thing}" if folder else thing, text, count=1)
        return _HERE.sub("to .", text)
    return ""


def _bare(text: str, said: Said) -> str:
    """Add what a request is about that names no value: "print the last line"."""
    thing = thing_of(said)
    values = [found for found in shell.find(text) if found.kind not in "nz"]
    of_table = posixpath.splitext(thing)[1] in (".csv", ".tsv") and _OF_TABLE.search(text)
    places = [found for found in values if found.kind in "pfg"]
    if of_table and not places and not re.search(r"\bin\b", text):
        return f"{text.rstrip('?.! ')} in {thing}"
    if values or not thing or not _ASPECT.search(text) or _OWN.search(text):
        return ""
    return f"{text.rstrip('?.! ')} {'of' if posixpath.splitext(thing)[1] else 'in'} {thing}"
