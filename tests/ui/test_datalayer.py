"""The contract between Chainlit and our data layer, with what Chainlit really writes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chainlit as cl
import pytest
from chainlit.context import ChainlitContext, context_var
from chainlit.data.base import BaseDataLayer
from chainlit.session import HTTPSession
from chainlit.types import Feedback, Pagination, ThreadFilter
from chainlit.user import User

from records.store import RecordsError, Store
from ui import chat_files
from ui.datalayer import RecordsDataLayer, message_id_of

THREAD = "6f1c2d34-aaaa-4bbb-8ccc-1234567890ab"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    made = Store()
    yield made
    made.close()


@pytest.fixture
async def layer(store: Store) -> Any:
    """A data layer with `local` signed in and a session of a thread, as on the page."""
    made = RecordsDataLayer(store)
    person = await made.create_user(User(identifier="local", metadata={"provider": "header"}))
    session = HTTPSession(id="session", client_type="webapp", thread_id=THREAD, user=person)
    token = context_var.set(ChainlitContext(session))
    await made.update_thread(THREAD, name="largest files", user_id="local")
    yield made
    context_var.reset(token)
    await made.close()


def whole_step() -> cl.Step:
    """A step with a value in every field that Chainlit has."""
    step = cl.Step(
        name="bash · 0.3 s",
        type="tool",
        parent_id="parent",
        metadata={"verdict": "allow", "nested": {"list": [1, None, "♭"]}},
        tags=["one", "two"],
        language="text",
        icon="terminal",
        default_open=True,
        auto_collapse=True,
        show_input="bash",
    )
    step.input, step.output = "ls /usr/lib", "libLLVM.so"
    step.start, step.end = step.created_at, step.created_at
    return step


async def steps_of(layer: RecordsDataLayer) -> list[dict[str, Any]]:
    thread = await layer.get_thread(THREAD)
    assert thread is not None
    return list(thread["steps"])


def test_every_method_is_ours() -> None:
    inherited = {
        name
        for name, _ in inspect.getmembers(BaseDataLayer, inspect.isfunction)
        if not name.startswith("_") and name not in RecordsDataLayer.__dict__
    }
    assert inherited == {"set_step_favorite"}


async def test_a_step_comes_back_with_every_key(layer: RecordsDataLayer) -> None:
    written = whole_step().to_dict()
    assert {"autoCollapse", "defaultOpen", "showInput", "tags", "metadata"} <= written.keys()
    assert None not in [written[key] for key in ("tags", "start", "end", "language")]
    await layer.create_step(dict(written))
    (read,) = await steps_of(layer)
    assert read == written | {"feedback": None}


async def test_a_message_comes_back_with_every_key(layer: RecordsDataLayer) -> None:
    message = cl.Message(content="E♭m7", metadata={"message_id": "m1"}, tags=["x"], command="c")
    message.created_at = "2026-11-21T08:00:00.000001Z"
    await layer.create_step(message.to_dict())
    (read,) = await steps_of(layer)
    assert read == message.to_dict() | {"feedback": None}
    back = cl.Message.from_dict(read)
    assert (back.id, back.content, back.metadata) == (message.id, "E♭m7", {"message_id": "m1"})


async def test_an_update_changes_what_it_says_and_keeps_the_rest(layer: RecordsDataLayer) -> None:
    step = whole_step()
    await layer.create_step(step.to_dict())
    step.output, step.end = "done", None
    await layer.update_step(step.to_dict())
    (read,) = await steps_of(layer)
    assert (read["output"], read["end"]) == ("done", step.start)


async def test_an_update_alone_makes_the_step(layer: RecordsDataLayer) -> None:
    await layer.update_step(whole_step().to_dict())
    assert len(await steps_of(layer)) == 1


async def test_updates_in_a_row_keep_their_order(layer: RecordsDataLayer) -> None:
    import asyncio

    step = whole_step()
    writes = []
    for number in range(50):
        step.output = f"state {number}"
        writes.append(asyncio.create_task(layer.update_step(step.to_dict())))
    await asyncio.gather(*writes)
    (read,) = await steps_of(layer)
    assert read["output"] == "state 49"


async def test_steps_come_in_the_order_of_their_times(layer: RecordsDataLayer) -> None:
    later, earlier = whole_step(), whole_step()
    later.created_at, earlier.created_at = "2026-11-21T08:00:01Z", "2026-11-21T08:00:00.5Z"
    await layer.create_step(later.to_dict())
    await layer.create_step(earlier.to_dict())
    assert [s["id"] for s in await steps_of(layer)] == [earlier.id, later.id]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (cl.Image, {"content": b"<svg/>", "mime": "image/svg+xml", "size": "large"}),
        (cl.Audio, {"content": b"RIFF", "mime": "audio/wav", "auto_play": True}),
        (cl.File, {"content": b"MThd", "mime": "audio/midi"}),
        (cl.Text, {"content": "passage ♭", "mime": "text/plain", "display": "side"}),
        (cl.Pdf, {"content": b"%PDF", "page": 3}),
        (cl.CustomElement, {"props": {"sources": [{"title": "t"}]}}),
    ],
)
async def test_an_element_comes_back_with_its_bytes(
    layer: RecordsDataLayer, kind: Any, values: dict[str, Any]
) -> None:
    element = kind(name="thing", for_id="step", **values)
    element.chainlit_key = "of-this-session"
    await layer.create_element(element)
    read = await layer.get_element(THREAD, element.id)
    assert read is not None
    assert read == element.to_dict() | {
        "url": chat_files.url_of(THREAD, element.id),
        "chainlitKey": None,
    }
    content = element.content if isinstance(element.content, bytes) else element.content.encode()
    assert chat_files.path_of(THREAD, element.id).read_bytes() == content
    thread = await layer.get_thread(THREAD)
    assert thread is not None and thread["elements"] == [read]
    assert await layer.get_element("other-thread", element.id) is None


async def test_an_element_from_a_path_is_copied(layer: RecordsDataLayer, tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(b"MThd")
    element = cl.File(name="a.mid", path=str(tmp_path / "a.mid"), for_id="step")
    await layer.create_element(element)
    (tmp_path / "a.mid").unlink()
    assert chat_files.path_of(THREAD, element.id).read_bytes() == b"MThd"


async def test_deleting_takes_the_files_along(layer: RecordsDataLayer) -> None:
    step = whole_step()
    await layer.create_step(step.to_dict())
    mine = cl.File(name="a", content=b"a", for_id=step.id)
    other = cl.File(name="b", content=b"b", for_id="other")
    third = cl.File(name="c", content=b"c", for_id="other")
    for element in (mine, other, third):
        await layer.create_element(element)
    await layer.delete_step(step.id)
    assert await steps_of(layer) == []
    assert await layer.get_element(THREAD, mine.id) is None
    assert not chat_files.path_of(THREAD, mine.id).exists()
    await layer.delete_element(other.id, "another-thread")
    assert await layer.get_element(THREAD, other.id) is not None
    await layer.delete_element(other.id, THREAD)
    assert await layer.get_element(THREAD, other.id) is None
    await layer.delete_thread(THREAD)
    assert await layer.get_thread(THREAD) is None
    assert await layer.get_thread_author(THREAD) == ""
    assert not chat_files.path_of(THREAD, third.id).exists()


async def test_feedback_is_under_the_answers_own_id(layer: RecordsDataLayer, store: Store) -> None:
    step = whole_step()
    step.metadata = {"message_id": "turn-1"}
    await layer.create_step(step.to_dict())
    feedback = Feedback(forId=step.id, value=0, threadId=THREAD, comment="wrong")
    first = await layer.upsert_feedback(feedback)
    store.rate(THREAD, "turn-1", rating="down", correction="right")
    second = await layer.upsert_feedback(
        Feedback(forId=step.id, value=1, threadId=THREAD, id=first, comment=None)
    )
    (rating,) = store.ratings(THREAD)
    assert first == second == rating.id
    assert (rating.message_id, rating.rating, rating.comment) == ("turn-1", "up", "")
    assert rating.correction == "right"
    (read,) = await steps_of(layer)
    assert read["feedback"] == {"forId": step.id, "id": first, "value": 1, "comment": ""}
    assert await layer.delete_feedback(first) is True
    assert await layer.delete_feedback(first) is False
    (read,) = await steps_of(layer)
    assert read["feedback"] is None


async def test_nobody_rates_or_changes_anothers(layer: RecordsDataLayer, store: Store) -> None:
    step = whole_step()
    await layer.create_step(step.to_dict())
    mine = await layer.upsert_feedback(Feedback(forId=step.id, value=1, threadId=THREAD))
    await layer.create_user(User(identifier="mallory"))
    with pytest.raises(RecordsError, match="someone else"):
        await layer.upsert_feedback(Feedback(forId=step.id, value=0, threadId=THREAD))
    with pytest.raises(RecordsError, match="someone else"):
        await layer.delete_feedback(mine)
    with pytest.raises(RecordsError, match="local"):
        await layer.update_thread(THREAD, name="hers now", user_id="mallory")
    assert [r.rating for r in store.ratings(THREAD)] == ["up"]


async def test_feedback_on_an_unknown_answer_is_refused(layer: RecordsDataLayer) -> None:
    with pytest.raises(RecordsError, match="not in the records"):
        await layer.upsert_feedback(Feedback(forId="nothing", value=1, threadId=THREAD))


async def test_threads_are_listed_page_by_page(layer: RecordsDataLayer, store: Store) -> None:
    for number in range(4):
        await layer.update_thread(f"t{number}", name=f"number {number}", user_id="local")
    store.add_conversation("hers", owner="alice", title="number 9")
    seen: list[str] = []
    cursor, more = None, True
    while more:
        page = await layer.list_threads(
            Pagination(first=2, cursor=cursor), ThreadFilter(userId="local")
        )
        seen += [thread["id"] for thread in page.data]
        cursor, more = page.pageInfo.endCursor, page.pageInfo.hasNextPage
    assert seen == ["t3", "t2", "t1", "t0", THREAD]
    found = await layer.list_threads(
        Pagination(first=9), ThreadFilter(userId="local", search="NUMBER 2")
    )
    assert [thread["name"] for thread in found.data] == ["number 2"]
    store.rate("t1", "m", rating="down")
    rated = await layer.list_threads(Pagination(first=9), ThreadFilter(userId="local", feedback=0))
    assert [thread["id"] for thread in rated.data] == ["t1"]
    assert (await layer.list_threads(Pagination(first=9), ThreadFilter())).data == []


async def test_a_threads_metadata_is_merged(layer: RecordsDataLayer, store: Store) -> None:
    store.describe(THREAD, metadata={"waiting": ["kept"]})
    await layer.update_thread(THREAD, metadata={"chat_profile": "Mica", "env": {}, "x": 1})
    await layer.update_thread(THREAD, metadata={"x": None, "y": [1]}, tags=["a", "b"])
    thread = await layer.get_thread(THREAD)
    assert thread is not None
    assert thread["metadata"] == {"chat_profile": "Mica", "env": {}, "y": [1]}
    assert (thread["tags"], thread["name"]) == (["a", "b"], "largest files")
    assert (thread["userId"], thread["userIdentifier"]) == ("local", "local")
    found = store.conversation(THREAD)
    assert found is not None and found.metadata["waiting"] == ["kept"]


async def test_favourites_are_found(layer: RecordsDataLayer) -> None:
    step = whole_step().to_dict()
    await layer.create_step(dict(step))
    assert await layer.get_favorite_steps("local") == []
    await layer.set_step_favorite(step, True)
    assert [s["id"] for s in await layer.get_favorite_steps("local")] == [step["id"]]
    assert await layer.get_favorite_steps("alice") == []
    await layer.set_step_favorite(step, False)
    assert await layer.get_favorite_steps("local") == []


async def test_people_are_kept(layer: RecordsDataLayer) -> None:
    person = await layer.get_user("local")
    assert person is not None
    assert (person.id, person.identifier, person.metadata) == (
        "local",
        "local",
        {"provider": "header"},
    )
    assert await layer.get_user("nobody") is None
    assert await layer.build_debug_url() == ""


async def test_a_file_name_cannot_leave_the_folder(layer: RecordsDataLayer) -> None:
    element = cl.File(name="a", content=b"a", for_id="s", id="../../escaped")
    with pytest.raises(ValueError, match="not an id"):
        await layer.create_element(element)


def test_an_answer_without_an_id_of_its_own_is_rated_by_its_step() -> None:
    assert message_id_of({"id": "s", "metadata": None}) == "s"
    assert message_id_of({"id": "s", "metadata": {"message_id": "m"}}) == "m"
