"""Arguments that are read count in the choice of a music tool, and carry a follow-up."""

from __future__ import annotations

from graphs.filling import names_only_values, one_call, tool_said, with_arguments
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


def turn(number: int, text: str, tool: str, given: dict[str, str], said: str) -> list[Message]:
    call = ToolCall(str(number), tool, given)
    status = "error" if said.startswith("cannot") else "ok"
    return [
        Message("user", text),
        Message("assistant", "", (call,)),
        Message("tool", said, tool_call_id=str(number), name=tool, status=status),
        Message("assistant", said),
    ]


def test_a_call_that_failed_is_not_what_the_next_request_leans_on() -> None:
    tune = "C4 D4 E4 F4 | G4:w"
    messages = [
        *turn(1, "a tune over C G", "melody_over", {"chords": "C G"}, tune),
        *turn(2, "bar 9 up", "edit_melody", {"melody": tune, "edit": "bar 9 up"}, "cannot do it"),
        Message("user", "make it a canon"),
    ]
    canon = with_arguments((found("canon", 0.5),), messages, follows=True)[0]
    assert dict(canon.bindings[0]) == {"melody": tune}


def test_players_that_were_made_turns_ago_are_put_together() -> None:
    bass, beat = "C3:w | G2:w", "4/4, 90 bpm, 4 steps a bar:\nkick |x---|"
    messages = [
        *turn(1, "a bass under C G", "bass_line", {"chords": "C G"}, bass),
        *turn(2, "rock drums", "drum_pattern", {"style": "rock"}, f"rock\n```\n{beat}\n```"),
        *turn(3, "notes of Am7", "spell_chord", {"chord": "Am7"}, "A C E G"),
        Message("user", "mix the drums and the bass"),
    ]
    mixed = with_arguments((found("mix_parts", 0.5),), messages, follows=False)[0]
    assert dict(mixed.bindings[0]) == {"drums": beat, "bass": bass}
    assert one_call("mix the drums and the bass", (found("mix_parts", 0.5),))


def test_a_request_of_terms_and_values_alone_is_a_tools() -> None:
    assert tool_said("rondo form") == "song_form"
    assert tool_said("find pieces by contour up up down") == "find_in_corpus"
    assert not any(map(tool_said, ("what's the weather", "find the largest files", "range")))


def test_two_values_that_belong_together_are_one_call() -> None:
    near = (found("interval_between", 0.8), found("spell_chord", 0.8))
    assert one_call("how far is it between A and E flat", near)
    assert not one_call("spell A7 and name C E G", near)


def test_documents_that_are_no_music_tools_stay_as_they_are() -> None:
    recipe = Document("r", "list a folder", "", "recipe", template="ls {path}", score=0.5)
    request = Message("user", "list the folder /srv")
    assert with_arguments((recipe,), [request], follows=False) == (recipe,)
