"""Tools that look in the corpus: where something happens in real music, shown and heard."""

from __future__ import annotations

from collections.abc import Sequence

from tools import Artifact, Tool, ToolResult, tool
from tools.music.answers import musical, plural
from tools.music.codes.showing import show_piece
from tools.music.corpus.catalogue import Row, short_name
from tools.music.corpus.entry import Entry
from tools.music.corpus.excerpt import cut, find_piece, read_bars
from tools.music.corpus.harmony import pretty
from tools.music.corpus.packing import Stored
from tools.music.corpus.place import index_path
from tools.music.corpus.progress import opened, told
from tools.music.corpus.search import Query, bar_at, find, places
from tools.music.pitch import MusicError

MOST_PIECES = 8
_SHOWN_BARS = 4


@tool
@musical
def find_in_corpus(
    composer: str = "",
    key: str = "",
    meter: str = "",
    progression: str = "",
    intervals: str = "",
    rhythm: str = "",
    contour: str = "",
) -> ToolResult:
    """Find pieces of the corpus, e.g. composer Bach, progression Neapolitan or ii V I, key G minor.

    Melodies are found by intervals (+2 +2 -1, or notes), rhythm (q. e h) and contour (up up down).
    """
    query = Query(composer, key, meter, progression, intervals, rhythm, contour)
    with opened(index_path()) as index:
        state = told(index, composer)
        try:
            rows, looked = find(index, query)
        except MusicError as problem:
            raise MusicError(
                f"{problem}. {state}" if state and composer else str(problem)
            ) from None
        lines = [f"{_asked(query)}: {len(rows)} of {plural(looked, 'piece')}"]
        lines += [state] if state else []
        if not rows:
            return ToolResult("\n".join(lines), status="empty")
        shown: tuple[Artifact, ...] = ()
        for number, row in enumerate(rows[:MOST_PIECES], start=1):
            stored = index.stored(row.id)
            found = places(row, stored, query)
            lines.append(
                f"{number}. {_described(row)}{''.join(f'; {p.bars}: {p.what}' for p in found)}"
            )
            if number == 1 and found:
                shown = _shown(stored, found[0].first, found[0].last)
        if len(rows) > MOST_PIECES:
            lines.append(f"and {len(rows) - MOST_PIECES} more.")
        if query.progression:
            lines.append(_trust(rows[:MOST_PIECES]))
    return ToolResult("\n".join(lines), shown)


@tool
@musical
def show_excerpt(piece: str, bars: str = "") -> ToolResult:
    """Engrave and play bars of a piece of the corpus, e.g. piece bach/bwv269, bars 12-15."""
    with opened(index_path()) as index:
        row = find_piece(index, piece)
        stored = index.stored(row.id)
    entry = stored.frame
    first, last = read_bars(bars, entry)
    lines = [f"{_described(row)}: bars {first} to {last} of {entry.bars[-1].number}"]
    chords = _numerals(entry, first, last)
    if chords:
        by = f"by {entry.analyst}" if entry.analyst else "computed"
        lines.append(f"{chords} ({by})")
    return ToolResult("\n".join(lines), _artifacts(stored, first, last))


def _shown(stored: Stored, first: int, last: int) -> tuple[Artifact, ...]:
    """Show the bars with one more behind them, where there are few."""
    end = min(max(last, first + 1), first + _SHOWN_BARS - 1, stored.frame.bars[-1].number)
    return _artifacts(stored, first, max(end, first))


def _artifacts(stored: Stored, first: int, last: int) -> tuple[Artifact, ...]:
    entry = stored.bars(first, last)
    name = short_name(entry.source).rsplit("/", 1)[-1].replace(".", "_")
    return show_piece(cut(entry, first, last), f"{name}-bars-{first}-{last}")


def _described(row: Row) -> str:
    facts = [row.composer, row.title, f"[{short_name(row.source)}]", row.key, row.meter.split()[0]]
    return ", ".join(fact for fact in facts if fact)


def _asked(query: Query) -> str:
    parts = {
        "": query.progression, "steps ": query.intervals, "rhythm ": query.rhythm,
        "contour ": query.contour, "in ": query.key, "meter ": query.meter, "by ": query.composer,
    }  # fmt: skip
    return ", ".join(f"{before}{value.strip()}" for before, value in parts.items() if value)


def _trust(rows: Sequence[Row]) -> str:
    people = sorted({row.analyst for row in rows if row.analyst})
    if not people:
        return "The numerals are computed, and often arguable: look and listen."
    return f"Numerals by {', '.join(people)} where the corpus has them, else computed."


def _numerals(entry: Entry, first: int, last: int) -> str:
    """The numerals of some bars with bar lines, after the key in force."""
    key, bar, words = "", 0, list[str]()
    for each in entry.harmony:
        here = bar_at(entry, each.start)
        if here > last:
            break
        if here < first:
            key = each.text if each.text.startswith("{") else key
            continue
        if key and not words and not each.text.startswith("{"):
            words.append(key.strip("{}") + ":")
        if words and bar and here != bar:
            words.append("|")
        bar = here
        words.append(each.text.strip("{}") + ":" if each.text.startswith("{") else each.text)
    return pretty(" ".join(words))


CORPUS_TOOLS: tuple[Tool, ...] = (find_in_corpus, show_excerpt)
