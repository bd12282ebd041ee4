"""A folder goes in as a copy and its changes come back, in both drivers."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from sandboxes import Sandbox, SandboxError
from sandboxes.attach import Attachments


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "my project"
    (root / "src").mkdir(parents=True)
    (root / ".git" / "hooks").mkdir(parents=True)
    (root / ".git" / "config").write_text("[core]\n")
    (root / "src" / "main.py").write_text("print('one')\nprint('two')\n")
    (root / "data.bin").write_bytes(bytes(range(256)))
    (root / "old.txt").write_text("old\n")
    (root / "new\nline").write_text("odd\n")
    (root / "inside").symlink_to("src/main.py")
    (root / "outside").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attached")


def run(sandbox: Sandbox, conversation: str, command: str) -> str:
    return sandbox.run(command, conversation=conversation, call_id=uuid.uuid4().hex).output


CHANGE = r"""cd /workspace/my_project
sed -i s/two/three/ src/main.py; rm old.txt; mkdir more; echo new >more/file
printf '\0\1' >data.bin; chmod +x src/main.py
echo 'exec evil' >.git/hooks/pre-commit; echo '[core] fsmonitor = evil' >>.git/config
ln -s /etc/shadow leak; ln -s src here; mv $'new\nline' $'other\nline'"""


def test_changes_come_back_when_they_are_applied(
    sandbox: Sandbox, conversation: str, project: Path, attachments: Attachments
) -> None:
    attached = attachments.attach(sandbox, conversation, project)
    assert attached.place == "/workspace/my_project"
    assert {each.split("'")[1] for each in attached.skipped} == {"outside", "pipe"}
    seen = run(sandbox, conversation, "cd my_project && cat inside src/main.py .git/config")
    assert seen.count("print('one')") == 2 and "[core]" in seen
    assert attachments.changes(sandbox, conversation).changes == ()

    run(sandbox, conversation, CHANGE)
    patch = attachments.changes(sandbox, conversation)
    assert [change.path for change in patch.changes] == sorted(
        ["data.bin", "here", "more/file", "new\nline", "old.txt", "other\nline", "src/main.py"]
    )
    text = patch.text()
    assert "-print('two')\n+print('three')" in text and "permissions 644 -> 755" in text
    assert "'data.bin': binary, 256 -> 2 bytes" in text and "deleted 'old.txt'" in text
    assert any(".git" in each for each in patch.left_out)
    assert any("'leak'" in each for each in patch.left_out)
    assert (project / "old.txt").exists()

    attachments.apply(patch)
    assert (project / "src" / "main.py").read_text() == "print('one')\nprint('three')\n"
    assert os.access(project / "src" / "main.py", os.X_OK)
    assert not (project / "old.txt").exists() and (project / "more" / "file").read_text() == "new\n"
    assert (project / "other\nline").read_text() == "odd\n"
    assert (project / ".git" / "config").read_text() == "[core]\n"
    assert not (project / ".git" / "hooks" / "pre-commit").exists()
    assert not (project / "leak").is_symlink()
    assert attachments.changes(sandbox, conversation).changes == ()

    attachments.undo(conversation)
    assert (project / "src" / "main.py").read_text() == "print('one')\nprint('two')\n"
    assert (project / "old.txt").exists() and (project / "data.bin").read_bytes()[2] == 2
    with pytest.raises(SandboxError, match="nothing was applied"):
        attachments.undo(conversation)


def test_what_changed_on_the_host_meanwhile_is_a_conflict(
    sandbox: Sandbox, conversation: str, project: Path, attachments: Attachments
) -> None:
    attachments.attach(sandbox, conversation, project)
    run(
        sandbox, conversation, "cd my_project; echo in >old.txt; echo in >src/main.py; echo in >add"
    )
    (project / "old.txt").write_text("changed on the host\n")
    (project / "add").write_text("added on the host\n")
    patch = attachments.changes(sandbox, conversation)
    with pytest.raises(SandboxError, match=r"on the host meanwhile: 'add', 'old\.txt'"):
        attachments.apply(patch)
    assert (project / "src" / "main.py").read_text().startswith("print")
    assert (project / "old.txt").read_text() == "changed on the host\n"


def test_undo_refuses_what_changed_since(
    sandbox: Sandbox, conversation: str, project: Path, attachments: Attachments
) -> None:
    attachments.attach(sandbox, conversation, project)
    run(sandbox, conversation, "echo in >my_project/old.txt")
    attachments.apply(attachments.changes(sandbox, conversation))
    (project / "old.txt").write_text("later\n")
    with pytest.raises(SandboxError, match="not the one"):
        attachments.undo(conversation)
    assert (project / "old.txt").read_text() == "later\n"


def test_one_folder_at_a_time_and_none_too_large(
    sandbox: Sandbox, conversation: str, project: Path, attachments: Attachments
) -> None:
    attachments.attach(sandbox, conversation, project)
    with pytest.raises(SandboxError, match=r"attached to .* already"):
        attachments.attach(sandbox, conversation, project)
    attachments.drop(conversation)
    with pytest.raises(SandboxError, match="no folder is attached"):
        attachments.changes(sandbox, conversation)
    with pytest.raises(SandboxError, match="cannot be opened as a folder"):
        attachments.attach(sandbox, conversation, project / "old.txt")
    for number in range(4):
        (project / f"big{number}").write_bytes(b"x" * (15 * 2**20))
    with pytest.raises(SandboxError, match="too large to attach"):
        attachments.attach(sandbox, conversation, project)


def test_control_characters_are_shown(
    sandbox: Sandbox, conversation: str, project: Path, attachments: Attachments
) -> None:
    attachments.attach(sandbox, conversation, project)
    run(sandbox, conversation, r"printf 'a\033[2Kb\u202e\n' >my_project/old.txt")
    assert r"+a\u001b[2Kb\u202e" in attachments.changes(sandbox, conversation).text()
