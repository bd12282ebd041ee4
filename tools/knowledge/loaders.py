"""Reads a person's files into passages: text, Markdown, HTML, PDF and manual pages."""

from __future__ import annotations

import re
import subprocess
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.knowledge import KnowledgeError, manpages

LIMIT_BYTES = 50 * 1024 * 1024
CHUNK_CHARACTERS = 900
OVERLAP_CHARACTERS = 120
_TITLE_WORDS = 8


@dataclass(frozen=True)
class Passage:
    """A stretch of a file. `source` cites it: the file's name and the section or page."""

    title: str
    text: str
    source: str


Part = tuple[str, str, str]  # heading (may be empty), text, place for the citation


def load(path: Path) -> list[Passage]:
    """Read a file and cut it into passages of at most 900 characters.

    Raises:
        KnowledgeError: there is no such file, its type is not known, it is too large, holds
            no text, or cannot be read; the text says which.
    """
    read = _reader(path)
    try:
        size = path.stat().st_size
        if size > LIMIT_BYTES:
            raise KnowledgeError(
                f"{path.name} has {size / 2**20:.0f} MB, more than the 50 MB that can be added; "
                "split it into parts"
            )
        parts = list(read(path))
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            f"{path.name} is not UTF-8 text; convert it with: iconv -t utf-8"
        ) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise KnowledgeError(f"{path} cannot be read: {_reason(error)}") from error
    passages = [passage for part in parts for passage in _cut(path.name, part)]
    if not passages:
        raise KnowledgeError(f"{path.name} holds no text{_hint(path)}")
    return passages


def _reader(path: Path) -> Callable[[Path], Iterator[Part]]:
    suffix = path.suffix.lower()
    if re.fullmatch(r"\.[1-9]", suffix):
        return _manual
    if suffix not in _READERS:
        known = ", ".join(sorted(_READERS))
        raise KnowledgeError(
            f"{path.name} is of a type that cannot be added; known are {known}, "
            "manual pages (.1 to .9) and recipe files (.yaml)"
        )
    return _READERS[suffix]


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _hint(path: Path) -> str:
    if path.suffix.lower() == ".pdf":
        return "; a PDF of scanned pages must go through text recognition (OCR) first"
    return ""


def _loaders() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package announces its own split-up at import
        from langchain_community import document_loaders
    return document_loaders


def _text(path: Path) -> Iterator[Part]:
    text = path.read_text(encoding="utf-8")  # checked first: the loader wraps decoding errors
    if text.strip():
        for document in _loaders().TextLoader(str(path), encoding="utf-8").load():
            yield "", document.page_content, ""


def _markdown(path: Path) -> Iterator[Part]:
    from langchain_text_splitters import MarkdownHeaderTextSplitter

    levels = [("#" * depth, str(depth)) for depth in range(1, 5)]
    text = path.read_text(encoding="utf-8")
    for document in MarkdownHeaderTextSplitter(levels).split_text(text):
        heading = next(reversed(document.metadata.values()), "")
        yield heading, document.page_content, heading


def _html(path: Path) -> Iterator[Part]:
    loader = _loaders().BSHTMLLoader(
        str(path), "utf-8", {"features": "html.parser"}, get_text_separator="\n"
    )
    for document in loader.load():
        text = re.sub(r"\n\s*\n+", "\n\n", document.page_content)
        title = " ".join(document.metadata.get("title", "").split())
        body = text.strip().removeprefix(title).strip()
        yield "" if title == "None" else title, body, ""


def _pdf(path: Path) -> Iterator[Part]:
    from pypdf.errors import PyPdfError

    try:
        pages = _loaders().PyPDFLoader(str(path)).load()
    except (PyPdfError, ValueError) as error:
        raise KnowledgeError(
            f"{path.name} cannot be read as a PDF ({error}); open it and save it again "
            "without a password"
        ) from error
    for page in pages:
        yield "", page.page_content, f"page {int(page.metadata['page']) + 1}"


def _manual(path: Path) -> Iterator[Part]:
    name = path.stem
    for heading, text in manpages.sections(manpages.format_page(path)):
        yield manual_title(name, heading), text, heading.lower()


def manual_title(name: str, heading: str) -> str:
    """Return the title of a manual's section: `manual of tar: examples`."""
    return f"manual of {name}" if heading == "NAME" else f"manual of {name}: {heading.lower()}"


_READERS: dict[str, Callable[[Path], Iterator[Part]]] = {
    ".txt": _text,
    ".text": _text,
    ".log": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
}


def _cut(name: str, part: Part) -> Iterator[Passage]:
    heading, text, place = part
    for chunk in split(text):
        title = heading or _first_words(chunk)
        yield Passage(title, chunk, f"{name}#{place}" if place else f"{name}#{_anchor(title)}")


def split(text: str) -> list[str]:
    """Cut a text at paragraphs, lines or words into pieces of at most 900 characters."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS
    )
    return [chunk for chunk in splitter.split_text(text) if re.search(r"\w", chunk)]


def _first_words(text: str) -> str:
    words = re.sub(r"[#*_`>|]+", " ", text).split()
    return " ".join(words[:_TITLE_WORDS]).rstrip(".,:;")[:80]


def _anchor(title: str) -> str:
    return " ".join(title.split()[:4]).lower()
