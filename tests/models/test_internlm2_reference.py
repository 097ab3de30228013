"""InternLM2 computes what its own code computes, from a folder as the published models have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

from tests.models.internlm2_cases import ANSWER_TOKENS, ANSWERED, BASE, CASES, GOLDENS, SHOWN, made
from tests.models.internlm2_folder import published
from tests.models.internlm2_reward import InternLM2ForRewardModel
from workbench.models.internlm2 import InternLM2ForSequenceClassification
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy
REFERENCE = json.loads(GOLDENS.read_text(encoding="utf-8"))
EXACT = {"rtol": 0.0, "atol": 1e-5}


def loaded(folder: Path, **chosen: Any) -> Any:
    return load_language_model(str(folder), precision="fp32", **chosen).eval()


@pytest.fixture(scope="module", params=CASES)
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Any]:
    """The name of a case, its folder, and the model loaded from it."""
    folder = published(tmp_path_factory.mktemp(request.param) / "model", CASES[request.param].config())
    return request.param, folder, loaded(folder)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@torch.no_grad()
def test_logits_and_hidden_states_are_those_of_the_reference(known: tuple[str, Path, Any], attention: str) -> None:
    name, _folder, model = known
    model.set_attn_implementation(attention)
    result = model(input_ids=CASES[name].tokens(), output_hidden_states=True)
    torch.testing.assert_close(result.logits[:, [*SHOWN, -1]], torch.tensor(REFERENCE[name]["logits"]), **EXACT)
    torch.testing.assert_close(result.hidden_states[1][:, -1], torch.tensor(REFERENCE[name]["hidden"]), **EXACT)


@pytest.mark.parametrize("known", ANSWERED, indirect=True)
@torch.no_grad()
def test_answers_with_a_cache_are_those_of_the_reference(known: tuple[str, Path, Any]) -> None:
    name, _folder, model = known
    tokens = CASES[name].tokens()
    answer = model.generate(tokens, max_new_tokens=ANSWER_TOKENS, do_sample=False, eos_token_id=None)
    assert answer[:, tokens.shape[1] :].tolist() == REFERENCE[name]["answer"]


def test_a_saved_model_has_the_config_and_weights_that_were_loaded(
    known: tuple[str, Path, Any], tmp_path: Path
) -> None:
    _name, folder, model = known
    model.save_pretrained(tmp_path / "again")
    before, after = (json.loads((each / "config.json").read_text()) for each in (folder, tmp_path / "again"))
    taken_up = {"transformers_version": "", "attn_implementation": ""}
    assert after | taken_up == {"bias": True} | before | taken_up
    before, after = (load_file(each / "model.safetensors") for each in (folder, tmp_path / "again"))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[each], after[each]) for each in before)


@torch.no_grad()
def test_weights_in_pickled_shards_are_read_as_well(tmp_path: Path) -> None:
    """The first published models have them."""
    case = CASES["bias"]
    folder = published(tmp_path / "model", case.config())
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    places = {name: f"pytorch_model-0000{1 + ('layers.1.' in name)}-of-00002.bin" for name in weights}
    for place in set(places.values()):
        torch.save({name: weights[name] for name in weights if places[name] == place}, folder / place)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    logits = loaded(folder)(input_ids=case.tokens()).logits[:, [*SHOWN, -1]]
    torch.testing.assert_close(logits, torch.tensor(REFERENCE["bias"]["logits"]), **EXACT)


def test_the_cases_differ_from_one_another() -> None:
    """Dynamic scaling alone changes nothing within the trained length."""
    first = {name: torch.tensor(known["logits"]) for name, known in REFERENCE.items() if name != "reward"}
    assert torch.equal(first["grouped"], first["dynamic_within"])
    assert torch.equal(first["bias"], first["bias_unsaid"])
    for name in first.keys() - {"grouped", "dynamic_within", "dynamic_grows"}:
        assert not torch.allclose(first["grouped"], first[name], atol=1e-3), name


@torch.no_grad()
def test_dynamic_scaling_does_not_remember_longer_texts(tmp_path: Path) -> None:
    case = CASES["dynamic_beyond"]
    folder, tokens = published(tmp_path / "model", case.config()), case.tokens()
    model = loaded(folder)
    model(input_ids=torch.cat([tokens, tokens], dim=1))
    for length in (40, 20, 10):
        expected = loaded(folder)(input_ids=tokens[:, :length]).logits
        assert torch.equal(model(input_ids=tokens[:, :length]).logits, expected)


@torch.no_grad()
def test_a_reward_model_scores_as_the_reference_does(tmp_path: Path) -> None:
    case = CASES["grouped"]
    folder = published(tmp_path / "model", case.config())
    weights = load_file(folder / "model.safetensors")
    del weights["output.weight"]
    weights["v_head.weight"] = made("v_head.weight", (1, case.config()["hidden_size"]))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    model = InternLM2ForRewardModel.from_pretrained(folder, dtype=torch.float32).eval()
    mask = torch.ones_like(case.tokens())
    mask[1, -7:] = 0
    scores = model(input_ids=case.tokens(), attention_mask=mask).logits
    torch.testing.assert_close(scores, torch.tensor(REFERENCE["reward"]), **EXACT)
    model.save_pretrained(tmp_path / "again")
    again = load_file(tmp_path / "again" / "model.safetensors")
    assert again.keys() == weights.keys()
    assert all(torch.equal(again[name], weights[name]) for name in weights)


@torch.no_grad()
def test_a_classifier_scores_the_last_token(tmp_path: Path) -> None:
    case = CASES["grouped"]
    folder = published(tmp_path / "model", case.config() | {"num_labels": 3})
    weights = load_file(folder / "model.safetensors")
    del weights["output.weight"]
    weights["score.weight"] = made("score.weight", (3, case.config()["hidden_size"]))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    assert type(model) is InternLM2ForSequenceClassification
    last = model.model(input_ids=case.tokens()).last_hidden_state[:, -1]
    torch.testing.assert_close(model(input_ids=case.tokens()).logits, last @ weights["score.weight"].T)


@torch.no_grad()
def test_a_stretched_context_is_saved_as_linear_scaling(tmp_path: Path) -> None:
    folder = published(tmp_path / "model", CASES["dynamic_beyond"].config())
    model = loaded(folder, max_position_embeddings=40)
    tokens = CASES["dynamic_beyond"].tokens()
    expected = model(input_ids=tokens).logits
    model.save_pretrained(tmp_path / "again")
    saved = json.loads((tmp_path / "again" / "config.json").read_text())
    assert saved["rope_scaling"] == {"type": "linear", "factor": 3.0}
    assert saved["max_position_embeddings"] == 40
    assert torch.equal(loaded(tmp_path / "again")(input_ids=tokens).logits, expected)
    assert BASE["rope_theta"] == saved["rope_theta"]
