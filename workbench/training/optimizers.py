"""The optimiser behind ``optim_type``: names of torch, of bitsandbytes through transformers, and XTuner's spellings."""

from __future__ import annotations

from transformers.training_args import OptimizerNames

from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

_SPELLINGS = {"adamw": "adamw_torch", "pagedadamw32bit": "paged_adamw_32bit", "pagedadamw8bit": "paged_adamw_8bit"}


def optimizer_name(optim_type: str) -> str:
    """transformers' name of an optimiser.

    Raises:
        WorkbenchError: there is none of that name.
    """
    lowered = optim_type.lower()
    known = {str(member.value) for member in OptimizerNames}
    name = _SPELLINGS.get(lowered, lowered)
    if name in known:
        return name
    close = ", ".join(nearest(lowered, [*_SPELLINGS, *known]))
    raise WorkbenchError(
        _("There is no optimiser {name}.").format(name=optim_type),
        where="optim_type",
        fix=_("Did you mean {names}?").format(names=close or "AdamW"),
    )
