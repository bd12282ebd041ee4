"""What a request, or its second part, leans on; and what the model is shown of it then.

A part of a request, and a request that was read in full (`graphs.reading.referring`), is shown to
the model by itself: nothing but it and what was looked up for it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace

from graphs.composing.composed import is_composed, place_of
from graphs.reading.about import Said, thing_of
from graphs.reading.carrying import GIT_NOUN, carried
from graphs.reading.comparing import compared
from graphs.reading.correcting import corrected
from graphs.reading.deriving import repeated, written
from graphs.reading.ellipsis import Reading
from graphs.reading.following import followed, is_followed, recipe
from graphs.reading.lines import SAVE, core, of_lines, shown_before
from graphs.reading.printed import judged
from graphs.reading.referring import AGAIN, OTHER, behind, in_full
from graphs.reading.saving import RUN
from graphs.reading.saying import said_plainly
from graphs.reading.things import located, named
from graphs.state import State, documents_of, messages_of
from runtime import recipes
from runtime.types import Document, Message
from runtime.values import shell
from tools.knowledge.asking import mood

SHORT = 6
"""How many words a request has at most that means git's log by "the log"."""
_SHOWS = re.compile(r"show the contents of (?P<file>[\w./~@+-]*\.\w+)")
_DELETES = re.compile(
    r"(?:delete|remove|rm|erase|get rid of) (?P<file>[\w./~@+-]*\w\.[A-Za-z]\w*)(?: again| please)*"
)
_NAMES_ITS_OWN = re.compile(
    r"\b(?:folder|directory|file|branch|user|package) \w"
    r"|\w (?:folder|directory|file|branch|package)\b"
    r"|[\w-]+\.[A-Za-z]\w*\b|[\w~]/"
)
"""What an order names that needs nothing of the turn before."""
_CAT = re.compile(r"cat -- (?P<file>[\w./~@+-]+)")
_OPENING = re.compile(
    r"^\W*(?:(?:and|now|then|so|ok|okay|thanks|thx|great|good|please)\b\W*)+", re.I
)
_NO_TEXT = re.compile(r"\.(?:pdf|docx?|xlsx?|odt|png|jpe?g|gif|webp|db|sqlite3?|mp[34])$", re.I)
_SILENT = re.compile(r"no output\b")
Shown = tuple[tuple[Message, ...], tuple[Document, ...]]


def reading(state: State) -> Reading | None:
    """Return a request as it is meant behind the turn before; None where it needs no reading."""
    before = _before(state)
    if before is None:
        return None
    earlier = [c for c in all_commands(messages_of(state)) if judged(c).verdict == "allow"]
    again = repeated(state["text"], earlier) if before.command not in earlier else None
    if again is not None:
        return Reading(state["text"], "new", again)
    measured = compared(state["text"], *_commands_and_outputs(messages_of(state)))
    if measured is not None:
        return Reading(state["text"], "new", recipe(measured.command, measured.shows))
    text = named(state["text"], before)
    text = said_plainly(text, before) if text == state["text"] else text
    read = corrected(text, before) or followed(text, before)
    if read is None and text != state["text"]:
        return _shown(Reading(text, "new"))
    taken_over = read is None and text != (text := carried(text, before))
    read = read or _run_into(text, before) or in_full(text, before)
    if read is not None and read.kind in ("new", "whole") and read.recipe is None:
        read = _shown(read._replace(text=_OPENING.sub("", read.text, count=1) or read.text))
    if read is None and taken_over:
        return Reading(text, "new")
    used = state.get("recipe")
    if read is not None and used and read.kind == "same":
        return read._replace(recipe=_with_value(Document(**used), before, read.text))
    alone = AGAIN.search(text) or OTHER.fullmatch(text)
    if read or alone:
        return read
    by_itself = mood(core(text)) == "orders" and _NAMES_ITS_OWN.search(text)
    return Reading(_OPENING.sub("", text, count=1), "new") if by_itself else behind(text, before)


def _with_value(document: Document, before: Said, text: str) -> Document | None:
    """Return the recipe before with the one word that differs in the slot that held the other.

    It is None where no slot held just that, so that the values are looked for in the text.
    """
    old, new = (re.findall(r"[^\s?!,;]*[^\s?!,;.]", each) for each in (before.text, text))
    pairs = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    if len(old) != len(new) or len(pairs) != 1:
        return None
    held = [slot for slot, value in before.values.items() if value == pairs[0][0]]
    typed = all(value in before.text for value in before.values.values())
    if len(held) != 1 or not typed or set(before.values) != set(document.slots):
        return None
    values = {**before.values, held[0]: pairs[0][1]}
    return replace(document, bindings=(values,), wordings=(), score=1.0)


def evident(state: State) -> Reading | None:
    """Return a request as it is meant where what was printed shows it, though no word leans."""
    before = _before(state)
    if before is not None and before.command.startswith("git "):
        text = carried(state["text"], before) if len(state["text"].split()) < SHORT else ""
        if GIT_NOUN.search(state["text"]) and text:
            return Reading(text, "new")
    if before is not None and mood(core(state["text"])) == "orders":
        text = said_plainly(state["text"], before)
        if text != state["text"]:
            return _shown(Reading(text, "new"))
    if before is None or not before.command or judged(before.command).verdict != "allow":
        return None
    step = shown_before(state["text"], before)
    if step is None and SAVE.fullmatch(core(state["text"])):
        step = of_lines(state["text"], before)  # "save the list in a.txt"
    if step is not None:
        return Reading(state["text"], "new", recipe(step.command, step.shows))
    text = located(state["text"], before)
    return Reading(text, "new") if text != state["text"] else None


def _shown(read: Reading | None) -> Reading | None:
    """Return what shows or deletes a file as the command that does: no recipe need be found."""
    gone = _DELETES.fullmatch(read.text) if read is not None else None
    if read is not None and gone:
        command = f"rm -- {shlex.quote(gone['file'])}"
        return read._replace(recipe=recipe(command, f"deleted {gone['file']}"))
    shows = _SHOWS.fullmatch(read.text) if read is not None else None
    if read is None or shows is None or _NO_TEXT.search(shows["file"]):
        return read
    command = f"cat -- {shlex.quote(shows['file'])}"
    return read._replace(recipe=recipe(command, f"what is in {shows['file']}"))


def _run_into(text: str, before: Said) -> Reading | None:
    """Read "save its output in a.txt" behind a script that ran: it has to run once more."""
    wish = core(text)
    if RUN.match(before.text) is None or not SAVE.fullmatch(wish):
        return None
    wish = re.sub(r"\b(?:it|that|this|its output|the output)\b", "the output", wish, count=1)
    return Reading(f"{before.text.rstrip('?.! ')} and {wish}", "new")


def about(state: State) -> str:
    """Return the file or folder that the turn before was about; nothing for a first turn."""
    before = _before(state)
    return thing_of(before) if before is not None else ""


def _before(state: State) -> Said | None:
    """Return what the turn before has said; None where it ran no recipe."""
    used, messages = state.get("recipe"), messages_of(state)
    users = [i for i, message in enumerate(messages) if message.role == "user"]
    if not used or used.get("template") is None or len(users) < 2:
        return None
    turn = messages[users[-2] : users[-1]]
    return said(turn, [Document(**used)], state.get("asked") or turn[0].content)


def asked(state: State) -> str:
    """Return the request that a turn carried out last, in full."""
    parts = [d.request for d in documents_of(state) if d.part > 0 and d.template is not None]
    return parts[-1] if parts else state.get("reading") or state["text"]


def said(turn: Sequence[Message], documents: Sequence[Document], text: str) -> Said:
    """Return what a turn has said: its request in full, its last command, what that printed."""
    commands = [str(call.arguments.get("command", "")) for m in turn for call in m.tool_calls]
    outputs = [message.content for message in turn if message.role == "tool"]
    command = commands[-1] if commands else ""
    values: dict[str, str] = {}
    for document in documents:
        found = recipes.recognise(document, command)
        if found is not None:
            values = dict(zip(document.slots, found, strict=True)) or place_of(document, command)
            break
    output = outputs[-1] if outputs else ""
    if cat := _CAT.fullmatch(command):
        values |= {"file": cat["file"]}
    file = written(command)
    values |= {"target": file} if file else {}
    return Said(text, values, command, "" if _SILENT.match(output) else output)


def waiting(documents: Sequence[Document], messages: Sequence[Message]) -> int:
    """Return the number of the part of a request whose turn it is, once the one before went well.

    It is 0 where none waits.
    """
    turn = _turn(messages)
    made = sum(bool(message.tool_calls) for message in turn)
    well = all(_went_well(message) for message in turn if message.role == "tool")
    there = any(d.part == made and d.template is not None for d in documents)
    return made if made and well and there else 0


def before(documents: Sequence[Document], messages: Sequence[Message], number: int) -> Said:
    """Return what the part of a request before that of a number has said."""
    own = [document for document in documents if document.part == number - 1]
    return said(_turn(messages), own, part(documents, number - 1))


def commands(messages: Sequence[Message]) -> list[str]:
    """Return the commands of the turn, in order."""
    return all_commands(_turn(messages))


def all_commands(messages: Sequence[Message]) -> list[str]:
    """Return the commands of some messages, in order."""
    return [str(c.arguments.get("command", "")) for m in messages for c in m.tool_calls]


def _commands_and_outputs(messages: Sequence[Message]) -> tuple[list[str], list[str]]:
    outputs = [message.content for message in messages if message.role == "tool"]
    return all_commands(messages), outputs


def following(documents: Sequence[Document], messages: Sequence[Message]) -> Reading | None:
    """Return the part of a request that comes next as it is meant behind the one before."""
    number = waiting(documents, messages)
    if not number:
        return None
    prior = before(documents, messages, number)
    typed = part(documents, number)
    text = carried(named(typed, prior), prior)
    read = _shown(in_full(text, prior))
    own = text != typed or any(found.kind not in "nz" for found in shell.find(text))
    return read or (Reading(text, "new") if own else None)


def used(documents: Sequence[Document], messages: Sequence[Message]) -> Document | None:
    """Return the recipe that gave the turn's last command."""
    last = commands(messages)[-1:]
    return next((d for d in documents if last and recipes.recognise(d, last[0]) is not None), None)


def shown(messages: Sequence[Message], documents: Sequence[Document], read: str) -> Shown:
    """Return what the model is shown: a part alone while it waits, else the whole, as `read`."""
    turn = _turn(messages)
    made = sum(bool(message.tool_calls) for message in turn)
    parted = any(d.part > 0 and d.template is not None for d in documents)
    number = waiting(documents, messages)
    if parted and (made == 0 or (number and read == part(documents, number))):
        own = [replace(d, part=0, request="") for d in documents if d.part == made]
        return (Message("user", part(documents, made)),), tuple(own)
    if read and not parted:
        start = len(messages) - len(turn)
        asked = replace(turn[0], content=read)
        return (*messages[:start], asked, *turn[1:]), tuple(documents)
    return tuple(messages), tuple(documents)


def with_part(
    documents: Sequence[Document], number: int, found: Sequence[Document], text: str
) -> list[Document]:
    """Return the documents with others for one part, whose words in full are `text`."""
    others = [document for document in documents if document.part != number]
    own = [replace(d, part=number, request=text) for d in found if d.acts]
    return sorted([*others, *own], key=lambda document: document.part)


def _turn(messages: Sequence[Message]) -> Sequence[Message]:
    start = max((i for i, message in enumerate(messages) if message.role == "user"), default=0)
    return messages[start:]


def _went_well(result: Message) -> bool:
    """Whether a command did its work; `find` also fails where it may not look everywhere."""
    return (
        result.status in ("ok", "empty") or re.match(r"(?:~|\.{1,2})?/", result.content) is not None
    )


def waits(state: State) -> bool:
    """Whether a later part of a request, which says all that it needs, waits for its command.

    So does what comes to one command: a follow-up (`graphs.reading.following`), and a request or
    part that is composed (`graphs.composing`).
    """
    documents, messages = documents_of(state), messages_of(state)
    made = any(message.tool_calls for message in _turn(messages))
    number = waiting(documents, messages)
    own = [d for d in documents if d.part == number] if number or not made else []
    if is_followed(own) or is_composed(own):
        return True
    return number > 0 and bool(state["reading"]) and state["reading"] == part(documents, number)


def part(documents: Sequence[Document], number: int) -> str:
    """Return the words of a part of a request; empty where it was not parted."""
    return next((d.request for d in documents if d.part == number and d.acts), "")
