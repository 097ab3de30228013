"""A fully trained language model under the names of its base, tensor by tensor."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable
from workbench.weights.internlm2_names import INTERNLM2, names_in_memory

COMPUTED = re.compile(r"(.*\.)?(rotary_emb\.(inv_freq|cos_cached|sin_cached)|position_ids|masked_bias)")
"""Buffers that a model computes; some versions of it save them."""
_INPUT_ENDS = ("embed_tokens.weight", "tok_embeddings.weight", "wte.weight", "word_embeddings.weight")
_OUTPUT_ENDS = ("lm_head.weight", "output.weight", "embed_out.weight")


@dataclass(frozen=True)
class FullModel:
    """What is to be written. ``vocab_size``: of the trained embedding, if the training made it larger."""

    plan: list[PlannedTensor]
    vocab_size: int | None


@dataclass(frozen=True)
class _Place:
    """A weight of the base, and the trained tensors that it is made of."""

    name: str
    shape: tuple[int, ...]
    sources: list[LazyTensor]


def fit_to_base(tensors: Mapping[str, LazyTensor], base: ModelFiles, where: Path, dtype: torch.dtype) -> FullModel:
    """Give each weight of the base its trained tensor.

    Args:
        tensors: by the base's names on disk, or by those that the model has in memory.

    Raises:
        WorkbenchError: a weight has no tensor or one of another shape (both are named), or a tensor has no place.
    """
    config = base.config()
    expected = {name: tensor for name, tensor in base.stored.items() if not COMPUTED.fullmatch(name)}
    used: set[str] = set()
    places = [_place(name, tensor, tensors, config, used, where) for name, tensor in expected.items()]
    _refuse_homeless(tensors, used, config, where)
    heads, groups = _heads(config)
    plan = []
    vocab_size = None
    for place in places:
        shape = _checked_shape(place, config, where)
        vocab_size = shape[0] if shape != place.shape else vocab_size
        plan.append(PlannedTensor(place.name, shape, dtype, _maker(place.sources, dtype, heads, groups)))
    return FullModel(plan, vocab_size)


def _place(
    name: str,
    expected: LazyTensor,
    tensors: Mapping[str, LazyTensor],
    config: dict[str, Any],
    used: set[str],
    where: Path,
) -> _Place:
    wanted = next((names for names in _candidates(name, config) if all(part in tensors for part in names)), None)
    if wanted is None:
        raise WorkbenchError(
            _("The checkpoint lacks a weight that the base has: {name} {shape}.").format(
                name=printable(name), shape=list(expected.shape)
            ),
            where=str(where),
            fix=_("Name the base that it was trained on; weights that were never trained are not written."),
        )
    used.update(wanted)
    return _Place(name, expected.shape, [tensors[part] for part in wanted])


def _candidates(name: str, config: dict[str, Any]) -> list[list[str]]:
    """The names that a weight on disk can have among trained tensors, the likeliest first."""
    names = [[name]]
    if config.get("model_type") == INTERNLM2:
        names.append(names_in_memory(name))
    if config.get("tie_word_embeddings"):
        names += [
            [other]
            for end in _OUTPUT_ENDS
            if name.endswith(end)
            for other in (f"model.{ending}" for ending in _INPUT_ENDS)
        ]
    return names


def _refuse_homeless(tensors: Mapping[str, LazyTensor], used: set[str], config: dict[str, Any], where: Path) -> None:
    """A trained tensor without a place would be lost in silence; a tied head is the embedding once more."""
    tied = _OUTPUT_ENDS if config.get("tie_word_embeddings") else ()
    for name, tensor in tensors.items():
        if name not in used and not name.endswith(tied) and not COMPUTED.fullmatch(name):
            raise WorkbenchError(
                _("The checkpoint has a weight that the base does not: {name} {shape}.").format(
                    name=printable(name), shape=list(tensor.shape)
                ),
                where=str(where),
                fix=_("Name the base that it was trained on."),
            )


def _checked_shape(place: _Place, config: dict[str, Any], where: Path) -> tuple[int, ...]:
    """The shape to write: the base's, or with more rows if the training made the vocabulary larger."""
    if len(place.sources) > 1:
        rows = sum(source.shape[0] for source in place.sources)
        found = (rows, *place.sources[0].shape[1:])
    else:
        found = place.sources[0].shape
    larger = (
        place.name.endswith(_INPUT_ENDS + _OUTPUT_ENDS)
        and found[1:] == place.shape[1:]
        and found[0] > place.shape[0] == config.get("vocab_size")
    )
    if found != place.shape and not larger:
        raise WorkbenchError(
            _("The checkpoint's {name} has the shape {one}, the base's {other}.").format(
                name=printable(place.name), one=list(found), other=list(place.shape)
            ),
            where=str(where),
            fix=_("Name the base that it was trained on."),
        )
    return found


def _heads(config: dict[str, Any]) -> tuple[int, int]:
    """Key/value heads, and query heads for each of them."""
    heads = int(config.get("num_attention_heads") or 1)
    kv_heads = int(config.get("num_key_value_heads") or heads)
    return kv_heads, heads // kv_heads


def _maker(sources: list[LazyTensor], dtype: torch.dtype, heads: int, groups: int) -> Callable[[], torch.Tensor]:
    if len(sources) == 1:
        return lambda: sources[0].load(dtype)

    def fused() -> torch.Tensor:
        from workbench.models.internlm2 import fuse_wqkv

        query, key, value = (source.load(dtype) for source in sources)
        return fuse_wqkv(query, key, value, heads, groups)

    return fused


def change_config(folder: Path, changes: Mapping[str, Any]) -> None:
    """Change fields of ``config.json``; the number format keeps the name that it has there."""
    path = folder / "config.json"
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    old_name = "torch_dtype" in config
    config |= {"torch_dtype" if name == "dtype" and old_name else name: value for name, value in changes.items()}
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
