"""Adapters that a serving engine loads beside their base: what it has to know of them, and which ones it cannot load."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.checkpoints.export.source import ADAPTER_CONFIG
from workbench.configs.provenance import Provenance, read_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.scoring import refuse_scorer

_CHANGED_BASES = ("pissa", "olora", "corda", "loftq", "lora_ga")
"""Ways to begin in which training changed the base too; the adapter beside the original base gives other sums."""
_SPLIT_IN_MEMORY = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class Adapter:
    """A LoRA to serve beside the base. ``rank``: of its matrices."""

    name: str
    folder: Path
    rank: int


def read_adapter_facts(folder: Path, base_type: str = "") -> Adapter:
    """What a serving engine has to know of an adapter.

    Args:
        base_type: the base's ``model_type``.

    Raises:
        WorkbenchError: the folder holds none, or one that vLLM, LMDeploy and SGLang cannot load.
    """
    refuse_scorer(folder)
    try:
        config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        reason = next(_what_engines_lack(config, base_type), None)
        ranks = [] if reason else [int(config["r"]), *map(int, (config.get("rank_pattern") or {}).values())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkbenchError(
            _("The folder holds no adapter: adapter_config.json is missing or damaged."), where=str(folder)
        ) from error
    if reason:
        raise WorkbenchError(reason, where=str(folder), fix=merge_first(folder))
    return Adapter(folder.resolve().name, folder, max(ranks))


def merge_first(folder: Path) -> str:
    """The command that makes a whole model of an adapter, as a mend."""
    command = shlex.join(["workbench", "merge", "auto", str(folder), f"{folder.name}-merged"])
    return _("Merge it first: {command}").format(command=command)


def _what_engines_lack(config: dict[str, Any], base_type: str) -> Iterator[str]:
    """Why the engines cannot load an adapter, in words: they know plain LoRA, on the modules of their own networks."""
    kind, begins = str(config.get("peft_type", "LORA")), str(config.get("init_lora_weights"))
    more = {
        kind: kind != "LORA",
        "DoRA": bool(config.get("use_dora")),
        begins: begins.lower().startswith(_CHANGED_BASES),
        "modules_to_save": bool(config.get("modules_to_save")),
        "bias": config.get("bias", "none") != "none",
        "trainable_token_indices": bool(config.get("trainable_token_indices")),
    }
    for name, holds in more.items():
        if holds:
            yield _("Serving engines load plain LoRA only; this adapter has {name}.").format(name=name)
    targets = config.get("target_modules") or ()
    if base_type == "internlm2" and any(name in targets for name in _SPLIT_IN_MEMORY):
        yield _(
            "Serving engines know InternLM2's modules as wqkv, wo, w1, w2 and w3 only; this adapter names q_proj, "
            "gate_proj and the like."
        )


def note_of(adapters: Sequence[Adapter], *, needs_template: bool = True) -> Provenance | None:
    """What workbench noted of the first adapter that it knows.

    Args:
        needs_template: the prompt template is to be the adapters' own.

    Raises:
        WorkbenchError: they were trained with different prompt templates, of which an engine can have one.
    """
    notes = [note for adapter in adapters if (note := read_provenance(adapter.folder)) is not None]
    names = sorted({note.prompt_template for note in notes if note.prompt_template})
    if needs_template and len(names) > 1:
        raise WorkbenchError(
            _("The adapters were trained with different prompt templates, and an engine has one: {names}.").format(
                names=", ".join(names)
            ),
            where="--adapter",
            fix=_("Serve them apart, or choose one: --prompt-template."),
        )
    return next(iter(notes), None)
