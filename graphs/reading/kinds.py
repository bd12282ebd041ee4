"""What a file is called by its kind: "the zip", "the script"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KINDS = (
    ("zip", "zip"), ("tar|tarball|tar archive", r"tar|tgz|tar\.\w+"), ("csv|spreadsheet", "csv"),
    ("archive", r"zip|tar|tgz|tar\.\w+|7z"), ("json", "json"), ("yaml", "ya?ml"), ("log", "log"),
    ("script", "sh|py|pl|rb"), ("python (?:script|one)", "py"), ("shell script", "sh"),
    ("pdf", "pdf"),
    ("config|conf|configuration", "conf|cfg|ini"), ("text file", "txt"), ("readme|markdown", "md"),
    ("picture|image|photo", "jpe?g|png|gif|webp"), ("backup", "bak"), ("database", "db|sqlite"),
)  # fmt: skip
"""What a file is called by its ending, where only one of those printed has it."""


def of_its_kind(text: str, paths: Sequence[str]) -> str:
    """Return a text with the only path of a kind in the place of "the zip", "the script"."""
    for nouns, endings in _KINDS:
        of_kind = [path for path in paths if re.search(rf"\.(?:{endings})$", path, re.IGNORECASE)]
        noun = re.search(rf"\bthe (?:{nouns})\b(?! \S*[./]\w)(?:[ -]file)?(?: itself)?", text, re.I)
        if noun and len(of_kind) == 1:
            return f"{text[: noun.start()]}{of_kind[0]}{text[noun.end() :]}"
    return text
