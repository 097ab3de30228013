"""What is refused, or told, where an adapter is merged, whatever it is merged into."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.values import is_finite, not_finite
from workbench.configs.provenance import Provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_QUANTISED_NAME = re.compile(r"[-_](unsloth|bnb|gptq|awq|fp8|int[48]|4bit|8bit).*$", re.IGNORECASE)


def refuse_quantised(config: dict[str, Any], base: ModelFiles, named: str) -> None:
    """Raise if the base's own weights are in few bits: adding to them would lose what the adapter learned."""
    if not config.get("quantization_config"):
        return
    known = str(config.get("_name_or_path") or named)
    full = _QUANTISED_NAME.sub("", known)
    raise WorkbenchError(
        _("The base's weights are stored in few bits (quantised); an adapter is merged into the full-precision base."),
        where=str(base.folder),
        fix=_("Name that base, for example {name}.").format(name=printable(full))
        if full != known
        else _("Name the model that this one was quantised from."),
    )


def refuse_not_finite(adapter: Adapter) -> None:
    """Raise if the training broke down before the adapter was saved."""
    of_modules = ((f"{m}.{rest}", tensor) for m, parts in adapter.parts.items() for rest, tensor in parts.items())
    of_rows = ((module, rows) for module, (_ids, rows) in adapter.rows.items())
    for name, tensor in (*of_modules, *adapter.whole.items(), *of_rows, *adapter.shared.items()):
        values = tensor.load()
        if not is_finite(values):
            raise not_finite(name, values, adapter.folder)


def was_so(base: ModelFiles) -> Callable[[str], bool]:
    """Whether a weight of the base itself has values that are not finite, such as a mask."""
    return lambda name: name in base.stored and not is_finite(base.stored[name].load())


def four_bits_note(known: Provenance) -> list[str]:
    """What to tell of an adapter that was trained on its base in 4 bits; nothing of any other."""
    if known.method != "qlora":
        return []
    return [
        _(
            "The adapter was trained on its base in 4 bits, and is merged into the base in full precision: "
            "answers can differ a little from those in training."
        )
    ]
