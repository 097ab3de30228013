"""New tokens have rows of their own, which begin as the mean of the others."""

from __future__ import annotations

import pytest
import torch

from workbench.configs.method_settings import LoraSettings
from workbench.errors import WorkbenchError
from workbench.models.adapters import add_adapter
from workbench.models.base_changes import ends_of, make_room
from workbench.models.load import load_language_model, load_tokenizer

pytestmark = pytest.mark.heavy
NEW = ("<think>", "</think>")


@torch.no_grad()
def test_rows_are_added_up_to_a_multiple_of_64_and_begin_as_the_mean() -> None:
    tokenizer = load_tokenizer("sample:model", new_tokens=NEW)
    before = load_language_model("sample:model", precision="fp32")
    model = load_language_model("sample:model", precision="fp32")
    ids = make_room(model, tokenizer, NEW)
    assert tokenizer.encode("a<think>b", add_special_tokens=False)[1] == ids[0]
    assert tokenizer.decode(ids) == "".join(NEW)
    rows = model.get_input_embeddings().weight
    assert rows.shape[0] % 64 == 0
    assert model.config.vocab_size == rows.shape[0] > before.config.vocab_size
    for name in ends_of(model):
        old, new = before.get_submodule(name).weight, model.get_submodule(name).weight
        assert torch.equal(new[: old.shape[0]], old)
        torch.testing.assert_close(new[ids], old[: min(ids)].mean(dim=0).expand(2, -1))


def test_an_adapter_trains_their_rows_and_no_others() -> None:
    tokenizer = load_tokenizer("sample:model", new_tokens=NEW)
    model = load_language_model("sample:model", precision="fp32")
    ids = make_room(model, tokenizer, NEW)
    adapted = add_adapter(model, LoraSettings(r=2), "lora", token_ids=ids)
    width = model.config.hidden_size
    rows = [value for name, value in adapted.named_parameters() if value.requires_grad and "lora_" not in name]
    assert rows and {tuple(value.shape) for value in rows} == {(2, width)}


def test_a_token_that_is_there_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="</s> already") as caught:
        load_tokenizer("sample:model", new_tokens=("<think>", "</s>"))
    assert caught.value.where == "new_tokens"
