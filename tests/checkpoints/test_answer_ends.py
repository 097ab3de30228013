"""A model whose answers end with its template's words says so to serving engines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checkpoints.tiny import save_adapter
from workbench.checkpoints.answer_ends import GENERATION_FILE, tell_answer_ends
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.configs.provenance import Provenance, write_provenance
from workbench.data.light_tokenizer import LightTokenizer

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data/model"
END = LightTokenizer.from_folder(SAMPLE).encode("<|im_end|>")[0]


def _folder(tmp_path: Path, template: str | None, generation: str | None) -> Path:
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    if generation is not None:
        (tmp_path / GENERATION_FILE).write_text(generation)
    write_provenance(tmp_path, Provenance(prompt_template=template))
    return tmp_path


def _ends(folder: Path) -> object:
    return json.loads((folder / GENERATION_FILE).read_text())["eos_token_id"]


@pytest.mark.parametrize(
    ("generation", "ends"),
    [
        ('{"eos_token_id": 2, "temperature": 0.5}', [2, END]),
        ('{"eos_token_id": [2, 7]}', [2, 7, END]),
        ('{"temperature": 0.5}', [END]),
        (None, [2, END]),
    ],
)
def test_the_stop_word_of_the_training_is_added(tmp_path: Path, generation: str | None, ends: list[int]) -> None:
    folder = _folder(tmp_path, "internlm2_chat", generation)
    (note,) = tell_answer_ends(folder)
    assert "<|im_end|>" in note
    assert _ends(folder) == ends
    assert ("temperature" in (folder / GENERATION_FILE).read_text()) == ("temperature" in (generation or ""))
    assert tell_answer_ends(folder) == []


@pytest.mark.parametrize(
    ("template", "generation"),
    [
        (None, '{"eos_token_id": 2}'),
        ("internlm2_chat", f'{{"eos_token_id": [2, {END}]}}'),
        ("internlm2_chat", "{"),
        ("no_such_template", '{"eos_token_id": 2}'),
        ("default", '{"eos_token_id": 2}'),
    ],
)
def test_a_file_with_nothing_to_add_stays_as_it_is(tmp_path: Path, template: str | None, generation: str) -> None:
    folder = _folder(tmp_path, template, generation)
    assert tell_answer_ends(folder) == []
    assert (folder / GENERATION_FILE).read_text() == generation


def test_a_reward_model_has_no_answers_to_end(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "internlm2_chat", '{"eos_token_id": 2}')
    (folder / "config.json").write_text('{"architectures": ["InternLM2ForSequenceClassification"]}')
    assert tell_answer_ends(folder) == []


@pytest.mark.heavy
def test_a_merged_model_stops_where_its_training_did(tmp_path: Path, base: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (base / name).write_bytes((SAMPLE / name).read_bytes())
    adapter = save_adapter(tmp_path / "adapter")
    write_provenance(adapter, Provenance(prompt_template="internlm2_chat"))
    merged = merge(MergeRequest(str(base), adapter, tmp_path / "merged"), lambda _done, _total: None)
    assert END in json.loads((merged.folder / GENERATION_FILE).read_text())["eos_token_id"]
    assert any("<|im_end|>" in note for note in merged.notes)
