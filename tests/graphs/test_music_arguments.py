"""Arguments that are read count in the choice of a music tool, and carry a follow-up."""

from __future__ import annotations

from graphs.filling import names_only_values, one_call, with_arguments
from runtime.types import Document, Message, ToolCall


def found(tool: str, score: float) -> Document:
    title = tool.replace("_", " ")
    return Document(f"tool.{tool}", title, title, f"tool {tool}", score=score, tool=tool)


def test_a_tool_whose_arguments_are_there_comes_before_a_nearer_one_that_lacks_some() -> None:
    request = Message("user", "C Am F G with the capo on 3")
    near = (found("roman_numerals", 0.9), found("capo_chords", 0.8))
    numerals, capo = with_arguments(near, [request], follows=False)[:2]
    assert capo.score > numerals.score
    assert dict(capo.bindings[0]) == {"fret": "3", "chords": "C Am F G"}


def test_a_follow_up_is_offered_the_tool_before_with_what_it_leaves_open() -> None:
    call = ToolCall("1", "capo_chords", {"chords": "C G", "fret": "3"})
    messages = [
        Message("user", "C G, capo 3"),
        Message("assistant", "", (call,)),
        Message("tool", "C G: play A E", tool_call_id="1", name="capo_chords", status="ok"),
        Message("assistant", "play A E"),
        Message("user", "fret 5"),
    ]
    before = found("capo_chords", 0.0)
    first = with_arguments(
        (found("chord_from_frets", 0.7),), messages, follows=True, before=before
    )[0]
    assert (first.tool, dict(first.bindings[0])) == ("capo_chords", {"chords": "C G", "fret": "5"})
    assert names_only_values({"tool": "capo_chords"}, "fret 5")
    assert not names_only_values({"tool": "capo_chords"}, "delete the folder")


def test_two_values_that_belong_together_are_one_call() -> None:
    near = (found("interval_between", 0.8), found("spell_chord", 0.8))
    assert one_call("how far is it between A and E flat", near)
    assert not one_call("spell A7 and name C E G", near)


def test_documents_that_are_no_music_tools_stay_as_they_are() -> None:
    recipe = Document("r", "list a folder", "", "recipe", template="ls {path}", score=0.5)
    request = Message("user", "list the folder /srv")
    assert with_arguments((recipe,), [request], follows=False) == (recipe,)
