"""Several answers at once from one base: each is what it would be alone, and they come together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.chat.engine_line import Line
from tests.chat.moved_adapters import moved_adapter
from tests.chat.seeing import BASE, DRAWN, GREEDY
from workbench.chat.protocol import (
    Answer,
    AttachAdapter,
    Delta,
    Done,
    GenerationSettings,
    Load,
    Loaded,
    Loading,
    Parts,
    Refused,
    Stop,
)

pytestmark = pytest.mark.heavy
_ENDLESS = GenerationSettings(temperature=5, top_k=0, top_p=1, max_new_tokens=900, seed=2)


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.engine.finish()


@pytest.fixture(scope="module")
def ways(stage_2: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Parts]:
    adapters = [moved_adapter(tmp_path_factory.mktemp("adapter"), rank) for rank in (4, 8)]
    return [Parts(), Parts(adapter=str(adapters[0])), Parts(llava=str(stage_2)), Parts(adapter=str(adapters[1]))]


def test_each_answer_is_what_it_would_be_alone(line: Line, ways: list[Parts]) -> None:
    settings = [
        GREEDY.model_copy(update={"max_new_tokens": 24}),
        DRAWN.model_copy(update={"max_new_tokens": 60}),
        GenerationSettings(max_new_tokens=32, temperature=1, repetition_penalty=1.3, seed=5),
    ]
    asked = [(parts, way) for parts in ways for way in settings]
    alone = []
    for number, (parts, way) in enumerate(asked, start=100):
        line.ask(number, way, parts=parts)
        alone.append(line.wait_for(number, Answer))
    for number, (parts, way) in enumerate(asked, start=200):
        line.ask(number, way, parts=parts)
    together = [line.wait_for(number, Answer) for number in range(200, 200 + len(asked))]
    assert [one.text for one in together] == [one.text for one in alone]
    assert len({one.text for one in alone}) >= len(ways)
    assert ["".join(delta.text for delta in line.of(number, Delta)) for number in range(200, 200 + len(asked))] == [
        one.text for one in alone
    ]
    line.ask(300, settings[0])
    assert line.wait_for(300, Answer).text == alone[0].text, "what was attached is what answers without a word"


def test_answers_come_side_by_side_and_are_stopped_one_by_one(line: Line, ways: list[Parts]) -> None:
    for number, parts in enumerate(ways[:3], start=400):
        line.ask(number, _ENDLESS, parts=parts)
    for number in range(400, 403):
        line.wait_for(number, Delta)
    assert not any(line.of(number, Answer) for number in range(400, 403))
    line.engine.take(Stop(id=450, answer=401))
    assert line.wait_for(401, Answer).ended_by == "stopped"
    heard = [len(line.of(number, Delta)) for number in (400, 402)]
    assert line.of(450, Done)
    line.engine.take(Stop(id=451))
    assert [line.wait_for(number, Answer).ended_by for number in (400, 402)] == ["stopped", "stopped"]
    assert all(len(line.of(number, Delta)) >= before for number, before in zip((400, 402), heard, strict=True))


def test_what_cannot_be_put_beside_is_refused_and_the_others_go_on(line: Line, tmp_path: Path) -> None:
    line.ask(500, _ENDLESS)
    line.wait_for(500, Delta)
    line.ask(501, GREEDY, parts=Parts(adapter=str(tmp_path)))
    assert "no adapter" in line.wait_for(501, Refused).what
    line.ask(502, GREEDY, "x" * 1_000_000)
    assert "longer than the model's context" in line.wait_for(502, Refused).what
    line.engine.take(Stop(id=503))
    assert line.wait_for(500, Answer).tokens > 0


def test_memory_that_runs_out_ends_an_answer_and_not_the_engine(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as large:
        large.setattr("workbench.chat.session.fitting_prompt", lambda *_given: torch.empty(2**55))
        line.ask(600, GREEDY)
        assert line.wait_for(600, Refused).what == "The memory ran out."
    line.ask(601, GREEDY)
    assert line.wait_for(601, Answer).text


def test_a_stop_that_overtakes_its_question_is_heard(stage_2: Path) -> None:
    line = Line()
    line.engine.take(Load(id=2, model=BASE))
    line.ask(3, _ENDLESS)
    line.engine.take(Stop(id=4, answer=3))
    assert line.wait_for(3, Answer).tokens <= 2
    wild = _ENDLESS.model_copy(update={"max_new_tokens": 80})
    line.ask(5, wild)
    alone = line.wait_for(5, Answer)
    line.ask(6, wild)
    line.wait_for(6, Delta)
    line.ask(7, GREEDY, parts=Parts(llava=str(stage_2)))
    assert line.wait_for(6, Answer).text == alone.text, "rows for pictures that are added meanwhile change nothing"
    assert line.wait_for(7, Answer).tokens > 0
    line.engine.finish()


def test_what_was_first_put_on_for_an_answer_can_be_attached_later(line: Line, ways: list[Parts]) -> None:
    line.ask(700, GREEDY, parts=ways[3])
    beside = line.wait_for(700, Answer)
    for number, parts in enumerate((ways[3], ways[0], ways[3]), start=701):
        line.engine.take(AttachAdapter(id=number, adapter=parts.adapter))
        assert isinstance(line.wait_for(number, Loaded | Refused), Loaded)
    line.ask(710, GREEDY)
    assert line.wait_for(710, Answer).text == beside.text
    line.engine.take(AttachAdapter(id=711))
    line.wait_for(711, Loaded)


def test_loading_tells_its_share_and_what_it_takes(line: Line) -> None:
    shares = [loading.share for loading in line.of(1, Loading) if loading.share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert line.of(1, Loaded)[0].memory_mb > 100
