"""What the dialog for a checkpoint of XTuner asks for, and starting it. No Textual here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.actions.pth_to_hf import start_pth_to_hf
from workbench.actions.targets import free_name
from workbench.checkpoints.pth.request import PthRequest
from workbench.configs.xtuner.read import read_xtuner_config
from workbench.hub.local import is_here
from workbench.jobs.folder import JobFolder
from workbench.weights.look import look_at

_ADAPTER = "LoRA"


def model_to_fetch(values: Mapping[str, str | None]) -> str | None:
    """The base that a conversion needs and that is not on this machine; an adapter is converted without it.

    Args:
        values: what was typed, by the names of `PthRequest`.

    Raises:
        WorkbenchError: the config cannot be read.
    """
    facts = look_at(Path(str(values["pth"])).expanduser())
    if facts is None or _ADAPTER in facts.parts:
        return None
    named = read_xtuner_config(values["config"]).llm if values["config"] else facts.base
    base = values["base"] or named
    return base if base and not is_here(base) else None


def start_import(values: Mapping[str, str | None], project: Path) -> JobFolder:
    """Start the conversion; without a target beside the checkpoint.

    Raises:
        WorkbenchError: there is no such checkpoint, or the config cannot be read.
    """
    path, own, alpha = Path(str(values["pth"])).expanduser(), values["target"], values["lora_alpha"]
    request = PthRequest(
        pth=path,
        target=Path(own).expanduser() if own else free_name(path.with_name(f"{path.stem}-hf")),
        config=values["config"],
        base=values["base"],
        visual_encoder=values["visual_encoder"],
        lora_alpha=int(alpha) if alpha else None,
    )
    return start_pth_to_hf(request, project=project)
