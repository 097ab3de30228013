"""The pairs of answers in an XTuner config."""

from __future__ import annotations

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.data_paths import paths_of
from workbench.configs.xtuner.dataset_reading import Reading, row_format
from workbench.configs.xtuner.report import Part
from workbench.i18n import N_, _

_PAIRS = "preference"


def preference_data(part: Part, reading: Reading) -> None:
    """``build_preference_dataset``: pairs of answers, written as the tokenizer's own chat template has them."""
    reading.paths = paths_of(part, part.raw("dataset"), "train")
    reading.format = row_format(part, without=_PAIRS)
    reading.take(part, "max_length", "max_length", int)
    reading.take(part, "shuffle_before_pack", "shuffle_before_pack", bool)
    reading.fields["prompt_template"] = ("auto", "type", _("pairs are written in the format of the tokenizer"))
    reading.fields["pack_to_max_length"] = (False, "type", "")
    part.raw("use_varlen_attn")  # the model's own decides
    if part.values.get("use_varlen_attn") is True:
        part.leave("max_packed_length", N_("pairs are not packed: a batch has batch_size pairs"))
    else:
        part.raw("max_packed_length")
    for key, left in reasons.PAIRS.items():
        if key in part.values and not left.is_usual(part.values[key]):
            part.leave(key, left.reason, matters=left.matters)
        part.raw(key)
