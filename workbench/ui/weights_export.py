"""Exporting and uploading from the Checkpoints area: what is offered, and what comes of it. No Textual here."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from workbench.actions.targets import free_name
from workbench.errors import WorkbenchError
from workbench.hub.upload_plan import plan_upload
from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.sizes import in_words
from workbench.weights.facts import UNCONVERTED, Kind, WeightsFacts

_FILES_SHOWN = 8
_MODELS = {Kind.BASE, Kind.MERGED, Kind.CONVERTED}


@dataclass(frozen=True)
class Exported:
    """What an export gave at once: a title, a text, and the lines of it to copy."""

    title: str
    text: str
    copied: str


Export = Callable[[WeightsFacts, Path], JobFolder | Exported]


def _gguf(kind: str, facts: WeightsFacts, project: Path) -> JobFolder:
    from workbench.actions.export import start_gguf

    return start_gguf(str(facts.path), project=project, kind=kind)


def _serve(engine: str, facts: WeightsFacts, project: Path) -> Exported:
    from workbench.actions.export import export_serve

    adapters = [facts.path] if facts.kind is Kind.ADAPTER else []
    model = str(facts.path)
    if adapters:
        if facts.base is None:
            raise WorkbenchError(_("The adapter does not say what its base is."), where=str(facts.path))
        model = facts.base
    launch = export_serve(model, engine=engine, adapters=adapters, project=project)
    written = [_("Written: {path}").format(path=name) for name in launch.files]
    lines = "\n".join(launch.lines)
    return Exported(_("To start {engine}").format(engine=engine), "\n\n".join([lines, *written, *launch.notes]), lines)


def _ollama(facts: WeightsFacts, project: Path) -> Exported:
    from workbench.actions.export import export_ollama
    from workbench.checkpoints.export.modelfile import ollama_name

    gguf = max(project.glob(f"{facts.path.name}-*.gguf"), key=lambda path: path.stat().st_mtime, default=None)
    target = free_name(project / f"{facts.path.name}-ollama")
    path, notes = export_ollama(str(facts.path), target, gguf=gguf or project / f"{facts.path.name}-f16.gguf")
    command = shlex.join(["ollama", "create", ollama_name(facts.path.name), "-f", str(path)])
    return Exported(_("A Modelfile for Ollama"), "\n\n".join([str(path), command, *notes]), command)


def _card(facts: WeightsFacts, project: Path) -> Exported:
    from workbench.actions.export import export_card

    path = export_card(str(facts.path), project=project)
    return Exported(_("The model card"), f"{path}\n\n{path.read_text(encoding='utf-8')}", str(path))


EXPORTS: dict[str, tuple[str, Export]] = {
    "gguf-f16": (N_("GGUF file, 16 bits (llama.cpp, Ollama)"), partial(_gguf, "f16")),
    "gguf-q8_0": (N_("GGUF file, 8 bits: half the size"), partial(_gguf, "q8_0")),
    "gguf-q4_k_m": (N_("GGUF file, 4 bits; needs llama-quantize"), partial(_gguf, "q4_k_m")),
    "ollama": (N_("Modelfile for Ollama, of a GGUF file made before"), _ollama),
    "vllm": (N_("Launch lines for vLLM"), partial(_serve, "vllm")),
    "lmdeploy": (N_("Launch lines for LMDeploy"), partial(_serve, "lmdeploy")),
    "sglang": (N_("Launch lines for SGLang"), partial(_serve, "sglang")),
    "llama.cpp": (N_("Launch lines for llama.cpp"), partial(_serve, "llama.cpp")),
    "card": (N_("Model card (README.md) with data, settings and scores"), _card),
}
_OF_ADAPTERS = ("vllm", "lmdeploy", "sglang", "card")


def exports_of(facts: WeightsFacts) -> list[tuple[str, str]]:
    """The exports that weights can have, as key and title.

    Raises:
        WorkbenchError: none, and why.
    """
    _require_sound(facts)
    if facts.kind not in {*_MODELS, Kind.ADAPTER}:
        raise WorkbenchError(
            _("This is not exported: {kind}.").format(kind=facts.kind.word),
            where=str(facts.path),
            fix=_("Convert it first (c).") if facts.kind in UNCONVERTED else _("Choose a language model."),
        )
    keys = _OF_ADAPTERS if facts.kind is Kind.ADAPTER else tuple(EXPORTS)
    return [(key, _(EXPORTS[key][0])) for key in keys]


def upload_text(facts: WeightsFacts) -> str:
    """What would be uploaded of a folder, with sizes.

    Raises:
        WorkbenchError: there is nothing, something that must not go, or the weights are damaged.
    """
    _require_sound(facts)
    plan = plan_upload(facts.path)
    files = [f"{in_words(file.size):>10}  {file.name}" for file in plan.files[:_FILES_SHOWN]]
    more = len(plan.files) - _FILES_SHOWN
    if more > 0:
        files.append(_("  … and {count} more").format(count=more))
    total = _("{count} files, {size}").format(count=len(plan.files), size=in_words(plan.total_bytes))
    return "\n".join([*files, total, *plan.notes()])


def _require_sound(facts: WeightsFacts) -> None:
    if facts.trouble is not None:
        raise WorkbenchError(facts.trouble, where=str(facts.path))
