"""Compiled steps: the same answers, and without them where they cannot be. Compiled for torch itself, not by C++."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tests.chat.engine_line import Line
from tests.chat.moved_adapters import moved_adapter
from tests.chat.seeing import BASE, DRAWN, GREEDY, Talk, said
from workbench.chat.answer_cache import answer_cache
from workbench.chat.compiled import compile_steps
from workbench.chat.protocol import Answer, AttachAdapter, Delta, GenerationSettings, Loaded, Loading, Parts, Stop
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy
_ENDLESS = GenerationSettings(temperature=5, top_k=0, top_p=1, max_new_tokens=900, seed=2)


def _compiles_by(monkeypatch: pytest.MonkeyPatch, backend: Any) -> list[object]:
    """What was compiled so far, a graph each."""
    graphs: list[object] = []

    def told(graph: Any, inputs: Any) -> Any:
        graphs.append(graph)
        return torch._dynamo.lookup_backend(backend)(graph, inputs)

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=told))
    return graphs


def _toy(**changes: Any) -> Any:
    torch.manual_seed(0)
    size = {"hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "num_key_value_heads": 2}
    config = LlamaConfig(vocab_size=300, num_hidden_layers=1, max_position_embeddings=2048, **size, **changes)
    return LlamaForCausalLM(config).eval()


def test_one_code_for_all_lengths_gives_the_tokens_of_plain_generate(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = _compiles_by(monkeypatch, "aot_eager")
    model, plain = _toy(), _toy()
    compile_steps(model, lambda: True)
    compiled = len(graphs)
    for length in (2, 64, 300):
        ids = torch.randint(300, (1, length))
        options = {"attention_mask": torch.ones_like(ids), "max_new_tokens": 280, "do_sample": False, "pad_token_id": 0}
        with torch.inference_mode():
            ours = model.generate(input_ids=ids, eos_token_id=None, **options, **answer_cache(model))
            assert torch.equal(ours, plain.generate(input_ids=ids, eos_token_id=None, **options))
    assert len(graphs) == compiled > 0


def test_what_cannot_be_compiled_says_why_and_answers_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_compiler(graph: Any, inputs: Any) -> Any:
        raise RuntimeError("no C++ compiler")

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=no_compiler))
    model = _toy()
    with pytest.raises(WorkbenchError, match=r"not compiled: .*no C\+\+ compiler"):
        compile_steps(model, lambda: True)
    with torch.inference_mode():
        assert model.generate(input_ids=torch.ones(1, 3, dtype=torch.long), max_new_tokens=2).shape == (1, 5)
    stretched = _toy(rope_parameters={"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0})
    with pytest.raises(WorkbenchError, match="works otherwise"):
        compile_steps(stretched, lambda: True)


def test_the_engine_answers_the_same_side_by_side_and_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    graphs = _compiles_by(monkeypatch, "eager")
    talk = Talk()
    expected = [talk.ask(said("你是谁"), settings).text for settings in (GREEDY, DRAWN)]
    line = Line(compile=True)
    assert [reply.warnings for reply in line.of(1, Loaded)] == [[]]
    assert any("Compiling" in reply.stage for reply in line.of(1, Loading))
    for number, settings in enumerate((GREEDY, DRAWN, _ENDLESS), start=10):
        line.ask(number, settings)
    assert [line.wait_for(number, Answer).text for number in (10, 11)] == expected
    line.wait_for(12, Delta)
    line.engine.take(Stop(id=13, answer=12))
    assert line.wait_for(12, Answer).ended_by == "stopped"
    assert len(graphs) == 1
    adapter = Parts(adapter=str(moved_adapter(tmp_path, 4)))
    talk.attach(**adapter.model_dump())
    line.engine.take(AttachAdapter(id=20, **adapter.model_dump()))
    assert "was loaded first" in line.wait_for(20, Loaded).warnings[0]
    for number, parts in enumerate((adapter, Parts()), start=21):
        line.ask(number, GREEDY, parts=parts)
    assert line.wait_for(21, Answer).text == talk.ask(said("你是谁")).text != expected[0]
    assert line.wait_for(22, Answer).text == expected[0]
    assert len(graphs) == 1
    line.engine.finish()
    assert Talk(BASE, adapter=adapter.adapter, compile=True).ask(said("你是谁")).text == line.of(21, Answer)[0].text
    assert len(graphs) == 2
