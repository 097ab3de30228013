"""What a model folder says of itself, for all exports. Light: no weights are read."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.configs.provenance import Provenance, read_provenance
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import AUTO, ChatTemplate, Template, get_template
from workbench.data.templates.mismatch import recommended_template, same_markup
from workbench.errors import WorkbenchError
from workbench.hub.local import is_here, snapshot_of
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.llava_parts import ONE_MODEL
from workbench.weights.scoring import refuse_scorer
from workbench.weights.seeing import has_seeing_parts

ADAPTER_CONFIG = "adapter_config.json"
_IN_CACHE = re.compile(r"models--([\w.-]+?)--([\w.-]+)/snapshots/")
_OF_THE_LLAVA_PROJECT = "LlavaLlamaForCausalLM"
_LONGEST_UNKNOWN = 2048
"""A context length that every model has, for those whose config does not tell theirs."""


@dataclass(frozen=True)
class ExportSource:
    """A folder with a whole model. ``config``: its ``config.json``; ``asked``: the prompt template the user named;
    ``of_adapter``: what is noted of an adapter that is used beside it, and goes before what is noted of the model.
    """

    folder: Path
    config: dict[str, Any]
    asked: str | None = None
    of_adapter: Provenance | None = None

    @property
    def name(self) -> str:
        """A name to serve the model under: the folder's, or the one on the hub for a folder in the hub's own cache."""
        return (name_in_cache(self.folder) or self.folder.resolve().name).rpartition("/")[2]

    @cached_property
    def provenance(self) -> Provenance:
        """What workbench noted of the weights; nothing if they are not its own."""
        return self.of_adapter or read_provenance(self.folder) or Provenance()

    @cached_property
    def tokenizer(self) -> LightTokenizer:
        """The tokenizer beside the weights."""
        return LightTokenizer.from_folder(self.folder)

    @cached_property
    def template(self) -> Template | None:
        """The prompt template to ask the model by: the user's choice, that of the training, or the model's own."""
        name = self.asked or self.provenance.prompt_template or recommended_template(str(self.folder), self.tokenizer)
        return get_template(name, self.tokenizer) if name else None

    @cached_property
    def template_is_own(self) -> bool:
        """Whether the tokenizer's chat template writes what the prompt template writes."""
        if self.template is None or self.sees or isinstance(self.template, ChatTemplate):
            return True
        try:
            own = get_template(AUTO, self.tokenizer)
        except WorkbenchError:
            return False
        return same_markup(self.template, own, self.tokenizer)

    @cached_property
    def generation(self) -> dict[str, Any]:
        """``generation_config.json``; empty if it is missing or damaged."""
        return _object(self.folder / "generation_config.json")

    @property
    def sees(self) -> bool:
        """Whether it is transformers' LLaVA, with a language model inside."""
        return self.config.get("model_type") == ONE_MODEL

    @property
    def context_length(self) -> int:
        """So many tokens the model takes as it was trained: no more than its sliding window."""
        longest = self._number("max_position_embeddings") or _LONGEST_UNKNOWN
        slides = self._text.get("use_sliding_window", self._text.get("model_type") == "mistral")
        return min(longest, (self._number("sliding_window") if slides else None) or longest)

    @property
    def _text(self) -> dict[str, Any]:
        """The settings of the language model."""
        inner = self.config.get("text_config")
        return inner if isinstance(inner, dict) else self.config

    def _number(self, key: str) -> int | None:
        value = self._text.get(key)
        return value if isinstance(value, int) and value > 0 else None


def name_in_cache(folder: Path | str) -> str | None:
    """A model's name on the hub, for a folder in the hub's own cache; None for any other."""
    cached = _IN_CACHE.search(f"{folder}/")
    return f"{cached[1]}/{cached[2]}" if cached else None


def open_source(path_or_name: str, template: str | None = None) -> ExportSource:
    """The model of a folder, or of a name on the hub that was fetched.

    Args:
        template: the prompt template to use instead of the one the folder names.

    Raises:
        WorkbenchError: there is no such folder, it holds an adapter or a reward model, or its ``config.json`` is missing or
            damaged.
    """
    folder = Path(resolve_model(path_or_name))
    if not folder.is_dir():
        folder = _fetched(path_or_name)
    refuse_scorer(folder)
    if (folder / ADAPTER_CONFIG).is_file():
        raise WorkbenchError(
            _("The folder holds an adapter, which other programs cannot run on its own."),
            where=path_or_name,
            fix=_merge_first(path_or_name, folder),
        )
    if has_seeing_parts(folder):
        raise WorkbenchError(
            _("The folder holds the parts of a LLaVA model, which other programs cannot run as they are."),
            where=path_or_name,
            fix=_merge_first(path_or_name, folder),
        )
    config = _object(folder / "config.json")
    if not config:
        raise WorkbenchError(_("The model's config.json is missing or damaged."), where=str(folder / "config.json"))
    if config.get("architectures") == [_OF_THE_LLAVA_PROJECT]:
        raise WorkbenchError(
            _("The folder has the layout of the LLaVA project, which is run by that project's own package."),
            where=path_or_name,
            fix=_("Write it once more with --save-format huggingface."),
        )
    return ExportSource(folder, config, template)


def _merge_first(named: str, folder: Path) -> str:
    command = f"workbench merge auto {shlex.quote(named)} {shlex.quote(f'{folder.name}-merged')}"
    return _("Merge it first: {command}").format(command=command)


def _fetched(name: str) -> Path:
    """The folder in the hub's cache.

    Raises:
        WorkbenchError: it is no name, or was not fetched.
    """
    folder = snapshot_of(name)
    if folder is None:
        fetch = _("Fetch it first: {command}").format(command=f"workbench download {shlex.quote(name)}")
        raise WorkbenchError(
            _("There is no such folder."),
            where=name,
            fix=_("Name the folder of a model, merged if need be.") if is_here(name) else fetch,
        )
    return folder


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
