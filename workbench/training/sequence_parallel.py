"""One sequence shared among several processes (``sequence_parallel_size``), so that long ones fit.

Each process of a group holds the same rows and computes a stretch of every sequence. Attention alone needs the whole
of it: there, stretches are exchanged for heads, so that each process attends over the full sequence with a share of
the heads, and back (Ulysses, https://arxiv.org/abs/2309.14509). The loss of a step is the sum over all stretches by
the trained tokens of the step, so it equals that of one process.

DeepSpeed has the same for models of transformers; its own drops the mask between samples of a pack, wants batches of
one size, and averages the loss of each micro-batch by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.nn.functional import all_to_all_single

from workbench.configs.schema import TrainConfig
from workbench.configs.sequence_rules import heads_problem, require_shareable
from workbench.data.encode import NOT_TRAINED
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.training.ranks import rank, world_size

MASKED = "sdpa"
WITHOUT_MASK = ("flash_attention_2", "flash_attention_3", "flash_attention_4")
"""Attention that finds the samples of a row by the position ids."""

Attention = Callable[..., tuple[torch.Tensor, Any]]


class SequenceParts:
    """The stretches of the sequences of a batch, and this process's place among those that share them.

    Args:
        size: processes that share a sequence; the ranks of a group follow each other, so that it stays on one machine.
        separate_samples: samples of one pack do not see each other.
    """

    def __init__(self, size: int, *, separate_samples: bool) -> None:
        self.size = size
        self.place = rank() % size
        self._separate_samples = separate_samples
        self._group = _own_group(size)
        self._positions: torch.Tensor | None = None
        self._masks: dict[int | None, torch.Tensor] = {}

    def own(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """This process's stretch of a batch.

        ``input_ids``, ``labels``, ``position_ids`` and ``shift_labels`` are ``[rows, stretch]``: padded to a multiple
        of ``size``, cut, and each place's label is that of the next token, also where that one is another process's.
        """
        tokens, labels = inputs["input_ids"], inputs["labels"]
        length = tokens.shape[1]
        filled = -length % self.size
        positions = inputs.get("position_ids")
        if positions is None:
            positions = torch.arange(length + filled, device=tokens.device).expand(tokens.shape[0], -1)
        else:
            fill = torch.arange(filled, device=tokens.device).expand(tokens.shape[0], -1)
            positions = torch.cat([positions, fill], dim=1)
        self._positions, self._masks = positions, {}
        pad = torch.nn.functional.pad
        whole = {
            "input_ids": pad(tokens, (0, filled)),
            "labels": pad(labels, (0, filled), value=NOT_TRAINED),
            "position_ids": positions,
            "shift_labels": pad(labels[:, 1:], (0, filled + 1), value=NOT_TRAINED),
        }
        return {**inputs, **{name: self._stretch(value) for name, value in whole.items()}}

    def _stretch(self, whole: torch.Tensor) -> torch.Tensor:
        return whole.chunk(self.size, dim=1)[self.place].contiguous()

    def take_over(self, model: Any) -> None:
        """Let the attention of a model work on whole sequences while it is trained.

        Raises:
            WorkbenchError: its heads cannot be shared, or its kind of attention cannot be told where samples end.
        """
        text = model.config.get_text_config()
        kind = text._attn_implementation
        problem = heads_problem(text.num_attention_heads, text.num_key_value_heads, self.size)
        if problem is not None:
            raise problem
        if kind != MASKED and kind not in WITHOUT_MASK:
            raise WorkbenchError(
                _("One sequence cannot be shared among processes with {attention} attention.").format(attention=kind),
                where="sequence_parallel_size",
                fix=_("Set attn_implementation: sdpa, or flash_attention_2 where it is installed."),
            )
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

        ALL_ATTENTION_FUNCTIONS[kind] = self._attention(ALL_ATTENTION_FUNCTIONS[kind], masked=kind == MASKED)

    def _attention(self, whole_attention: Attention, *, masked: bool) -> Attention:
        def attend(
            module: torch.nn.Module,
            query: torch.Tensor,
            key: torch.Tensor,
            value: torch.Tensor,
            attention_mask: Any,
            **options: Any,
        ) -> tuple[torch.Tensor, Any]:
            """Tensors are ``[rows, heads, stretch, head size]``; the result is ``[rows, stretch, heads, head size]``."""
            if not module.training:  # answers and validation: every process has the whole sequence
                return whole_attention(module, query, key, value, attention_mask, **options)
            key, value = (_as_many_heads(heads, self.size) for heads in (key, value))
            query, key, value = (self._whole_sequence(heads) for heads in (query, key, value))
            options["position_ids"] = self._positions
            mask = self._mask(options.get("sliding_window")) if masked else None
            with _heads_shared_by(module, query.shape[1] // key.shape[1]):
                result, weights = whole_attention(module, query, key, value, mask, **options)
            return self._all_heads(result), weights

        return attend

    def _whole_sequence(self, heads: torch.Tensor) -> torch.Tensor:
        """From a stretch of all heads to the whole sequence of a share of them: ``[rows, heads, length, size]``."""
        shares = torch.stack(heads.chunk(self.size, dim=1))
        return torch.cat(list(self._exchanged(shares)), dim=2)

    def _all_heads(self, result: torch.Tensor) -> torch.Tensor:
        """Back: from ``[rows, length, a share of heads, size]`` to ``[rows, stretch, heads, size]``."""
        stretches = torch.stack(result.chunk(self.size, dim=1))
        return torch.cat(list(self._exchanged(stretches)), dim=2)

    def _exchanged(self, one_for_each: torch.Tensor) -> torch.Tensor:
        """Give the n-th part to the n-th process of the group, and get one from each."""
        return all_to_all_single(torch.empty_like(one_for_each), one_for_each.contiguous(), group=self._group)  # type: ignore[no-any-return,no-untyped-call]

    def _mask(self, window: int | None) -> torch.Tensor | None:
        """Which places see which, ``[rows, 1, length, length]``; None where the kernel's own causal mask says it."""
        positions = self._positions
        assert positions is not None
        length = positions.shape[1]
        window = window if window is not None and window < length else None
        if window is None and not self._separate_samples:
            return None
        if window not in self._masks:
            place = torch.arange(length, device=positions.device)
            back = place[:, None] - place[None, :]
            sees = (back >= 0) if window is None else (back >= 0) & (back < window)
            sample = (positions == 0).cumsum(dim=1)
            same = sample[:, :, None] == sample[:, None, :] if self._separate_samples else True
            self._masks[window] = (sees & same)[:, None] if self._separate_samples else sees[None, None]
        return self._masks[window]


@contextmanager
def _heads_shared_by(module: Any, queries: int) -> Iterator[None]:
    """Within, a head of keys and values belongs to so many heads of queries."""
    usual = getattr(module, "num_key_value_groups", 1)
    module.num_key_value_groups = queries
    try:
        yield
    finally:
        module.num_key_value_groups = usual


def shared_sequences(config: TrainConfig, model: Any) -> SequenceParts | None:
    """How a model's sequences are shared as the config says; None if each process has its own.

    Raises:
        WorkbenchError: they cannot be shared.
    """
    if config.sequence_parallel_size == 1:
        return None
    require_shareable(config, world_size())
    parts = SequenceParts(config.sequence_parallel_size, separate_samples=config.separates_samples)
    parts.take_over(model)
    return parts


def _own_group(size: int) -> Any:
    """The process group of those that share sequences with this one."""
    groups = [dist.new_group(list(range(first, first + size))) for first in range(0, world_size(), size)]
    return groups[rank() // size]


def _as_many_heads(heads: torch.Tensor, size: int) -> torch.Tensor:
    """Heads of keys or values, each repeated where there are fewer than processes."""
    return heads.repeat_interleave(size // heads.shape[1], dim=1) if heads.shape[1] < size else heads
