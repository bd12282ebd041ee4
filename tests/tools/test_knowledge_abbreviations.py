"""Abbreviations in requests: what is read in full, and what stays since it may be a name."""

from __future__ import annotations

import pytest

from tools.knowledge.abbreviations import spelled_out


@pytest.mark.parametrize(
    ("request_", "full"),
    [
        ("top procs by mem", "top processes by memory"),
        ("perms of notes.txt pls", "permissions of notes.txt pls"),
        ("Procs of bob", "processes of bob"),
        ("which svc listens on 443?", "which service listens on 443?"),
        ("diff btw old.txt and new.txt", "diff between old.txt and new.txt"),
        ("files w/o an owner", "files without an owner"),
        ("sum col 3 of a.csv", "sum column 3 of a.csv"),
    ],
)
def test_what_is_short_is_read_in_full(request_: str, full: str) -> None:
    assert spelled_out(request_) == full


@pytest.mark.parametrize(
    "request_",
    [
        "delete the MSG lines from app.log",
        "how often does 'cmd' stand in run.sh",
        "lines containing addr in net.txt",
        "average of the column mem in top.csv",
        "size of ~/vids and pkgs/",
        "msg.txt in capitals",
        "set deps=2 in build.ini",
        "switch to the branch named deps",
        "list the perms folder",
    ],
)
def test_what_may_be_a_name_or_a_text_stays(request_: str) -> None:
    assert spelled_out(request_) == request_


def test_a_folder_that_is_there_keeps_its_name() -> None:
    assert spelled_out("how big is msgs", {"msgs"}) == "how big is msgs"
    assert spelled_out("how big is msgs") == "how big is messages"
