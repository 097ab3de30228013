"""Giving a base model what a training changed of it besides its weights: new tokens get rows of their own."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import AddedToken

from workbench.configs.base_changes import require_new

_ROWS_MULTIPLE = 64
"""Matrix products are fastest with a number of rows that this divides."""


def add_tokens(tokenizer: Any, new_tokens: tuple[str, ...]) -> None:
    """Give a tokenizer new tokens: text that is never cut. They get the next free ids, in this order.

    Raises:
        WorkbenchError: it has one of them.
    """
    require_new(new_tokens, tokenizer.get_vocab())
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in new_tokens])


@torch.no_grad()
def make_room(model: Any, tokenizer: Any, new_tokens: tuple[str, ...]) -> list[int]:
    """Give new tokens rows in the embeddings and the output head, each the mean of the others; returns their ids.

    Where there are not enough rows, there are then as many as the next multiple of 64.
    """
    if not new_tokens:
        return []
    ids: list[int] = tokenizer.convert_tokens_to_ids(list(new_tokens))
    before = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > before:
        model.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=_ROWS_MULTIPLE, mean_resizing=False)
    for name in ends_of(model):
        weight = model.get_submodule(name).weight
        fresh = [*ids, *range(before, weight.shape[0])]
        weight[fresh] = weight[: min(ids)].float().mean(dim=0).to(weight.dtype)
    return ids


def _head(model: Any) -> Any:
    head = model.get_output_embeddings()
    return head if head is not None and head.weight.shape[0] == model.get_input_embeddings().weight.shape[0] else None


def ends_of(model: Any) -> list[str]:
    """The names of the modules with a row for each token: the embeddings, and the output head if it has its own."""
    embeddings, head = model.get_input_embeddings(), _head(model)
    ends = [embeddings] if head is None or head.weight is embeddings.weight else [embeddings, head]
    return [name for name, module in model.named_modules() if any(module is end for end in ends)]
