"""Pictures in a conversation: where they stand, how they fit, and what is said of bad ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.chat.pictures_drawn import picture
from tests.chat.seeing import Talk, said
from tests.models.vision.own_models import FAMILIES, write_own_model
from tests.models.vision.tiny import PATCHES
from workbench.chat.prompt import fitting_prompt
from workbench.chat.protocol import GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.models.vision.pixels import pixel_values, read_picture
from workbench.models.vision.tower import load_vision_tower

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def talk(stage_2: Path) -> Talk:
    return Talk(llava=str(stage_2))


def test_pictures_stand_first_unless_the_text_says_where(talk: Talk, red: Path, blue: Path) -> None:
    marked, plain, elsewhere = (
        talk.ask(said(text, images=[red, blue]))
        for text in ("<image>\n<image>\nWhat?", "What?", "<image> <image> What?")
    )
    assert (plain.text, plain.prompt_tokens) == (marked.text, marked.prompt_tokens)
    assert elsewhere.prompt_tokens < plain.prompt_tokens


def test_pictures_are_seen_as_transformers_shows_them(talk: Talk, tower: Path, red: Path, blue: Path) -> None:
    held, turns = talk.session.held, said("What?", images=[blue, red])
    processor = load_vision_tower(str(tower)).processor
    pixels = pixel_values([read_picture(blue), read_picture(red)], processor, pad_image_to_square=True)
    eyes = held.eyes
    assert eyes is not None
    with torch.inference_mode():
        prompt = fitting_prompt(turns, 12, held, talk.session.template)
        ids = torch.tensor([prompt.ids])
        theirs, ours, swapped = (
            held.model(input_ids=ids, **shown).logits[0, -1, : held.rows]
            for shown in (
                {"pixel_values": pixels},
                eyes.inputs(prompt.looks, ids),
                eyes.inputs(prompt.looks[::-1], ids),
            )
        )
    torch.testing.assert_close(ours, theirs)
    assert (swapped - ours).abs().max() > 1e-3
    answer = talk.ask(turns, GenerationSettings(temperature=0, max_new_tokens=1))
    assert answer.text == held.tokenizer.decode([int(theirs.argmax())], skip_special_tokens=True)


def test_each_picture_takes_its_patches(talk: Talk, red: Path, blue: Path) -> None:
    lengths = [talk.ask(said("What?", images=[red, blue][:count])).prompt_tokens for count in range(3)]
    new_line = 1
    assert [lengths[1] - lengths[0], lengths[2] - lengths[1]] == [PATCHES + new_line] * 2


def test_later_turns_have_pictures_too(talk: Talk, red: Path, blue: Path) -> None:
    asked = said("What is this?", images=[red])
    first = talk.ask(asked)
    later = [*asked, ChatTurn(role="assistant", content=first.text), *said("And this?", images=[blue])]
    both = talk.ask(later)
    assert both.prompt_tokens > first.prompt_tokens + PATCHES
    assert both.dropped_turns == both.dropped_images == 0


def test_a_mark_that_the_model_made_up_is_no_picture(talk: Talk, red: Path) -> None:
    made_up = [*said("What is this?", images=[red]), ChatTurn(role="assistant", content="An <image>."), *said("Why?")]
    assert talk.ask(made_up).text


def test_without_pictures_a_mark_is_text(talk: Talk) -> None:
    assert talk.ask(said("What does <image> mean?")).text


def test_more_marks_than_pictures_are_refused(talk: Talk, red: Path) -> None:
    with pytest.raises(WorkbenchError, match="2 <image>, but 1 pictures"):
        talk.ask(said("<image> and <image>?", images=[red]))


def test_what_does_not_fit_is_left_out_with_its_pictures(talk: Talk, red: Path, blue: Path) -> None:
    context = talk.session.held.context
    turns = said(*["How many?", "Two."] * 8, "And now?", images=[blue])
    for turn in turns[:-1:2]:
        turn.images = [str(red)] * (context // PATCHES // 4)
    answer = talk.ask(turns, GenerationSettings(temperature=0, max_new_tokens=8))
    assert answer.dropped_turns >= 8
    assert answer.dropped_images == answer.dropped_turns // 2 * (context // PATCHES // 4)
    assert answer.prompt_tokens <= context - 8
    assert (
        talk.ask(turns[answer.dropped_turns :], GenerationSettings(temperature=0, max_new_tokens=8)).text == answer.text
    )


def test_more_pictures_than_the_context_holds_are_refused(talk: Talk, red: Path) -> None:
    too_many = talk.session.held.context // PATCHES + 1
    with pytest.raises(WorkbenchError, match="longer than the model's context") as refused:
        talk.ask(said("How many?", images=[red] * too_many))
    assert "fewer pictures" in str(refused.value.fix)


def test_a_picture_that_is_gone_stays_as_it_was_seen(talk: Talk, tmp_path: Path) -> None:
    path = picture(tmp_path / "gone.png", "green")
    before = talk.ask(said("What is this?", images=[path])).text
    path.unlink()
    assert talk.ask(said("What is this?", images=[path])).text == before


def test_a_picture_of_an_earlier_turn_that_is_gone_says_how_to_go_on(talk: Talk, red: Path, tmp_path: Path) -> None:
    gone = tmp_path / "never_seen.png"
    earlier = [*said("What is this?", images=[gone]), ChatTurn(role="assistant", content="Red.")]
    with pytest.raises(WorkbenchError) as refused:
        talk.ask([*earlier, *said("And this?", images=[red])])
    assert refused.value.where == str(gone)
    assert "begin a new conversation" in str(refused.value.fix)
    with pytest.raises(WorkbenchError) as refused:
        talk.ask(said("And this?", images=[gone]))
    assert "new conversation" not in str(refused.value.fix)


def test_a_picture_that_changed_is_looked_at_again(talk: Talk, red: Path, blue: Path, tmp_path: Path) -> None:
    path = tmp_path / "changing.png"
    answers = []
    for number, source in enumerate((red, blue)):
        path.write_bytes(source.read_bytes())
        os.utime(path, ns=(0, number))
        answers.append([talk.ask(said("What is this?", images=[one])).text for one in (path, source)])
    assert answers[0][0] == answers[0][1]
    assert answers[1][0] == answers[1][1]


def test_a_model_that_reads_text_only_says_so(red: Path) -> None:
    blind = Talk()
    with pytest.raises(WorkbenchError, match="text only") as refused:
        blind.ask(said("What is this?", images=[red]))
    assert refused.value.where == str(red)
    assert blind.ask(said("你是谁")).text


def _cut(path: Path) -> None:
    picture(path, "red", (400, 400))
    path.write_bytes(path.read_bytes()[:-300])


def _bomb(path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(path)


def _without_size(path: Path) -> None:
    path.write_bytes(b"P6 0 0 255\n")


_BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _path: None, "not there"),
    "folder": (Path.mkdir, "folder"),
    "text": (lambda path: path.write_text("no picture"), "no picture"),
    "empty": (Path.touch, "no picture"),
    "cut": (_cut, "cannot be read"),
    "bomb": (_bomb, "million pixels"),
    "0x0": (_without_size, "no picture|cannot be read"),
    "pipe": (os.mkfifo, "no picture"),
}


@pytest.mark.parametrize("kind", _BAD)
def test_a_bad_picture_is_named_and_the_chat_goes_on(kind: str, talk: Talk, red: Path, tmp_path: Path) -> None:
    make, why = _BAD[kind]
    path = tmp_path / "bad.png"
    make(path)
    with pytest.raises(WorkbenchError, match=why) as refused:
        talk.ask(said("What is this?", images=[red, path]))
    assert refused.value.where == str(path)
    assert talk.ask(said("What is this?", images=[red])).text


@pytest.mark.parametrize("kind", FAMILIES)
def test_models_that_see_by_themselves_are_asked_through_their_own_processor(
    kind: str, red: Path, blue: Path, tmp_path: Path
) -> None:
    write_own_model(kind, tmp_path)
    own = Talk(str(tmp_path))
    assert own.session.held.eyes is not None
    alone, with_one = (own.ask(said("What?", images=shown)) for shown in ((), (red,)))
    both = [*said("What?", images=[red]), ChatTurn(role="assistant", content="A disc."), *said("And?", images=[blue])]
    assert alone.prompt_tokens < with_one.prompt_tokens < own.ask(both).prompt_tokens
