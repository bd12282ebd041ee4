"""`mica feedback`: what people said of answers, and reviewing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from records.failures import KINDS
from ui.cli_common import USAGE, as_json, fail, open_store
from ui.cli_rate import last_answer
from ui.cli_rules import whoami
from ui.corrections import CorrectionError, read_correction
from ui.feedback_words import described, line

if TYPE_CHECKING:
    from records.store import FeedbackItem, Store

feedback = typer.Typer(help="What people said of answers: rate, review.", no_args_is_help=True)

_NOT_SAID = frozenset(("item", "reviewer", "created", "updated"))
Id = Annotated[str, typer.Argument(help="As `mica feedback list` shows it; a beginning will do.")]
Ids = Annotated[list[str], typer.Argument(help="As `mica feedback list` shows them.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Command = Annotated[str | None, typer.Option("--command", help="The command that was right.")]
Call = Annotated[
    list[str] | None,
    typer.Option("--call", metavar="CALL", help="A right call: \"spell_chord(chord='Ebm7')\"."),
]
Answer = Annotated[str | None, typer.Option("--answer", help="The answer that was right.")]
Conversation = Annotated[
    str | None, typer.Option("--conversation", help="The last answer of this one.")
]


@feedback.command("list")
def list_feedback(
    owner: Annotated[str | None, typer.Option("--owner", help="Whose: local, or api.")] = None,
    specialist: Annotated[str | None, typer.Option("--specialist")] = None,
    rating: Annotated[Literal["up", "down"] | None, typer.Option("--rating")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=f"Of failure: {', '.join(KINDS)}.")
    ] = None,
    below: Annotated[
        float | None, typer.Option("--below", help="The router was less sure than this.")
    ] = None,
    excluded: Annotated[
        bool | None, typer.Option("--excluded/--included", help="Left out by a reviewer, or not.")
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag")] = None,
    json_: Json = False,
) -> None:
    """Show feedback, the oldest first: what was said, of which request."""
    if kind is not None and kind not in KINDS:
        fail(f"there is no kind {kind!r}; there are {', '.join(KINDS)}", USAGE)
    with open_store() as store:
        found = store.feedback(
            owner=owner, specialist=specialist, rating=rating, kind=kind, below=below,
            excluded=excluded, tag=tag,
        )  # fmt: skip
    for item in found:
        print(as_json(asdict(item)) if json_ else line(item))
    if not found and not json_:
        print("there is no such feedback; rate answers in the chat, or with `mica feedback rate`")


@feedback.command("show")
def show(id: Id, json_: Json = False) -> None:
    """Show one piece of feedback with its record and what reviewers said of it."""
    with open_store() as store:
        item = _found(store, id)
        reviews = [asdict(review) for review in store.reviews(item.id)]
    if json_:
        print(as_json({**asdict(item), "reviews": reviews}))
        return
    for text in described(item):
        print(text)
    for review in reviews:
        said = {k: v for k, v in review.items() if v not in (None, (), "") and k not in _NOT_SAID}
        print(f"reviewed by {review['reviewer']}: {as_json(said)}")


@feedback.command("rate")
def rate(
    thumb: Annotated[Literal["up", "down"], typer.Argument(help="What you think of it.")],
    conversation: Conversation = None,
    comment: Annotated[str | None, typer.Option("--comment")] = None,
    command: Command = None,
    call: Call = None,
    answer: Answer = None,
) -> None:
    """Rate the last answer, and say what would have been right."""
    with open_store() as store:
        where, message_id = last_answer(store, conversation)
        calls = _calls(command, call)
        id = store.rate(
            where, message_id, rating=thumb, comment=comment, correction=answer, calls=calls
        )
        print(line(_found(store, f"rating:{id}")))


@feedback.command("prefer")
def prefer(
    chosen: Annotated[str, typer.Argument(help="The better answer's conversation.")],
    rejected: Annotated[str, typer.Argument(help="The other answer's conversation.")],
    comment: Annotated[str, typer.Option("--comment")] = "",
) -> None:
    """Say which of two answers to the same request is better: the last of two conversations."""
    with open_store() as store:
        (one, better), (other, worse) = last_answer(store, chosen), last_answer(store, rejected)
        id = store.prefer(one, better, worse, comment=comment, rejected_conversation=other)
        print(line(_found(store, f"preference:{id}")))


@feedback.command("correct")
def correct(id: Id, command: Command = None, call: Call = None, answer: Answer = None) -> None:
    """Say, as a reviewer, what would have been right; the person's own rating stays."""
    calls = _calls(command, call)
    if calls is None and answer is None:
        fail("give --command, --call or --answer", USAGE)
    with open_store() as store:
        store.review(_found(store, id).id, whoami(), calls=calls, correction=answer)
        print(line(_found(store, id)))


@feedback.command("exclude")
def exclude(
    ids: Ids,
    include: Annotated[bool, typer.Option("--include", help="Take it in again.")] = False,
    why: Annotated[str | None, typer.Option("--why", help="Kept with it.")] = None,
) -> None:
    """Leave feedback out of what is learned from."""
    with open_store() as store:
        for id in ids:
            store.review(_found(store, id).id, whoami(), excluded=not include, note=why)
            print(line(_found(store, id)))


@feedback.command("tag")
def tag(
    id: Id,
    tags: Annotated[list[str], typer.Argument(help="Words of up to 40 characters.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these of yours away.")] = False,
) -> None:
    """Tag feedback; your tags are your own."""
    with open_store() as store:
        found = _found(store, id).id
        store.tag(found, whoami(), **{"remove" if remove else "add": tags})
        print(line(_found(store, id)))


@feedback.command("kind")
def kind(
    id: Id, kind: Annotated[str, typer.Argument(help=f"{', '.join(KINDS)}, or none.")]
) -> None:
    """Say which kind of failure it is, where the record misleads."""
    if kind not in (*KINDS, "none"):
        fail(f"there is no kind {kind!r}; there are {', '.join(KINDS)} and none", USAGE)
    with open_store() as store:
        store.review(_found(store, id).id, whoami(), kind="" if kind == "none" else kind)
        print(line(_found(store, id)))


@feedback.command("stats")
def stats(json_: Json = False) -> None:
    """Count feedback by kind of failure and over time; what is left out does not count."""
    from ui.feedback_stats import by_kind, periods

    with open_store() as store:
        items = store.feedback(excluded=False)
    groups, over_time = by_kind(items), periods(items)
    if json_:
        kinds = {name: len(group) for name, group in groups.items()}
        print(as_json({"feedback": len(items), "kinds": kinds}))
        for period in over_time:
            print(as_json(asdict(period)))
        return
    print(f"{len(items)} pieces of feedback")
    for name, group in groups.items():
        of = Counter(item.specialist or "unknown" for item in group)
        print(f"{len(group):>6}  {name}  {', '.join(f'{n} {who}' for who, n in of.items())}")
    for period in over_time:
        print(f"{period.start}  {period.up} up, {period.down} down, {period.failed} failures")


def _found(store: Store, id: str) -> FeedbackItem:
    """Return the feedback with an id, or whose id begins so after its colon."""
    exact = store.feedback_item(id)
    if exact is not None:
        return exact
    found = [item for item in store.feedback() if id and item.id.partition(":")[2].startswith(id)]
    if len(found) != 1:
        fail(
            f"{len(found)} pieces of feedback begin with {id}; write more of it"
            if found
            else f"there is no feedback {id}; `mica feedback list` shows all"
        )
    return found[0]


def _calls(command: str | None, calls: Sequence[str] | None) -> tuple[dict[str, Any], ...] | None:
    if command is not None and calls:
        fail("give --command or --call, not both", USAGE)
    try:
        if command is not None:
            return read_correction(command, "sysadmin")
        if calls:
            return tuple(call for text in calls for call in read_correction(text, ""))
    except CorrectionError as error:
        fail(str(error), USAGE)
    return None
