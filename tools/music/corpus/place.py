"""Where the corpus's scores and its index lie, without importing music21."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from records.paths import home
from tools.music.pitch import MusicError

SUFFIXES = (".mxl", ".xml", ".musicxml", ".krn", ".abc")
# Examples for music21's own tests, not pieces.
_LEFT_OUT = ("demos", "theoryExercises", "_metadataCache")
COMPOSERS = {
    "airdsAirs": "traditional (Aird's Airs)", "bach": "Johann Sebastian Bach",
    "beach": "Amy Beach", "beethoven": "Ludwig van Beethoven", "chopin": "Frédéric Chopin",
    "ciconia": "Johannes Ciconia", "corelli": "Arcangelo Corelli",
    "cpebach": "Carl Philipp Emanuel Bach", "essenFolksong": "traditional (Essen collection)",
    "handel": "George Frideric Handel", "haydn": "Joseph Haydn",
    "johnson_j_r": "J. Rosamond Johnson", "joplin": "Scott Joplin",
    "josquin": "Josquin des Prez", "liliuokalani": "Liliʻuokalani",
    "lusitano": "Vicente Lusitano", "miscFolk": "traditional", "monteverdi": "Claudio Monteverdi",
    "mozart": "Wolfgang Amadeus Mozart", "nottingham-dataset": "traditional (Nottingham)",
    "oneills1850": "traditional (O'Neill's Music of Ireland)",
    "palestrina": "Giovanni Pierluigi da Palestrina",
    "ryansMammoth": "traditional (Ryan's Mammoth Collection)",
    "schoenberg": "Arnold Schoenberg", "schubert": "Franz Schubert",
    "schumann_clara": "Clara Schumann", "schumann_robert": "Robert Schumann",
    "trecento": "Italian Trecento", "verdi": "Giuseppe Verdi", "weber": "Carl Maria von Weber",
    "webern": "Anton Webern",
}  # fmt: skip


class CorpusError(MusicError):
    """The corpus or its index is missing or cannot be read; says what to do."""


def index_path() -> Path:
    """Return where the index lies: `corpus.db` in the data folder."""
    return home() / "corpus.db"


def corpus_folder() -> Path:
    """Return the folder of music21's scores.

    Raises:
        CorpusError: music21 is not installed.
    """
    found = importlib.util.find_spec("music21")
    if found is None or found.origin is None:
        raise CorpusError(
            "the corpus comes with music21 (the extra `corpus`), which is not installed: "
            "run `make corpus` in Mica's folder"
        )
    return Path(found.origin).parent / "corpus"


def scores_in(folder: Path) -> list[str]:
    """Return the scores under a corpus folder as relative paths, short collections first.

    Of a score in two formats only one is taken: `bwv1.mxl` before `bwv1.xml` before others.
    """
    chosen: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SUFFIXES or path.relative_to(folder).parts[0] in _LEFT_OUT:
            continue
        stem = str(path.relative_to(folder).with_suffix(""))
        known = chosen.get(stem)
        if known is None or SUFFIXES.index(path.suffix) < SUFFIXES.index(known.suffix):
            chosen[stem] = path
    found = [path.relative_to(folder).as_posix() for path in chosen.values()]
    sizes = dict.fromkeys((source.split("/")[0] for source in found), 0)
    for source in found:
        sizes[source.split("/")[0]] += 1
    # What people ask for most comes first; the thousand masses come last.
    return sorted(found, key=lambda s: (s.split("/")[0] != "bach", sizes[s.split("/")[0]], s))
