"""Compressed MusicXML: a zip with a table of contents, unpacked no further than allowed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from tools.music.codes.limits import LARGEST_BYTES, TooLargeError
from tools.music.codes.problems import Problem, UnreadableError

_ROOT_FILE = re.compile(r"full-path\s*=\s*[\"']([^\"']+)[\"']")
_CONTENTS = "META-INF/container.xml"
_MOST_FILES = 200
_LARGEST_CONTENTS = 20_000


def is_zip(data: bytes) -> bool:
    """Tell whether bytes are a zip archive."""
    return data[:4] == b"PK\x03\x04"


def unpack(data: bytes) -> bytes:
    """Return the score of an .mxl file.

    Raises:
        UnreadableError: it holds no score, or is damaged.
        TooLargeError: it is larger than a score may be; a bomb is not unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_FILES:
                raise TooLargeError(f"{len(names)} files in the archive; an .mxl has a few")
            return _take(archive, _score_name(archive, names), LARGEST_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError,
            OSError, ValueError, UnicodeDecodeError) as error:  # fmt: skip
        if isinstance(error, UnreadableError | TooLargeError):
            raise
        raise _broken(f"the archive is damaged: {error}") from None


def pack(score: str) -> bytes:
    """Return a score as an .mxl file."""
    contents = (
        '<?xml version="1.0" encoding="UTF-8"?><container><rootfiles>'
        '<rootfile full-path="score.musicxml"/></rootfiles></container>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_CONTENTS, contents)
        archive.writestr("score.musicxml", score)
    return out.getvalue()


def _score_name(archive: zipfile.ZipFile, names: list[str]) -> str:
    if _CONTENTS in names:
        contents = _take(archive, _CONTENTS, _LARGEST_CONTENTS).decode("utf-8", "replace")
        found = _ROOT_FILE.search(contents)
        if found and found[1] in names:
            return found[1]
    scores = [n for n in names if n.endswith((".xml", ".musicxml")) and "META-INF" not in n]
    if not scores:
        raise _broken("there is no score in the archive")
    return scores[0]


def _take(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Unpack one file, and stop at `most` bytes whatever its header says."""
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLargeError(f"{name} unpacks to more than {most} bytes; give a smaller score")
    return data


def _broken(message: str) -> UnreadableError:
    return UnreadableError(Problem(0, 0, None, message, "save the .mxl again, or send .musicxml"))
