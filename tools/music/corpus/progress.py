"""What an answer says of an index that is not complete: how far it is, and whose music it lacks."""

from __future__ import annotations

from pathlib import Path

from tools.music.answers import plural
from tools.music.corpus.build import is_building
from tools.music.corpus.index import Index
from tools.music.corpus.place import COMPOSERS, CorpusError

_MOST_NAMED = 6


def opened(path: Path) -> Index:
    """Open the index to read.

    Raises:
        CorpusError: there is none, or one that was begun a moment ago; says what to do.
    """
    try:
        index = Index(path)
    except CorpusError:
        if is_building(path):
            raise CorpusError(_BEGUN) from None
        raise
    if not any(known for _, known in index.collections().values()):
        index.close()
        raise CorpusError(_BEGUN if is_building(path) else _STOPPED)
    return index


def told(index: Index, composer: str = "") -> str:
    """Say how far an index is and whose music it lacks, the composer's asked for first.

    An empty text where it is complete.
    """
    found = index.collections()
    left = sum(due for due, _ in found.values())
    if not left:
        return ""
    building = is_building(index.path)
    how = "is being built" if building else "is not complete"
    files = left + sum(known for _, known in found.values())
    said = f"The index {how}: {files - left} of {plural(files, 'file')} are read"
    names = {COMPOSERS.get(name, name): state for name, state in found.items()}
    asked = next((name for name in names if _means(composer, name) and names[name][0]), "")
    missing = [name for name, (_, known) in names.items() if not known]
    if asked:
        said += f"; {'not yet all' if names[asked][1] else 'nothing yet'} by {asked}"
    elif missing and not composer:
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        said += f"; nothing yet by {', '.join(missing[:_MOST_NAMED])}{more}"
    return f"{said}{'' if building else '; `mica corpus build` reads the rest'}."


def _means(text: str, name: str) -> bool:
    return any(len(word) > 2 and word in name.lower() for word in text.lower().split())


_BEGUN = (
    "the index of the corpus was begun a moment ago and holds nothing yet: ask again in half a "
    "minute (Bach is read first; `mica corpus status` says how far it is)"
)
_STOPPED = "the index of the corpus holds nothing yet: run `mica corpus build`, then ask again"
