"""Form: named sections of chords or melody put together in the order of a form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tools.music.chart import Change, Chart, read_chart
from tools.music.chart_view import voiced
from tools.music.generation import read_seed
from tools.music.key import Key
from tools.music.line import Line, Note
from tools.music.line_text import has_lengths, read_line
from tools.music.pitch import MusicError
from tools.music.progressions import progression

MOST_SECTIONS, MOST_BARS, SECTION_BARS = 24, 200, 8
WORDS = ("intro", "verse", "prechorus", "chorus", "refrain", "bridge", "solo", "interlude", "outro",
         "coda", "hook", "break", "theme", "head")  # fmt: skip
FORMS = {
    "binary": "A A B B", "rounded binary": "A A B A", "ternary": "A B A", "rondo": "A B A C A",
    "song form": "A A B A", "thirty two bar": "A A B A", "32 bar": "A A B A", "bar form": "A A B",
    "strophic": "A A A", "verse chorus": "verse chorus verse chorus bridge chorus",
    "pop song": "intro verse chorus verse chorus bridge chorus outro",
}  # fmt: skip
_LABEL = re.compile(
    rf"(?:^|(?<=[\s;|\]]))(?<!\bin )(?P<name>[A-Z](?:')?|{'|'.join(WORDS)})\s*(?:[:=]|\bis\b)\s*",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\[\s*\d\s*[\].]?(?=\s)")
_TOKEN = re.compile(
    rf"(?P<before>\d+)\s*(?:x|×|times)\s*(?P<a>[a-z]+'?)|(?P<b>{'|'.join(WORDS)}|[a-z]+'?)"
    r"(?:\s*(?:[x×]\s*(?P<after>\d+)\b|\(\s*[x×]\s*(?P<inside>\d+)\s*\)))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Placed:
    """A section in the whole: its name, its first bar (from 1) and how many bars it has."""

    name: str
    first: int
    bars: int

    @property
    def said(self) -> str:
        """`A bars 1 to 8`."""
        last = self.first + self.bars - 1
        return (
            f"{self.name} bar {last}"
            if self.bars == 1
            else f"{self.name} bars {self.first} to {last}"
        )


@dataclass(frozen=True)
class Song:
    """The whole as a line, the chart where its sections were chords, and where sections lie."""

    line: Line
    sections: tuple[Placed, ...]
    chart: Chart | None = None


def read_form(text: str, written: Mapping[str, object] | None = None) -> list[str]:
    """Read the order of sections: letters, words, repeats, or a form by its name.

    A name counts where the sections that are `written`, if any are, have all that it stands for.

    >>> read_form("AABA"), read_form("verse chorus x2"), read_form("rondo")
    (['A', 'A', 'B', 'A'], ['verse', 'chorus', 'chorus'], ['A', 'B', 'A', 'C', 'A'])

    Raises:
        MusicError: there is none, or it has too many sections.
    """
    low = " ".join(re.sub(r"[-_]", " ", text.lower()).split()).removesuffix(" form").strip()
    known = next((form for name, form in FORMS.items() if name in (low, f"{low} form")), text)
    if written is not None and not set(known.split()) <= written.keys():
        known = text
    found: list[str] = []
    for match in _TOKEN.finditer(re.sub(r"\bform\b", " ", known)):
        name = match["a"] or match["b"]
        count = int(match["before"] or match["after"] or match["inside"] or 1)
        if count > MOST_SECTIONS:
            raise MusicError(f"{count} times are too many; write at most {MOST_SECTIONS}")
        found += [each for each in _names(name) for _ in range(count)]
    if not found:
        raise MusicError(f"cannot read {text!r} as a form; write e.g. AABA, verse chorus x2, rondo")
    if len(found) > MOST_SECTIONS:
        raise MusicError(f"{len(found)} sections are too many; write at most {MOST_SECTIONS}")
    return found


def _names(word: str) -> list[str]:
    if word.lower() in WORDS:
        return [word.lower()]
    letters = re.findall(r"[A-Za-z]'?", word)
    if len(letters) > 1 and not (word.isupper() or set(word.lower()) <= set("abcd'")):
        raise MusicError(
            f"{word!r} is no section; write letters (AABA) or {', '.join(WORDS[:6])} and so on"
        )
    return [letter.upper() for letter in letters]


def read_sections(text: str) -> dict[str, list[str]]:
    """Read labelled sections; each is a list of texts, one for each time it is played.

    Endings are written `[1 … [2 …`: the first time has the first, later times the others.

    >>> read_sections("A: C | F [1 G | G [2 G | C; B: Am | Dm")
    {'A': ['C | F | G | G', 'C | F | G | C'], 'B': ['Am | Dm']}

    Raises:
        MusicError: no label is there, or one stands twice.
    """
    marks = list(_LABEL.finditer(text))
    if not marks:
        raise MusicError(
            "name each section, e.g. A: C | Am | F | G; B: F | G | C | C (or verse: …; chorus: …)"
        )
    found: dict[str, list[str]] = {}
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.end() : after.start() if after else len(text)].strip(" ;\n")
        (name,) = _names(mark["name"])
        if name in found:
            raise MusicError(f"section {name} is written twice; name the second one otherwise")
        start, *endings = (part.strip(" |\n;") for part in _ENDING.split(body))
        found[name] = [f"{start} | {ending}".strip(" |") for ending in endings] or [start]
    return found


def made_sections(
    names: Sequence[str], style: str, key: Key, seed: int | str
) -> dict[str, list[str]]:
    """Make a progression of eight bars for each section, each by a seed of its own."""
    number = read_seed(seed)
    made = {}
    for place, name in enumerate(dict.fromkeys(names)):
        chart, _ = progression(style, key, SECTION_BARS, number + place)
        made[name] = [chart.text]
    return made


def assemble(form: Sequence[str], sections: Mapping[str, Sequence[str]]) -> Song:
    """Put sections together; all chords or all melodies, in one meter.

    >>> song = assemble(["A", "B", "A"], {"A": ["C | G"], "B": ["F"]})
    >>> [placed.said for placed in song.sections], song.chart.text
    (['A bars 1 to 2', 'B bar 3', 'A bars 4 to 5'], 'C | G | F | C | G')

    Raises:
        MusicError: a section is missing or cannot be read, or the sections do not go together.
    """
    missing = [name for name in dict.fromkeys(form) if name not in sections]
    if missing:
        raise MusicError(
            f"the form has {missing[0]}, which is not written; write {missing[0]}: and its music"
        )
    texts = list(_played(form, sections))
    if any(has_lengths(text) for _, text in texts):
        return _melodies(texts)
    return _charts(texts)


def _played(
    form: Sequence[str], sections: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    times: Counter[str] = Counter()
    for name in form:
        endings = sections[name]
        yield name, endings[min(times[name], len(endings) - 1)]
        times[name] += 1


def _charts(texts: Sequence[tuple[str, str]]) -> Song:
    # A section is read and voiced once, so it sounds the same each time that it is played.
    read = {text: read_chart(text) for _, text in texts}
    chords = {text: voiced(chart) for text, chart in read.items()}
    first = read[texts[0][1]]
    changes: list[Change] = []
    notes: list[Note] = []
    placed: list[Placed] = []
    now = Fraction(0)
    for name, text in texts:
        chart = read[text]
        _same_meter(name, chart.meter.name, first.meter.name)
        changes += [replace(change, start=change.start + now) for change in chart.changes]
        notes += chords[text]
        placed.append(Placed(name, *_bars(now, chart.length, chart.meter.quarters)))
        now += chart.length
    whole = replace(first, changes=tuple(changes))
    return Song(Line(tuple(notes), whole.meter, whole.key, whole.tempo), _few(placed), whole)


def _melodies(texts: Sequence[tuple[str, str]]) -> Song:
    lines = [(name, read_line(text)) for name, text in texts]
    first = lines[0][1]
    placed: list[Placed] = []
    now = Fraction(0)
    for name, line in lines:
        _same_meter(name, line.meter.name, first.meter.name)
        if line.pickup or line.length % line.meter.quarters:
            raise MusicError(
                f"section {name} does not fill its bars; add notes or rests (r) where it is short"
            )
        placed.append(Placed(name, *_bars(now, line.length, line.meter.quarters)))
        now += line.length
    whole = first.with_notes(note for _, line in lines for note in line.notes)
    return Song(whole, _few(placed))


def _bars(now: Fraction, length: Fraction, bar: Fraction) -> tuple[int, int]:
    return int(now // bar) + 1, int(length // bar)


def _few(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    total = sum(section.bars for section in placed)
    if total > MOST_BARS:
        raise MusicError(f"{total} bars are too many; write at most {MOST_BARS}")
    return tuple(placed)


def _same_meter(name: str, meter: str, first: str) -> None:
    if meter != first:
        raise MusicError(f"section {name} is in {meter}, the first one in {first}; write one meter")
