"""The HTML of the list of feedback: filters, groups by kind of failure, plots and cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import get_args

from records.failures import KINDS
from records.feedback import FeedbackItem, Source
from ui.corrections import written
from ui.feedback_stats import Period, by_kind, periods
from ui.pages.markup import Markup, element, join
from ui.pages.plots import Bar, bars
from ui.pages.review_filter import URL, Filter


def body(
    chosen: Filter,
    every: Sequence[FeedbackItem],
    found: Sequence[FeedbackItem],
    *,
    start: int,
    shown: int,
) -> Iterator[Markup]:
    """Yield the page's parts; `every` is all feedback, `found` what passes the filter."""
    yield _filters(chosen, every)
    if not every:
        text = "Nothing yet. Thumbs, corrections, choices, edited and rejected commands come here."
        yield element("p", text)
        return
    yield _over_time(found)
    yield _kinds(chosen, found)
    part = found[start : start + shown]
    last = start + len(part)
    told = f"{start + 1} to {last} of {len(found)}" if part else "Nothing passes the filter."
    yield element("h2", "Feedback")
    yield element("p", told, class_="muted")
    for item in part:
        yield card(item, chosen)
    yield _pages(chosen, start, shown, len(found))


def card(item: FeedbackItem, chosen: Filter) -> Markup:
    """Return a piece of feedback in short, with a link to all of it."""
    request = item.request or "(its answer is not in the records)"
    lines = [
        element("h2", element("a", _short(request), href=chosen.address(item.id))),
        element("p", *facts(item)),
    ]
    if item.calls:
        lines.append(element("pre", _short(written(item.calls, item.specialist))))
    if item.comment:
        lines.append(element("p", f"“{_short(item.comment)}”"))
    return element("article", *lines, class_="card excluded" if item.excluded else "card")


def facts(item: FeedbackItem) -> Iterator[Markup]:
    """Yield what was said, by and of whom, when, and its marks, as a line of text."""
    words = {"up": "Thumb up", "down": "Thumb down"}
    said = {"edit": "Edited", "rejection": "Rejected", "preference": "Chosen"}.get(item.source)
    thumb = said or words.get(str(item.rating), "Rated")
    tone = {"up": "good", "down": "bad"}.get(str(item.rating))
    yield element("strong", thumb, class_=tone)
    sure = "" if item.confidence is None else f" {item.confidence:.2f}"
    told = [f"{item.specialist or 'unknown'}{sure}", moment(item.created), f"by {item.owner}"]
    yield element("span", f" · {' · '.join(told)} ", class_="muted")
    marks = [item.kind, "corrected" if item.corrected_calls or item.correction else ""]
    marks += ["left out" if item.excluded else "", *(f"#{tag}" for tag in item.tags)]
    yield join(*(element("span", mark, class_="chip") for mark in marks if mark))


def moment(created: str) -> str:
    """Return a time in the server's zone."""
    return datetime.fromisoformat(created).astimezone().strftime("%Y-%m-%d %H:%M")


def labelled(label: str, name: str, control: Markup) -> Markup:
    """Return a form's control, whose id is `name`, with its label above it."""
    return element("div", element("label", label, for_=name), control)


def select(name: str, label: str, options: Iterable[tuple[str, str]], value: str) -> Markup:
    """Return a labelled choice of (value, words)."""
    made = (element("option", words, value=v, selected=v == value) for v, words in options)
    return labelled(label, name, element("select", *made, name=name, id=name))


def _filters(chosen: Filter, every: Sequence[FeedbackItem]) -> Markup:
    names = sorted({item.specialist for item in every if item.specialist})
    tags = sorted({tag for item in every for tag in item.tags})
    below = element(
        "input", name="below", id="below", type="number", min=0, max=1, step=0.01,
        value=chosen.below,
    )  # fmt: skip
    fields = (
        select("specialist", "Specialist", _any(names), chosen.specialist),
        select("rating", "Rating", _any(("up", "down")), chosen.rating),
        select("kind", "Failure", _any((*KINDS, "none")), chosen.kind),
        select("source", "From", _any(get_args(Source)), chosen.source),
        labelled("Router less sure than", "below", below),
        select("tag", "Tag", _any(tags), chosen.tag),
        select(
            "excluded",
            "Left out",
            (("", "either"), ("no", "no"), ("yes", "yes")),
            chosen.excluded,
        ),
        element("button", "Filter", class_="main"),
        element("a", "All", href=URL),
    )
    return element("form", *fields, class_="filters", method="get", action=URL)


def _any(names: Iterable[str]) -> list[tuple[str, str]]:
    return [("", "any"), *((name, name) for name in names)]


def _over_time(found: Sequence[FeedbackItem]) -> Markup:
    counted = periods(found)
    up, down = sum(p.up for p in counted), sum(p.down for p in counted)
    title = f"Thumbs over time: {up} up and {down} down"
    drawn = [Bar(str(p.start), (("down", p.down), ("up", p.up))) for p in counted]
    counts = (f"{up} thumbs up", "good"), (f"{down} thumbs down", "bad")
    told = element("p", *(element("span", text, class_=f"chip {tone}") for text, tone in counts))
    return element("section", element("h2", "Over time"), told, bars(title, drawn))


def _kinds(chosen: Filter, found: Sequence[FeedbackItem]) -> Markup:
    counted, groups = periods(found), by_kind(found)
    most = max((count for p in counted for count in p.kinds.values()), default=1)
    rows = (
        element(
            "tr",
            element(
                "td", element("a", kind, href=f"{replace(chosen, kind=kind).address()}#feedback")
            ),
            element("td", str(len(group))),
            element("td", _trend(kind, counted, most)),
        )
        for kind, group in groups.items()
    )
    names = (element("th", name, scope="col") for name in ("Failure", "Count", "Over time"))
    table = element("table", element("tr", *names), *rows)
    return element("section", element("h2", "Kinds of failure"), table)


def _trend(kind: str, counted: Sequence[Period], most: int) -> Markup:
    drawn = [Bar(str(p.start), (("other", p.kinds.get(kind, 0)),)) for p in counted]
    return bars(f"{kind} over time", drawn, width=360, height=54, top=most)


def _pages(chosen: Filter, start: int, shown: int, count: int) -> Markup:
    links = []
    if start > 0:
        address = chosen.address(start=max(start - shown, 0))
        links.append(element("a", "Later ones", href=address, rel="prev"))
    if start + shown < count:
        address = chosen.address(start=start + shown)
        links.append(element("a", "Earlier ones", href=address, rel="next"))
    return element("p", *links, class_="row")


def _short(text: str, length: int = 240) -> str:
    return text if len(text) <= length else f"{text[:length].rstrip()} …"
