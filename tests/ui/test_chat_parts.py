"""What the Chat area is made of, without its screen: paths, weights by what they say, two conversations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.ui import recorded
from tests.weights.files import adapter, model
from workbench.chat.given_picture import split_message
from workbench.chat.image_path import PICTURE_ENDINGS
from workbench.chat.protocol import Answer
from workbench.chat.turn import ChatTurn, Figures
from workbench.chat.wording import figures_text
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.ui.chat_choices import ChatForm
from workbench.ui.chat_sides import ChatSides
from workbench.ui.chat_state import ChatState
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.known_models import found_models, known_models
from workbench.ui.path_completion import completed


def seeing(folder: Path, **known: str) -> Path:
    (folder / "projector").mkdir(parents=True)
    (folder / "projector" / "config.json").write_text("{}")
    if known:
        write_provenance(folder, Provenance(**known))  # type: ignore[arg-type]
    return folder


def answer(text: str) -> Answer:
    return Answer(id=1, text=text, prompt_tokens=1, tokens=1, first_token_s=0, total_s=1, ended_by="model")


# -- what is typed


def test_lines_that_name_pictures_are_no_part_of_the_message() -> None:
    text = "/image a b.png\nWhat is it?\n  /image https://x.org/y.png\nAnd this?"
    assert split_message(text) == ("What is it?\nAnd this?", ["a b.png", "https://x.org/y.png"])
    assert split_message("/images are fine") == ("/images are fine", [])


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ("a.png What is it?", "a.png", "What is it?"),
        ("'my cat.JPG' 这是什么？", "'my cat.JPG'", "这是什么？"),
        ("my cat.jpg  and this", "my cat.jpg", "and this"),
        ("https://x.org/y?z=1 what of b.png", "https://x.org/y?z=1", "what of b.png"),
        ("my cat.png copy.png", "my cat.png copy.png", ""),
        ("without an ending", "without an ending", ""),
        ("", "", ""),
    ],
)
def test_words_behind_the_path_of_a_picture_are_of_the_message(line: str, path: str, words: str) -> None:
    assert split_message(f"/image {line}") == (words, [path])


def test_a_path_is_completed_as_far_as_it_is_clear(project: Path) -> None:
    (project / "pictures").mkdir()
    for name in ("one.png", "one more.JPG", "text.txt", ".hidden.png"):
        (project / "pictures" / name).write_text("")
    assert completed("pi", PICTURE_ENDINGS) == ("pictures/", [])
    assert completed("pictures/", PICTURE_ENDINGS) == ("pictures/one", ["one more.JPG", "one.png"])
    assert completed("pictures/one ", PICTURE_ENDINGS) == ("pictures/one more.JPG", [])
    assert completed("pictures/.h", PICTURE_ENDINGS) == ("pictures/.hidden.png", [])
    assert completed("nowhere/x", PICTURE_ENDINGS) == ("nowhere/x", [])
    assert completed("sample:pictures/held", PICTURE_ENDINGS) == ("sample:pictures/held_out/", [])


# -- which weights


def test_a_llava_folder_stands_on_what_it_names(tmp_path: Path) -> None:
    stage = seeing(tmp_path / "stage", base_model="sample:model", visual_encoder="sample:vision_tower")
    for asked in (ChosenModel(str(stage)), ChosenModel("sample:model", str(stage)), ChosenModel("", llava=str(stage))):
        found = asked.with_parts_named()
        assert (found.model, found.adapter, found.llava) == ("sample:model", None, str(stage))
        assert (found.visual_encoder, found.visual_select_layer) == ("sample:vision_tower", -2)
        assert found.base == ChosenModel("sample:model", "some/adapter").base


def test_a_llava_folder_that_names_nothing_needs_both(tmp_path: Path) -> None:
    stage = str(seeing(tmp_path / "stage"))
    with pytest.raises(WorkbenchError, match="language model"):
        ChosenModel(stage).with_parts_named()
    with pytest.raises(WorkbenchError, match="vision tower"):
        ChosenModel("sample:model", stage).with_parts_named()
    named = ChosenModel("sample:model", llava=stage, visual_encoder="sample:vision_tower")
    assert named.with_parts_named().llava == stage


def test_a_checkpoint_is_told_from_those_of_other_jobs() -> None:
    chosen = ChosenModel("sample:model", "work_dirs/pretrain/20260101_1200/checkpoints/checkpoint-40")
    assert chosen.name_on_base == "pretrain/20260101_1200/checkpoint-40"
    assert chosen.label == "sample:model + pretrain/20260101_1200/checkpoint-40"


def test_checkpoints_of_trainings_can_be_chosen_newest_first(project: Path) -> None:
    job = recorded.job_folder(project, "train", "pretrain", "20260921_150000")
    for number in (9, 40):
        folder = job.checkpoints_path / f"checkpoint-{number}"
        seeing(folder, base_model="sample:model", visual_encoder="sample:vision_tower")
    (job.checkpoints_path / "checkpoint-50").mkdir()
    known = known_models(project)
    assert [one.name.rpartition("/")[2] for one in known] == ["checkpoint-40", "checkpoint-9", "sample:model"]
    assert {one.chosen.model for one in known} == {"sample:model"}
    assert known[0].chosen.llava == str(job.checkpoints_path / "checkpoint-40")


def test_what_lies_elsewhere_in_the_project_can_be_chosen_too(project: Path) -> None:
    put_on = adapter(project / "elsewhere" / "adapter", "sample:model")
    model(project / "deep" / "down" / "model")
    (project / "deep" / "other").mkdir()
    known = known_models(project)
    found = {one.name: one.chosen for one in found_models(project, known)}
    assert set(found) == {"elsewhere/adapter", "deep/down/model"}
    assert (found["elsewhere/adapter"].model, found["elsewhere/adapter"].adapter) == ("sample:model", str(put_on))
    assert found["deep/down/model"].model == str(project / "deep" / "down" / "model")
    assert found_models(project, [*known, *found_models(project, known)]) == []


# -- two conversations


def next_open(sides: ChatSides) -> int | None:
    """The number of the first conversation that has a question to answer."""
    return next((number for number in range(len(sides.all)) if sides.has_to_answer(number)), None)


def test_the_second_conversation_is_asked_what_the_first_was(tmp_path: Path) -> None:
    sides = ChatSides(ChatState(tmp_path, ChosenModel("one")))
    sides.first.ask(ChatTurn(role="user", content="first?", images=["/a.png"]))
    assert next_open(sides) == 0
    sides.first.keep_answer(answer("1"))
    assert next_open(sides) is None
    sides.put_beside(ChosenModel("other"))
    sides.first.ask(ChatTurn(role="user", content="second?"))
    asked = []
    while (number := next_open(sides)) is not None:
        chat = sides.all[number]
        asked.append((number, chat.turns[-1].content, chat.turns[-1].images))
        chat.keep_answer(answer("x"))
    assert asked == [(0, "second?", []), (1, "first?", ["/a.png"]), (1, "second?", [])]
    models = [json.loads(path.read_bytes())["model"] for path in sorted((tmp_path / "chats").glob("*.json"))]
    assert models == ["one", "other"]


def test_a_question_is_taken_back_from_those_that_were_asked_it(tmp_path: Path) -> None:
    sides = ChatSides(ChatState(tmp_path, ChosenModel("one")))
    sides.put_beside(ChosenModel("other"))
    for chat in sides.all:
        chat.ask(ChatTurn(role="user", content="first?"))
        chat.keep_answer(answer("1"))
    sides.first.ask(ChatTurn(role="user", content="second?"))
    taken = sides.take_back_question()
    assert taken is not None
    assert taken.content == "second?"
    assert [len(chat.turns) for chat in sides.all] == [2, 2]
    assert [chat.set_answer_aside(0) for chat in sides.all] == [True, True]
    assert [len(chat.turns) for chat in sides.all] == [1, 1]
    assert [chat.go_beside(0, -1, of_answer=True) for chat in sides.all] == [True, True]
    assert [chat.last_answer for chat in sides.all] == ["1", "1"]


# -- settings


def test_a_prompt_template_that_there_is_not_is_refused_in_the_form() -> None:
    assert ChatForm(prompt_template="internlm2_chat").prompt_template == "internlm2_chat"
    with pytest.raises(ValidationError, match=r"There is no prompt template internlm2_chatt.*internlm2_chat"):
        ChatForm(prompt_template="internlm2_chatt")


def test_hidden_answers_stay_hidden_while_columns_come_and_go(tmp_path: Path) -> None:
    sides = ChatSides(ChatState(tmp_path, ChosenModel("one")))
    sides.put_beside(ChosenModel("two"))
    sides.blind._shuffle = list.reverse
    sides.blind.is_on = True
    sides.blind.begin(0, 2)
    sides.put_beside(ChosenModel("three"))
    assert [sides.blind.model_in(0, column) for column in range(3)] == [1, 0, 2]
    assert sides.remove(0)
    assert [sides.blind.model_in(0, column) for column in range(2)] == [0, 1]
    assert sides.blind.hides(0)
    sides.remove_others()
    assert not sides.blind.hides(0)


def test_the_figures_of_an_answer_and_none_of_one_that_was_stopped_before_it_began() -> None:
    assert figures_text(Figures(ended_by="stopped", first_token_s=3.35, total_s=3.35)) == "stopped"
    assert figures_text(Figures(ended_by="model", tokens=1, total_s=1)).startswith("1 token · ")
    assert figures_text(Figures(ended_by="model", tokens=2, total_s=1)).startswith("2 tokens · ")
