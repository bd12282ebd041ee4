"""Specialists are data: the shipped ones load, a new folder is a new one, faults are named."""

from __future__ import annotations

from pathlib import Path

import pytest

import agents
from agents import other
from agents.specialist import SpecialistError

GOOD = """
name: pilot
title: Pilot
description: Flies.
system: You fly.
tools: [bash]
"""


def _folder(tmp_path: Path, *texts: str) -> Path:
    for number, text in enumerate(texts):
        (tmp_path / f"s{number}").mkdir()
        (tmp_path / f"s{number}" / "specialist.yaml").write_text(text)
    return tmp_path


def test_shipped_specialists():
    shipped = agents.load_all()
    assert set(shipped) == {"sysadmin", "composer"}
    assert shipped["sysadmin"].tools == ("bash",)
    assert "transpose" in shipped["composer"].tools
    assert all(s.adapter and s.shelf and s.examples for s in shipped.values())


def test_a_folder_is_a_specialist(tmp_path: Path):
    pilot = agents.load_all(_folder(tmp_path, GOOD))["pilot"]
    assert (pilot.system, pilot.adapter, pilot.examples) == ("You fly.", None, ())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[1]", "expected a mapping"),
        ("name: [", "cannot be read"),
        (GOOD.replace("title: Pilot", ""), "title must be a text"),
        (GOOD + "wings: 2", "unknown field wings"),
        (GOOD.replace("[bash]", "bash"), "tools must be a list"),
        (GOOD + "adapter: 3", "adapter must be a text"),
    ],
)
def test_fault_names_file_and_field(tmp_path: Path, text: str, part: str):
    with pytest.raises(SpecialistError, match=part) as raised:
        agents.load_all(_folder(tmp_path, text))
    assert "specialist.yaml" in str(raised.value)


def test_two_of_the_same_name(tmp_path: Path):
    with pytest.raises(SpecialistError, match="already"):
        agents.load_all(_folder(tmp_path, GOOD, GOOD))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", "greeting"),
        ("Good morning!", "greeting"),
        ("hey there", "greeting"),
        ("thank you so much", "thanks"),
        ("what can you do?", "abilities"),
        ("who are you", "abilities"),
        ("help", "abilities"),
        ("what is the capital of France", "off_topic"),
        ("help me choose a novel", "off_topic"),
    ],
)
def test_topic(text: str, expected: str):
    assert other.topic(text) == expected
    assert other.answer(expected)


def test_unsure_is_said_only_where_nothing_else_fits():
    assert other.topic("blue sort", unsure=True) == "unsure"
    assert other.topic("hello", unsure=True) == "greeting"
