"""The names of the optimisers behind ``optim_type``. Light: imports no torch.

Names are torch's and bitsandbytes' own, transformers', or XTuner's spellings; upper and lower case are the same.
"""

from __future__ import annotations

from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

MUON = "muon"
_TORCH = "adamw_torch"
_FUSED = "adamw_torch_fused"
"""The same in one kernel, in place; it is what AdamW means where nothing else (DeepSpeed) takes the steps."""
_NAMES = {
    "AdamW": _TORCH,
    "AdamW_fused": _FUSED,
    "AdamW8bit": "adamw_bnb_8bit",
    "PagedAdamW8bit": "paged_adamw_8bit",
    "PagedAdamW32bit": "paged_adamw_32bit",
    "AdEMAMix": "ademamix",
    "AdEMAMix8bit": "ademamix_8bit",
    "PagedAdEMAMix8bit": "paged_ademamix_8bit",
    "Lion": "lion_32bit",
    "Lion8bit": "lion_8bit",
    "PagedLion8bit": "paged_lion_8bit",
    "RMSprop": "rmsprop",
    "RMSprop8bit": "rmsprop_bnb_8bit",
    "Adagrad": "adagrad",
    "SGD": "sgd",
    "Adafactor": "adafactor",
    "Muon": MUON,
}
"""Our name → transformers'."""
_OTHER_SPELLINGS = {"adamw_8bit": "adamw_bnb_8bit", "pagedadamw": "paged_adamw_32bit"}
_WHOLE_MATRICES = {"adafactor", MUON}


def optimizer_name(optim_type: str, *, with_deepspeed: bool = False) -> str:
    """transformers' name of an optimiser, or ``muon``.

    Raises:
        WorkbenchError: there is none of that name, or it cannot work under DeepSpeed.
    """
    lowered = optim_type.lower()
    known = {name.lower(): theirs for name, theirs in _NAMES.items()}
    name = known.get(lowered) or _OTHER_SPELLINGS.get(lowered) or lowered
    if name not in _NAMES.values():
        close = ", ".join(nearest(lowered, known))
        raise WorkbenchError(
            _("There is no optimiser {name}.").format(name=optim_type),
            where="optim_type",
            fix=_("Did you mean {names}?").format(names=close)
            if close
            else _("There are: {names}.").format(names=", ".join(_NAMES)),
        )
    if with_deepspeed and name in _WHOLE_MATRICES:
        raise WorkbenchError(
            _("{name} works on whole matrices, which ZeRO makes one long row of.").format(name=optim_type),
            where="optim_type",
            fix=_("Set deepspeed: none, or optim_type: AdamW8bit, which takes as little memory."),
        )
    return _FUSED if name == _TORCH and lowered == "adamw" and not with_deepspeed else name


def adamw_unless(name: str) -> str:
    """What transformers is told: it does not know Muon, which `own_optimizer` makes."""
    return _TORCH if name == MUON else name
