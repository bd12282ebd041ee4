"""What masking costs, and what it masks in files of a machine that hold hardly any secret.

    python benchmarks/masking.py [FOLDER...]

Prints lines and files in which something was masked, by detector with examples, and the time a
megabyte takes beside what the standard library's own search for one word takes.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from records.secrets import mask

FOLDERS = ("/etc", "/usr/share/doc", "/usr/share/perl5", "/usr/lib/python3", "/var/lib/dpkg/info")
LARGEST, MOST = 300_000, 4_000


def texts(folders: list[str]) -> Iterator[tuple[Path, str]]:
    """Yield readable text files, the first of each folder."""
    for folder in folders:
        count = 0
        for path in sorted(Path(folder).rglob("*")):
            if count >= MOST:
                break
            try:
                if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
                    continue
                text = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            count += 1
            yield path, text


def main() -> None:
    """Mask what there is and print the rates."""
    by_name: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    files = lines = marked_files = size = 0
    everything: list[str] = []
    for path, text in texts(sys.argv[1:] or list(FOLDERS)):
        files, lines, size = files + 1, lines + text.count("\n"), size + len(text)
        everything.append(text)
        masked = mask(text)
        marked_files += masked != text
        if masked == text:
            continue
        for line in masked.split("\n"):
            for name in re.findall(r"\[masked: ([\w-]+)\]", line):
                by_name[name] += 1
                examples.setdefault(name, []).append(f"{path}: {line.strip()[:110]}")
    print(f"{files} files, {lines} lines, {size / 1e6:.1f} MB")
    print(f"masked: {sum(by_name.values())} values in {marked_files} files")
    print(
        f"  {sum(by_name.values()) / max(lines, 1):.6f} a line, {marked_files / files:.4f} a file"
    )
    for name, count in by_name.most_common():
        print(f"{name}: {count}")
        for example in examples[name][:6]:
            print(f"    {example}")
    megabyte = "".join(everything)[:1_000_000]
    ours = min(_timed(lambda: mask(megabyte)) for _ in range(5))
    theirs = min(_timed(lambda: re.findall("(?i)password", megabyte)) for _ in range(5))
    print(
        f"1 MB: {ours * 1e3:.0f} ms; one word with re: {theirs * 1e3:.0f} ms, {ours / theirs:.1f} x"
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
