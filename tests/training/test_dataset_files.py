"""Datasets on the disk: whole or not at all, found again, and never changed unseen."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import small_disk
from support.told import Told, tool

from graphs.build import all_tools
from records.store import Store
from training.dataset import Dataset, DatasetError, build, datasets, find
from training.dataset.folder import alone, save

FACTS = {"until": "2026-01-01", "rows": 0, "labels": {}, "rejected": {}}
FILES = {"rows.jsonl": "", "rejected.jsonl": "", "card.md": "# A\n", "views/dpo.jsonl": "{}\n"}
WRITER = """
import os, sys, time
from pathlib import Path
from training.dataset import folder
from test_dataset_files import FACTS, FILES
write, written = folder._write, []
def slowly(path, text):
    write(path, text)
    written.append(path)
    if len(written) == 2:
        print("half", flush=True)
        time.sleep(600)
folder._write = slowly
folder.save("sysadmin", "abc", FILES, FACTS, Path(sys.argv[1]))
"""


def test_a_build_that_is_killed_leaves_nothing_half_made(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'tests')!r}, " \
           f"{str(Path(__file__).parent)!r}]\n{WRITER}"  # fmt: skip
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None and writer.stdout.readline() == "half\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert datasets(tmp_path) == [] and [p.name[:8] for p in tmp_path.iterdir()] == [".making-"]
    made = save("sysadmin", "abc", FILES, FACTS, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["sysadmin-abc"]
    assert Dataset.load(made).version == "abc"


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    with small_disk.mounted(tmp_path) as small:
        folder = small / "datasets"
        ballast = small_disk.fill(small, but=8192)
        with pytest.raises(DatasetError, match="free some space and build again"):
            save("sysadmin", "abc", {**FILES, "big.jsonl": "x" * 100_000}, FACTS, folder)
        assert datasets(folder) == []
        ballast.unlink()
        save("sysadmin", "abc", {**FILES, "big.jsonl": "x" * 100_000}, FACTS, folder)
        assert [p.name for p in folder.iterdir()] == ["sysadmin-abc"]


def test_a_changed_file_is_seen_and_made_again(tmp_path: Path) -> None:
    made = save("sysadmin", "abc", FILES, FACTS, tmp_path)
    (made / "views" / "dpo.jsonl").write_text('{"chosen": "rm -rf /"}\n')
    with pytest.raises(DatasetError, match=r"views/dpo.jsonl is missing or was changed"):
        Dataset.load(made)
    save("sysadmin", "abc", FILES, FACTS, tmp_path)
    assert Dataset.load(made).rows == ()
    (made / "manifest.json").write_text(json.dumps({"files": {}}))
    with pytest.raises(DatasetError, match="lacks specialist, until, version"):
        Dataset.load(made)
    with pytest.raises(DatasetError, match="there is no dataset in"):
        Dataset.load(tmp_path / "nowhere")


def test_a_dataset_is_found_by_its_version(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="none yet"):
        find("abc", tmp_path)
    one = save("sysadmin", "abc123", FILES, FACTS, tmp_path)
    two = save("composer", "abd456", FILES, {**FACTS, "until": "2025"}, tmp_path)
    assert [each["version"] for each in datasets(tmp_path)] == ["abd456", "abc123"]
    assert find("sysadmin-abc123", tmp_path) == find("abc", tmp_path) == one
    assert find("abd456", tmp_path) == two
    with pytest.raises(DatasetError, match="several datasets are named ab"):
        find("ab", tmp_path)


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "mica.db")
    Told(store, "composer").corrected("spell a bright C", tool("spell_chord", chord="C"))
    (tmp_path / "one.yaml").write_text("- {request: whistle the anthem of the seven seas}\n")
    with alone(tmp_path / "made"), pytest.raises(DatasetError, match="being built"):
        build(store, "composer", tmp_path / "made", sandbox=None, tools=all_tools(None),
              evaluations=tmp_path)  # fmt: skip
    made = build(store, "composer", tmp_path / "made", sandbox=None, tools=all_tools(None),
                 evaluations=tmp_path)  # fmt: skip
    assert len(made.rows) == 1
    store.close()
