"""Previews, taking them over, and undo, with real sandboxes of both kinds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from support import needs
from support.sandbox_drivers import open_driver

from sandboxes import CommandResult, SandboxError
from sandboxes.changes import Change
from sandboxes.preview import Preview, Previewing
from sandboxes.previewing import PreviewingSandbox, copy_of, old_of
from sandboxes.runner import key

ALL = "find /workspace /srv /home/mica /tmp /dev/shm -mindepth 1"
# Names, types, modes, times to the nanosecond, link targets, and the bytes of every file.
STATE = (
    f"cd /workspace; {ALL} -printf '%y %m %T@ %l %p\\n' | sort; "
    f"{ALL} -type f -readable -exec sha256sum {{}} + | sort"
)


@pytest.fixture(scope="module", params=["docker", "bubblewrap"])
def box(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PreviewingSandbox]:
    folder = tmp_path_factory.mktemp("previews")
    with needs.a_sandbox():
        box = open_driver(request.param, folder, folder / "undo")
    assert isinstance(box, PreviewingSandbox) and isinstance(box, Previewing)
    yield box
    box.close()


class Talk:
    """A conversation, with short names for what tests do."""

    def __init__(self, box: PreviewingSandbox) -> None:
        self.box = box
        self.name = f"preview-{uuid.uuid4().hex}"

    def run(self, command: str, call_id: str | None = None) -> CommandResult:
        return self.box.run(
            command, conversation=self.name, call_id=call_id or uuid.uuid4().hex, seconds=100
        )

    def preview(self, command: str, call_id: str = "", seconds: float = 100) -> Preview:
        return self.box.preview(
            command, conversation=self.name, call_id=call_id or command, seconds=seconds
        )

    def commit(self, command: str, call_id: str = "") -> bool:
        return self.box.commit(command, conversation=self.name, call_id=call_id or command)

    def do(self, command: str) -> Preview:
        """Preview a command and take it over."""
        preview = self.preview(command)
        assert self.commit(command)
        return preview

    def state(self) -> str:
        result = self.run(STATE)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def talk(box: PreviewingSandbox) -> Iterator[Talk]:
    talk = Talk(box)
    yield talk
    box.forget(talk.name)


def shown(preview: Preview) -> dict[str, Change]:
    return {change.path: change for change in preview.changes}


PREPARE = (
    "cd /workspace; seq 20 >numbers; echo old >gone; mkdir -p sub/deep; echo x >sub/deep/x; "
    "echo mode >mode; ln -s numbers link; head -c 3000 /dev/urandom >binary; echo moved >from; "
    "mkfifo pipe; echo shared >/dev/shm/s; touch -d '2020-02-02 02:02:02.123456789' numbers gone; "
    "echo closed >closed; chmod 0 closed; mkdir shut; echo in >shut/in; chmod 0 shut"
)


def test_the_difference_is_exact(talk: Talk) -> None:
    talk.run(PREPARE)
    preview = talk.preview(
        "sed -i s/^10$/ten/ numbers; rm gone; echo new >sub/new; chmod 755 mode; mv from to; "
        "ln -sfn binary link; printf '\\0' >>binary; rm -r sub/deep; mkdir empty; echo said"
    )
    assert preview.result.output == "said\n" and not preview.truncated and not preview.problem
    found = shown(preview)
    assert {path.removeprefix("/workspace/"): c.kind for path, c in found.items()} == {
        "numbers": "changed",
        "gone": "deleted",
        "sub/new": "added",
        "mode": "permissions",
        "from": "deleted",
        "to": "added",
        "link": "changed",
        "binary": "changed",
        "sub/deep": "deleted",
        "sub/deep/x": "deleted",
        "empty": "added",
    }
    assert preview.counts == {"changed": 3, "deleted": 4, "added": 3, "permissions": 1}
    context = "\n".join(f" {n}" for n in (7, 8, 9))
    after = "\n".join(f" {n}" for n in (11, 12, 13))
    assert found["/workspace/numbers"].diff == f"@@ -7,7 +7,7 @@\n{context}\n-10\n+ten\n{after}"
    assert found["/workspace/gone"].diff == "@@ -1 +0,0 @@\n-old"
    assert found["/workspace/sub/new"].diff == "@@ -0,0 +1 @@\n+new"
    assert found["/workspace/mode"].note == "permissions 644 → 755"
    assert found["/workspace/link"].note == "pointed to numbers; points to binary"
    assert (found["/workspace/binary"].diff, found["/workspace/binary"].note) == (None, "binary")
    assert found["/workspace/binary"].size_after == 3001
    assert found["/workspace/empty"].type == "folder"


def test_a_preview_changes_nothing_until_it_is_taken_over(talk: Talk) -> None:
    talk.run(PREPARE)
    before = talk.state()
    talk.preview("rm -rf /workspace/sub; echo x >>numbers; cd /srv; export NEW=1")
    talk.box.discard(talk.name)
    assert talk.state() == before
    assert not talk.commit("rm -rf /workspace/sub; echo x >>numbers; cd /srv; export NEW=1")
    assert talk.run("echo ${NEW-unset}").output == "unset\n"


def test_what_is_taken_over_is_what_was_shown(talk: Talk) -> None:
    talk.run("cd /workspace; export KEPT=yes")
    command = 'mkdir -p a; cd a; export NEW=1; echo "$KEPT $RANDOM$RANDOM" | tee -a number'
    said = talk.preview(command).result.output
    assert talk.preview(command).result.output == said  # the same preview, not a second run
    assert talk.commit(command) and talk.commit(command)
    again = talk.run(command, call_id=command)
    assert again.replayed and again.output == said and said.startswith("yes ")
    assert talk.run('cat number; echo "$NEW $PWD"').output == f"{said}1 /workspace/a\n"


def test_taking_over_another_command_or_after_another_run_does_nothing(talk: Talk) -> None:
    talk.preview("echo one >f", "call")
    assert not talk.commit("echo two >f", "call") and not talk.commit("echo one >f", "other")
    assert talk.run("ls").output == ""  # which ends the preview, that knows nothing of it
    assert not talk.commit("echo one >f", "call")


def test_an_upload_while_a_preview_waits_is_in_what_is_taken_over(talk: Talk) -> None:
    talk.preview("echo one >f", "call")
    talk.box.write_file(talk.name, "/workspace/up", b"upload")
    assert talk.commit("echo one >f", "call")
    assert talk.run("cat f up").output == "one\nupload"


def test_only_the_first_files_are_shown_and_the_rest_counted(talk: Talk) -> None:
    preview = talk.preview("for i in {1..300}; do echo $i >f$i; done")
    assert len(preview.changes) == 50 and preview.more == 250 and preview.truncated
    assert preview.summary == "300 files added"


def test_differences_are_capped(talk: Talk) -> None:
    talk.run("seq 5000 >long; seq 1000 >short; head -c 400000 /dev/zero | tr '\\0' x >wide")
    preview = talk.preview(
        "seq 5000 | tac >long; sed -i s/0/zero/ short; echo y >>wide; printf 'a\\033[2Jb' >escape"
    )
    found = shown(preview)
    assert found["/workspace/long"].note == "too many lines differ"
    diff = found["/workspace/short"].diff
    assert diff is not None and "more lines of this difference ...]" in diff
    assert len(diff.splitlines()) < 405
    assert found["/workspace/wide"].note == "too large to compare"
    escape = found["/workspace/escape"].diff
    assert escape is not None and "\x1b" not in escape and "a\\x1b[2Jb" in escape


def test_names_of_any_bytes(talk: Talk) -> None:
    talk.run("mkdir -- '-rf' $'new\\nline' $'\\xff\\xfe'; echo 1 >./-rf/x; echo 1 >$'new\\nline/y'")
    before = talk.state()
    preview = talk.do(
        "echo 2 >>./-rf/x; rm -r $'new\\nline'; echo 3 >$'\\xff\\xfe/z'; touch -- --help"
    )
    assert "/workspace/new\\nline/y" in shown(preview)
    assert shown(preview)["/workspace/-rf/x"].diff == "@@ -1 +1,2 @@\n 1\n+2"
    talk.box.undo(talk.name)
    assert talk.state() == before


def test_content_with_its_time_put_back_is_seen(talk: Talk) -> None:
    talk.run("echo aaa >f; touch -d 2020-01-01 f")
    preview = talk.preview("echo bbb >f; touch -d 2020-01-01 f")
    assert shown(preview)["/workspace/f"].diff == "@@ -1 +1 @@\n-aaa\n+bbb"
    touch = talk.preview("touch f")
    assert shown(touch)["/workspace/f"].note == "only its time"
    nothing = talk.preview("cat f; chmod 644 f; ls")
    assert not nothing.changes and nothing.summary == "no file changed"


def test_undo_restores_byte_for_byte_in_reverse_order(talk: Talk) -> None:
    talk.run(PREPARE)
    states = [talk.state()]
    commands = [
        "sed -i s/^10$/ten/ numbers; rm gone; chmod 755 mode; mv from to; echo y >/dev/shm/t",
        "rm -rf sub link pipe; mkdir gone; echo z >gone/z; ln -s /nowhere mode2; "
        "chmod 644 closed; chmod 700 shut; rm shut/in; chmod 0 gone",
        "chmod 700 gone; rm -rf gone numbers; mkdir numbers; echo 1 >numbers/1; chmod 500 numbers; "
        "ln to hard; echo more >>hard; truncate -s 5M sparse; echo s >>/dev/shm/s; cd /tmp",
    ]
    for command in commands:
        talk.do(command)
        states.append(talk.state())
    assert len(set(states)) == 4
    assert [step.command for step in talk.box.undoable(talk.name)] == commands[::-1]
    for command, state in zip(commands[::-1], states[-2::-1], strict=True):
        undone = talk.box.undo(talk.name)
        assert undone.command == command and not undone.kept
        if talk.box.name == "bubblewrap":  # whose /dev/shm lasts for one command only
            state = "\n".join(line for line in state.splitlines() if "/dev/shm" not in line)
        assert talk.state().strip() == state.strip()
    with pytest.raises(SandboxError, match="no command to undo"):
        talk.box.undo(talk.name)


def test_hard_links_are_put_back_as_links(talk: Talk) -> None:
    talk.run("echo one >a; ln a b; echo x >c")
    before = talk.state()
    talk.do("rm b; echo two >>a")
    talk.box.undo(talk.name)
    assert talk.state() == before
    assert talk.run("stat -c %h a; [ a -ef b ] && echo same").output == "2\nsame\n"


def test_undo_keeps_what_something_else_changed_since(talk: Talk) -> None:
    talk.run("echo one >f")
    talk.do("echo two >f; mkdir new; echo n >new/n")
    talk.box.write_file(talk.name, "/workspace/f", b"upload")
    talk.box.write_file(talk.name, "/workspace/new/mine", b"mine")
    undone = talk.box.undo(talk.name)
    assert undone.kept == ("/workspace/f.kept1",)
    assert talk.run("cat f f.kept1; ls new").output == "one\nuploadmine\n"


def test_the_same_undo_twice_undoes_once(talk: Talk) -> None:
    talk.do("echo 1 >a")
    talk.do("echo 2 >b")
    first = talk.box.undo(talk.name, "u1")
    assert talk.box.undo(talk.name, "u1") == first and first.command == "echo 2 >b"
    assert talk.run("ls").output == "a\n"
    assert talk.box.undo(talk.name, "u2").command == "echo 1 >a"


def test_a_command_after_an_undo_can_be_undone(talk: Talk) -> None:
    talk.do("echo 1 >a")
    talk.box.undo(talk.name)
    talk.do("echo 2 >b")
    assert talk.box.undo(talk.name).command == "echo 2 >b"
    assert talk.run("ls").output == ""


def test_a_command_without_a_copy_stops_undo(talk: Talk) -> None:
    talk.do("echo 1 >a")
    talk.box.cannot_undo("make", conversation=talk.name, call_id="c", why="no room for a copy")
    with pytest.raises(SandboxError, match=r"cannot be undone.*`make` \(no room for a copy\)"):
        talk.box.undo(talk.name)
    assert [step.problem for step in talk.box.undoable(talk.name)] == ["no room for a copy", ""]


def test_undo_after_the_sandbox_ended_says_so(talk: Talk) -> None:
    talk.do("echo 1 >a")
    talk.box.remove(talk.name)
    with pytest.raises(SandboxError, match="has ended"):
        talk.box.undo(talk.name)
    assert talk.box.undoable(talk.name) == []


def test_oldest_are_dropped_for_room(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.previewing.KEPT_BYTES", 300_000)
    talk.run("for i in 1 2 3; do head -c 150000 /dev/urandom >f$i; done")
    for i in (1, 2, 3):
        talk.do(f"rm f{i}")
    assert [step.command for step in talk.box.undoable(talk.name)] == ["rm f3"]
    talk.box.undo(talk.name)
    with pytest.raises(SandboxError, match="2 older ones were dropped"):
        talk.box.undo(talk.name)


def test_a_change_too_large_to_keep_is_said_beforehand(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.previewing.KEPT_BYTES", 2**20)
    talk.run("head -c 2000000 /dev/urandom >big")
    preview = talk.do("rm big")
    assert preview.problem == "what it changed takes more than 1 MB"
    with pytest.raises(SandboxError, match="takes more than 1 MB"):
        talk.box.undo(talk.name)


def test_a_time_out_in_a_preview_shows_what_came(talk: Talk) -> None:
    for seconds in (1, 10, 100):  # until it comes to its first word before it is cut
        command = f"echo began | tee f; sleep {600 + seconds}"
        preview = talk.preview(command, seconds=seconds)
        if preview.result.output:
            break
    assert preview.result.timed_out and preview.result.output == "began\n"
    assert shown(preview)["/workspace/f"].kind == "added"
    assert talk.commit(command)
    assert talk.run("cat f").output == "began\n"


def test_a_full_disk_in_a_preview_leaves_the_sandbox_as_it_was(talk: Talk) -> None:
    talk.run("echo kept >f")
    limit = talk.box.limits.workspace_mb
    fill = f"for i in 1 2 3; do dd if=/dev/zero of=big$i bs=1M count={limit} status=none; done"
    fill += " && sleep 10"  # bubblewrap's disk is looked at now and then
    preview = talk.preview(fill)
    assert preview.result.exit_code != 0 and "/workspace/big1" in shown(preview)
    talk.box.discard(talk.name)
    assert talk.run("cat f; ls").output == "kept\nf\n"


def test_output_in_a_preview_is_capped(talk: Talk) -> None:
    preview = talk.preview("yes | head -c 100000")
    assert preview.result.truncated and preview.truncated
    assert len(preview.result.output) < talk.box.limits.output_bytes + 100


def test_a_command_that_kills_all_has_no_preview(talk: Talk) -> None:
    talk.run("echo kept >f")
    with pytest.raises(SandboxError, match="unknown"):
        talk.preview("echo lost >f; kill -9 -1")
    assert talk.run("cat f").output == "kept\n"


class Cut(BaseException):
    """Stands for `kill -9`."""


@pytest.mark.parametrize("where", ["set aside", "take over", "remove", "keep"])
def test_a_kill_while_taking_over_loses_nothing(
    talk: Talk, where: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    command = "echo $RANDOM$RANDOM >>log; cat log"
    talk.run("echo kept >f")
    said = talk.preview(command).result.output

    def cut(step: str) -> None:
        if step == where:
            raise Cut

    talk.box.step = cut
    with pytest.raises(Cut):
        talk.commit(command)
    talk.box.step = lambda step: None
    getattr(talk.box, "_known", {}).clear()  # a new process knows of nothing but what lasts
    if where == "take over":  # the next command may be another one
        assert talk.run("cat f").output == "kept\n"
    assert talk.commit(command)
    assert talk.run(command, call_id=command).replayed
    assert talk.run("cat f log").output == f"kept\n{said}"
    assert [step.command for step in talk.box.undoable(talk.name)] == [command]
    for place in (copy_of(talk.name), old_of(talk.name)):
        assert talk.box.identity(place) is None


def test_a_take_over_whose_copy_died_is_put_back(talk: Talk) -> None:
    talk.run("echo kept >f")
    talk.preview("echo new >g", "call")
    talk.box.move(talk.name, old_of(talk.name))
    talk.box.remove(copy_of(talk.name))
    assert not talk.commit("echo new >g", "call")
    assert talk.run("ls").output == "f\n"


def put_aside(talk: Talk) -> list[str]:
    """Return the names of this conversation's places that wait for their removal."""
    if talk.box.name == "docker":
        client = docker.from_env()
        found = [container.name for container in client.containers.list(ignore_removed=True)]
        client.close()
    else:
        found = [path.name for path in talk.box._folder.iterdir()]
    return [name for name in found if f"{key(talk.name)}-gone-" in name]


def test_what_a_killed_server_put_aside_is_removed_by_the_next(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.run("echo kept >f; mkdir -p d/e; chmod 0 d")
    with monkeypatch.context() as patch:
        patch.setattr(talk.box, "_remove_left", lambda place: None)  # it dies before
        talk.do("echo new >g")
    assert len(put_aside(talk)) == 1
    folder = getattr(talk.box, "_folder", tmp_path)
    open_driver(talk.box.name, folder, tmp_path / "undo").close()
    assert put_aside(talk) == [] and talk.run("ls").output == "d\nf\ng\n"


def test_a_name_with_a_nul_is_no_way_to_another_place(box: PreviewingSandbox) -> None:
    for call in (box.forget, box.discard, box.undo):
        with pytest.raises(SandboxError, match="no NUL"):
            call("other\0preview")


def test_files_of_an_interrupted_copy_are_closed_again(talk: Talk, folder: Path) -> None:
    talk.run("echo x >f; chmod 0 f; printf '0 /workspace/f\\0' >/run/mica/opened; chmod 600 f")
    assert talk.run("stat -c %a f").output == "0\n"
