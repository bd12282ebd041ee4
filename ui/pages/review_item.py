"""The HTML of one piece of feedback: its record, and the forms of a reviewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from records.failures import KINDS
from records.feedback import FeedbackItem
from records.reviews import Review
from records.turns import calls_in
from ui.corrections import label, written
from ui.pages.markup import Markup, element
from ui.pages.review_filter import Filter
from ui.pages.review_list import facts, labelled, moment, select

_LONG = 800


@dataclass(frozen=True)
class Said:
    """What the page says of a form that was sent: all is well, or what is wrong and was typed."""

    told: str = ""
    problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


def body(
    chosen: Filter,
    item: FeedbackItem,
    reviews: Sequence[Review],
    said: Said,
    *,
    following: Sequence[str],
) -> Iterator[Markup]:
    """Yield the page's parts; `following` is the id of the next one of the list, if any."""
    links = [element("a", "Back to the list", href=chosen.address())]
    links += [element("a", "Next one", href=chosen.address(id), rel="next") for id in following]
    yield element("p", *links, class_="row")
    if said.told:
        yield element("p", said.told, role="status", class_="good")
    if said.problem:
        yield element("p", said.problem, role="alert", class_="problem")
    yield element("p", *facts(item))
    if item.comment:
        yield element("p", f"“{item.comment}”")
    yield element("h2", "What was said and done")
    for message in item.messages:
        yield _message(message, item.specialist)
    if item.rejected_messages:
        yield element("h2", "The answer that was not chosen")
        for message in item.rejected_messages:
            yield _message(message, item.specialist)
    yield _forms(item, said.typed)
    yield _known(item)
    if reviews:
        yield element("h2", "Reviews")
    for review in reviews:
        yield _review(review, item.specialist)


def _message(message: Mapping[str, Any], specialist: str) -> Markup:
    who = {"user": "Request", "assistant": "Answer", "tool": "Result"}.get(message["role"], "Other")
    calls = written(calls_in((message,)), specialist)
    text = str(message.get("content") or "")
    status = message.get("status")
    heading = f"Result ({status})" if status and status != "ok" else "Call" if calls else who
    inside = element("pre", "\n".join(filter(None, (text, calls))))
    if len(text) > _LONG:
        inside = element("details", element("summary", f"{len(text)} characters"), inside)
    return element("div", element("span", heading, class_="muted"), inside, class_="card")


def _forms(item: FeedbackItem, typed: Mapping[str, str]) -> Markup:
    call = typed.get("call", written(item.corrected_calls or item.calls, item.specialist))
    answer = typed.get("answer", item.correction)
    kinds = [(kind, kind) for kind in (*KINDS, "none")]
    tags = typed.get("tags", "")
    out = ("include", "Take it in again") if item.excluded else ("exclude", "Leave it out")
    forms = (
        _card(_form(_area("call", label(item.specialist), call),
                    _press("call", "Keep the call", main=True))),
        _card(_form(_area("answer", "The right answer", answer),
                    _press("answer", "Keep the answer"))),
        _card(_form(select("kind", "Failure", kinds, item.kind or "none"),
                    _press("kind", "Change"), class_="row")),
        _card(_form(_line("tags", "Tags, with commas between", tags), _press("tag", "Tag"),
                    class_="row"), *map(_untag, item.tags), class_="card row"),
        _card(_form(_line("note", "Why", ""), _press(*out), class_="row")),
    )  # fmt: skip
    return element("section", element("h2", "Review"), *forms)


def _card(*inside: Markup, class_: str = "card") -> Markup:
    return element("div", *inside, class_=class_)


def _form(*inside: Markup, class_: str | None = None) -> Markup:
    # Without an address a form goes to the page that it is on.
    return element("form", *inside, method="post", class_=class_)


def _untag(tag: str) -> Markup:
    hidden = element("input", type="hidden", name="tags", value=tag)
    return _form(hidden, _press("untag", f"Remove #{tag}"))


def _area(name: str, title: str, text: str) -> Markup:
    lines = min(14, text.count("\n") + 2)
    # A first line end inside a textarea is not part of its text.
    area = element("textarea", f"\n{text}", name=name, id=name, rows=lines, spellcheck="false")
    return labelled(title, name, area)


def _line(name: str, title: str, text: str) -> Markup:
    field_ = element("input", name=name, id=name, value=text, maxlength=400, size=30)
    return labelled(title, name, field_)


def _press(what: str, words: str, *, main: bool = False) -> Markup:
    return element("button", words, name="do", value=what, class_="main" if main else None)


def _known(item: FeedbackItem) -> Markup:
    known = {
        "Feedback": item.id,
        "Conversation": item.conversation,
        "Answer": item.message_id,
        "Build": " · ".join(filter(None, (item.build, item.adapter))),
        "Tools (hash)": item.schema_version,
        "Looked up": ", ".join(item.documents),
    }
    rows = (
        element("tr", element("th", name, scope="row"), element("td", value))
        for name, value in known.items()
        if value
    )
    return element("section", element("h2", "What is known of it"), element("table", *rows))


def _review(review: Review, specialist: str) -> Markup:
    said = [
        f"failure: {review.kind or 'none'}" if review.kind is not None else "",
        {None: "", True: "left out", False: "taken in"}[review.excluded],
        f"tags: {', '.join(review.tags)}" if review.tags else "",
        f"why: {review.note}" if review.note else "",
        f"should have done: {written(review.calls, specialist)}" if review.calls else "",
        f"should have said: {review.correction}" if review.correction else "",
    ]
    who = element("span", f"{review.reviewer} · {moment(review.updated)}", class_="muted")
    return element("div", who, element("pre", "\n".join(filter(None, said))), class_="card")
