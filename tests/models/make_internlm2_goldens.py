"""Writes ``internlm2_goldens.json``: what InternLM2's own code computes for the models of `internlm2_cases`.

That code (``modeling_internlm2.py`` and ``configuration_internlm2.py``, in a folder with an empty ``__init__.py``) comes
with every published model and is no part of workbench. It needs an environment of its own: Python 3.11 with
transformers 4.41, torch and einops. From the root of this repository:

    ENVIRONMENT/bin/python -m tests.models.make_internlm2_goldens FOLDER
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from tests.models.internlm2_cases import ANSWER_TOKENS, ANSWERED, CASES, GOLDENS, SHOWN, Case, made, weights_of


def main(folder: Path) -> None:
    """Run every case and write the file."""
    sys.path.insert(0, str(folder.resolve().parent))
    reference = import_module(f"{folder.name}.modeling_internlm2")
    goldens: dict[str, Any] = {name: golden(reference, case) for name, case in CASES.items()}
    for name in ANSWERED:
        goldens[name]["answer"] = answer(reference, CASES[name])
    goldens["reward"] = reward(reference)
    GOLDENS.write_text(json.dumps(goldens).replace("]], ", "]],\n") + "\n", encoding="utf-8")


@torch.no_grad()
def golden(reference: Any, case: Case) -> dict[str, Any]:
    """Logits, and the hidden states between the layers."""
    model = built(reference, reference.InternLM2ForCausalLM, case.config())
    tokens = case.tokens()
    result = model(input_ids=tokens, output_hidden_states=True)
    return {
        "logits": rounded(result.logits[:, [*SHOWN, -1]]),
        "hidden": rounded(result.hidden_states[1][:, -1]),
    }


@torch.no_grad()
def answer(reference: Any, case: Case) -> list[list[int]]:
    """What is answered greedily, with a cache, by a model that was asked nothing before."""
    model, tokens = built(reference, reference.InternLM2ForCausalLM, case.config()), case.tokens()
    whole = model.generate(tokens, max_new_tokens=ANSWER_TOKENS, do_sample=False, eos_token_id=None)
    new: list[list[int]] = whole[:, tokens.shape[1] :].tolist()
    return new


@torch.no_grad()
def reward(reference: Any) -> list[Any]:
    """The scores of two texts, the second of which is shorter."""
    case = CASES["grouped"]
    model = built(reference, reference.InternLM2ForRewardModel, case.config())
    mask = torch.ones_like(case.tokens())
    mask[1, -7:] = 0
    return rounded(model(input_ids=case.tokens(), attention_mask=mask).logits)


def built(reference: Any, kind: Any, config: dict[str, Any]) -> Any:
    """The reference model of a config with the weights of the formula."""
    said = {name: value for name, value in config.items() if value is not None}
    model = kind(reference.InternLM2Config(**said)).eval()
    weights = weights_of(config)
    if kind is reference.InternLM2ForRewardModel:
        weights.pop("output.weight")
        weights["v_head.weight"] = made("v_head.weight", (1, config["hidden_size"]))
    missing, unexpected = model.load_state_dict(weights, strict=False)
    tied = {"output.weight"} if config["tie_word_embeddings"] else set()
    assert set(missing) == tied and not unexpected, (missing, unexpected)
    return model


def rounded(values: torch.Tensor) -> list[Any]:
    """Nested lists with eight digits, which tell any two fp32 numbers of this size apart by less than 1e-7."""
    return json.loads(json.dumps(values.double().tolist()), parse_float=lambda text: float(f"{float(text):.8g}"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
