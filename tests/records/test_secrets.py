"""Each detector by its own examples, and what masking must never do."""

from __future__ import annotations

import json
import random
import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.secrets import Detector, detectors, mask, mask_json

ALPHABETS = {
    None: string.ascii_letters + string.digits,
    "hex": "0123456789abcdef",
    "UP": string.ascii_uppercase + string.digits,
    "B32": string.ascii_uppercase + "234567",
}


def filled(example: str) -> str:
    """Return an example with its random parts; the same ones each time."""
    chance = random.Random(example)

    def part(found: re.Match[str]) -> str:
        letters = ALPHABETS[found[2]]
        made = "".join(chance.choice(letters) for _ in range(int(found[1])))
        return f"{made[:-2]}a7" if found[2] is None and len(made) > 4 else made

    return re.sub(r"<(\d+)(?::(\w+))?>", part, example)


def cases(name: str) -> list:
    return [
        pytest.param(row, filled(text), id=f"{row.name}-{at}")
        for row in detectors()
        for at, text in enumerate(getattr(row, name))
    ]


@pytest.mark.parametrize(("row", "text"), cases("matches"))
def test_what_a_detector_masks(row: Detector, text: str):
    masked = mask(text)
    assert "[masked: " in masked
    assert mask(masked) == masked
    around = mask(f"before it\n{text}\nafter it\n")
    assert around.startswith("before it\n")
    if "-----END" in text or not row.many_lines:
        assert around.endswith("\nafter it\n")
    for secret in re.findall(r"[A-Za-z0-9]{20,}", text):
        assert secret not in masked


@pytest.mark.parametrize(("row", "text"), cases("leaves"))
def test_what_a_detector_leaves(row: Detector, text: str):
    assert mask(text) == text


def test_every_detector_masks_by_itself():
    for row in detectors():
        for text in row.matches:
            assert row.pattern.search(filled(text)), (row.name, filled(text))


def test_the_rest_of_a_line_stays():
    said = mask("export DB_PASSWORD=hunter22; psql -h db # the old one\n")
    assert said == "export DB_PASSWORD=[masked: password]; psql -h db # the old one\n"
    url = mask("cloning https://me:s3cr3t99@git.example/x.git into x")
    assert url == "cloning https://me:[masked: url-password]@git.example/x.git into x"


def test_arguments_stay_json():
    call = {"function": {"arguments": json.dumps({"command": 'mysql -phunter2 -e "x"'})}}
    masked = mask_json({"tool_calls": [call], "n": 3, "kept": "password=hunter2"},
                       frozenset({"kept"}))  # fmt: skip
    arguments = masked["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"command": 'mysql -p[masked: option-password] -e "x"'}
    assert masked["n"] == 3 and masked["kept"] == "password=hunter2"


@given(st.text(alphabet=st.sampled_from("pasword=: '\"\n-$@/aİ0")))
def test_any_text_can_be_masked_twice(text: str):
    once = mask(text)
    assert mask(once) == once


@pytest.mark.parametrize(
    "line",
    ["key = value of a token in the password file: x\n", "x" * 99 + "\n", "a=b:" * 40,
     "passwordpasswordpassword ", "https://x/:y:", "auth: token=secret: a.b "],
)  # fmt: skip
def test_a_megabyte_is_fast(line: str):
    text = line * (1_000_000 // len(line))
    taken = []
    for _ in range(3):
        started = time.process_time()
        mask(text)
        taken.append(time.process_time() - started)
    print(f"{line[:20]!r}: {min(taken) * 1e3:.0f} ms")
    assert min(taken) < 2.0
