"""A model card: what a model is, where it came from and how well it does, for its page on a hub.

Format: the README.md of https://huggingface.co/docs/hub/model-cards, whose YAML header the hub reads. Nothing stands in
it that the user did not decide (no license, no language), and no path of this machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.checkpoints.export.source import ADAPTER_CONFIG, name_in_cache
from workbench.configs.files import load_config
from workbench.configs.provenance import Provenance, read_provenance
from workbench.configs.schema import TrainConfig
from workbench.data.hub import MODELSCOPE, hub_name
from workbench.data.prepare.kept_report import kept_report
from workbench.data.prepare.report import DataReport
from workbench.data.sources import Source
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.hub.model_page import CARD, is_empty_form
from workbench.i18n import N_, _
from workbench.jobs.find import find_job
from workbench.jobs.folder import JobFolder
from workbench.paths import resolve_model
from workbench.weights.llava_parts import ONE_MODEL
from workbench.weights.seeing import has_seeing_parts

_MARK = "<!-- workbench: 'workbench export card' replaces this file as long as this line stands in it -->"
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_METHODS = {
    "full": N_("full fine-tuning"),
    "freeze": N_("fine-tuning of a part of the weights"),
    "lora": N_("LoRA"),
    "qlora": N_("QLoRA (the base in 4 bits)"),
}
_SETTINGS = ("lr", "max_epochs", "batch_size", "accumulative_counts", "max_length", "optim", "lr_scheduler_type")


@dataclass(frozen=True)
class _Facts:
    """All that is known. ``config`` and ``data``: of the training job, if it can be found."""

    folder: Path
    provenance: Provenance
    config: TrainConfig | None
    data: DataReport | None

    @property
    def is_adapter(self) -> bool:
        return (self.folder / ADAPTER_CONFIG).is_file()

    @property
    def is_in_parts(self) -> bool:
        return has_seeing_parts(self.folder)

    @property
    def base(self) -> str | None:
        """The base's name on the hub; None if it has none that is known."""
        return hub_name_of(self.provenance.base_model or "")

    @property
    def datasets(self) -> list[str]:
        """The data's names on Hugging Face."""
        paths = self.config.data_paths if self.config else []
        return [hub_name(path).repository for path in paths if _is_on_hub(path)]


def write_card(folder: Path, *, project: Path, overwrite: bool = False) -> Path:
    """Write the card of a model or an adapter into its folder.

    Args:
        project: where the job that trained it is looked for.
        overwrite: also replace a README.md that the user wrote.

    Raises:
        WorkbenchError: the folder holds neither, or has a README.md of another origin.
    """
    if not any((folder / name).is_file() for name in ("config.json", ADAPTER_CONFIG)) and not has_seeing_parts(folder):
        raise WorkbenchError(_("The folder holds neither a model nor an adapter."), where=str(folder))
    path = folder / CARD
    if path.exists() and not (overwrite or is_empty_form(path) or _is_ours(path)):
        raise WorkbenchError(
            _("The folder has a README.md that workbench did not write, so it is not replaced."),
            where=str(path),
            fix=_("Allow replacing it: --force."),
        )
    write_atomic(path, card_text(folder, project))
    return path


def _is_ours(path: Path) -> bool:
    return _MARK in path.read_text(encoding="utf-8", errors="replace")


def card_text(folder: Path, project: Path) -> str:
    """The card of a model or an adapter."""
    known = read_provenance(folder) or Provenance()
    job = _job_of(folder, known, project)
    facts = _Facts(folder, known, _config_of(job), kept_report(job.results_path) if job else None)
    parts = [_header(facts), f"# {folder.resolve().name}", _MARK, *_body(facts)]
    return "\n\n".join(part for part in parts if part) + "\n"


def hub_name_of(base: str) -> str | None:
    """A model's name on the hub, also for a folder in the hub's own cache; None for any other folder."""
    if cached := name_in_cache(base):
        return cached
    is_folder = not base or Path(resolve_model(base)).exists()
    return base if not is_folder and _HUB_NAME.fullmatch(base) else None


def _is_on_hub(path: str) -> bool:
    if path.startswith(MODELSCOPE) or Source(path).is_here:
        return False
    try:
        return "/" in hub_name(path).repository and not Path(path).expanduser().is_absolute()
    except WorkbenchError:
        return False


def _job_of(folder: Path, known: Provenance, project: Path) -> JobFolder | None:
    """The job that trained the weights: around the folder, or the one that their note names."""
    around = next((place for place in folder.resolve().parents if (place / "job.yaml").is_file()), None)
    if around is not None:
        return JobFolder(around)
    try:
        return find_job(project, known.job) if known.job else None
    except WorkbenchError:
        return None


def _config_of(job: JobFolder | None) -> TrainConfig | None:
    try:
        return load_config(job.config_path) if job else None
    except WorkbenchError:
        return None


def _header(facts: _Facts) -> str:
    """The YAML that the hub reads; JSON's texts are YAML's."""
    values: dict[str, Any] = {}
    if not facts.is_in_parts:
        values["library_name"] = "peft" if facts.is_adapter else "transformers"
    if facts.base:
        is_beside = facts.is_adapter or facts.is_in_parts
        values |= {"base_model": facts.base, "base_model_relation": "adapter" if is_beside else "finetune"}
    if facts.datasets:
        values["datasets"] = facts.datasets
    if task := _task(facts):
        values["pipeline_tag"] = task
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["---", *lines, "---"])


def _task(facts: _Facts) -> str | None:
    """What the model does, in the hub's word for it."""
    if facts.is_adapter:
        is_for_text = _object(facts.folder / ADAPTER_CONFIG).get("task_type") == "CAUSAL_LM"
        return "text-generation" if is_for_text else None
    config = _object(facts.folder / "config.json")
    if facts.is_in_parts or config.get("model_type") == ONE_MODEL:
        return "image-text-to-text"
    is_for_text = any(str(name).endswith("ForCausalLM") for name in config.get("architectures", []))
    return "text-generation" if is_for_text else None


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _body(facts: _Facts) -> Iterator[str]:
    known = facts.provenance
    yield _section(_("What it is"), list(_origin(facts)))
    if facts.data or facts.datasets:
        yield _section(_("Data"), list(_data(facts)))
    if facts.config:
        settings = [(name, getattr(facts.config, name, None)) for name in _SETTINGS]
        yield _section(_("Settings"), [f"{name}: {value}" for name, value in settings if value is not None])
    if known.scores:
        shares = [f"{Path(name).name}: {share:.1%}" for name, share in known.scores.items()]
        yield _section(_("Scores (share of probes answered right)"), shares)
    if known.notes:
        yield _section(_("To know"), known.notes)
    yield _section(_("To add by its author"), [_("license and language, in the header"), _("what it is meant for")])


def _section(title: str, items: list[str]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {item}" for item in items)]) if items else ""


def _origin(facts: _Facts) -> Iterator[str]:
    known = facts.provenance
    if facts.is_adapter:
        yield _("An adapter; it works with its base model only.")
    if facts.is_in_parts:
        yield _("Parts of a LLaVA model; they work with its language model and its vision tower only.")
    if facts.base:
        yield _("Base model: {name}").format(name=facts.base)
    if tower := hub_name_of(known.visual_encoder or ""):
        yield _("Vision tower: {name}").format(name=tower)
    if known.method in _METHODS:
        yield _("Method: {name}").format(name=_(_METHODS[known.method]))
    template = _template_name(known.prompt_template)
    if template:
        yield _("Prompt template: {name}").format(name=template)
    if known.system:
        yield _("System text: {text}").format(text=" ".join(known.system.split()))
    if known.step is not None:
        yield _("Optimiser steps: {count}").format(count=known.step)


def _template_name(name: str | None) -> str | None:
    """A template's name, also where its note is the path of a file."""
    if name is None or "/" not in name:
        return name
    try:
        return get_template(name).name
    except WorkbenchError:
        return None


def _data(facts: _Facts) -> Iterator[str]:
    if facts.datasets:
        yield _("On the hub: {names}").format(names=", ".join(facts.datasets))
    own = len(facts.config.data_paths) - len(facts.datasets) if facts.config else 0
    if own:
        yield _("Sources of the author's own: {count}").format(count=own)
    if facts.data:
        yield _("Rows read: {read}, trained: {kept}").format(read=facts.data.read, kept=facts.data.kept)
        yield _("Tokens: {count}, trained: {trained}").format(
            count=facts.data.tokens, trained=facts.data.trained_tokens
        )
