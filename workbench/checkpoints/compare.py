"""How far the values of two weights are apart, a tensor at a time."""

from __future__ import annotations

from collections.abc import Callable

from workbench.checkpoints.adapter import read_adapter
from workbench.checkpoints.compare_llava import compare_parts
from workbench.checkpoints.compare_tensors import Tally, compare_adapters, compare_tensors
from workbench.checkpoints.model_files import open_folder, stored_in
from workbench.checkpoints.safetensors_files import tensors_in
from workbench.checkpoints.stored import LazyTensor
from workbench.i18n import _
from workbench.weights.comparison import Comparison
from workbench.weights.facts import Kind, WeightsFacts

_MODELS = {Kind.BASE, Kind.CHECKPOINT, Kind.MERGED, Kind.CONVERTED, Kind.TOWER}
_LANGUAGE_MODEL = "llm."
"""What XTuner puts before the names of a language model's tensors."""


def compare_values(
    comparison: Comparison, first: WeightsFacts, second: WeightsFacts, on_progress: Callable[[int, int], None]
) -> None:
    """Fill in what differs in the tensors; at most two of them are in memory.

    Raises:
        WorkbenchError: a file is damaged or missing.
    """
    tally, kinds = Tally(), {first.kind, second.kind}
    if kinds == {Kind.ADAPTER}:
        compare_adapters(comparison, read_adapter(first.path), read_adapter(second.path), tally, on_progress)
    elif kinds == {Kind.LLAVA}:
        compare_parts(comparison, first.path, second.path, tally, on_progress)
    elif (tensors := _tensors_of(first)) is not None and (others := _tensors_of(second)) is not None:
        compare_tensors(comparison, tensors, others, tally, on_progress)
    else:
        comparison.note = _("The values are not compared: {first} and {second} have no tensors in common.").format(
            first=first.kind.word, second=second.kind.word
        )
    comparison.layers, comparison.total = tally.layers(), tally.total()


def _tensors_of(facts: WeightsFacts) -> dict[str, LazyTensor] | None:
    """The tensors by name; None of a kind that cannot be read as one model."""
    if facts.kind in _MODELS:
        return open_folder(facts.path).stored
    if facts.kind is Kind.PTH_FILE:
        return {name.removeprefix(_LANGUAGE_MODEL): tensor for name, tensor in stored_in(facts.path).items()}
    if facts.kind is Kind.TENSORS:
        return tensors_in(facts.path)
    return None
