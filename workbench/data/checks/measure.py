"""With what the rows are measured in tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.pack import Packing
from workbench.data.templates import Template, get_template
from workbench.data.usual_template import usual_template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

DEFAULT_MAX_LENGTH = 2048


@dataclass(frozen=True)
class Measure:
    """A model's tokenizer and a prompt template.

    Args:
        model: the model as configs name it, to tell whether the template was made for it.
        max_length: the most tokens of one sample.
        template_reason: why that template, if nobody named it.
        config: what the number of steps is worked out from; None if only tokens are asked for.
    """

    model: str
    tokenizer: LightTokenizer
    template: Template
    max_length: int
    packing: Packing = "best_fit"
    config: TrainConfig | None = None
    template_reason: str = ""

    @classmethod
    def of_config(cls, config: TrainConfig) -> Measure | None:
        """What a config trains with; None if its model is not on this machine.

        Raises:
            WorkbenchError: there is no such template, or the tokenizer is damaged.
        """
        folder = Path(resolve_model(config.pretrained_model_name_or_path))
        tokenizer = LightTokenizer.from_folder(folder) if folder.is_dir() else None
        if tokenizer is None and config.prompt_template == "auto":
            return None
        template = get_template(config.prompt_template, tokenizer)
        if tokenizer is None:
            return None
        model = config.pretrained_model_name_or_path
        return cls(model, tokenizer, template, config.max_length, config.packing, config)

    @classmethod
    def of_folder(cls, folder: str, template: str | None = None, max_length: int | None = None) -> Measure:
        """A model folder's tokenizer, and a template by its name; without a name the model's own.

        Raises:
            WorkbenchError: one of them is not there.
        """
        path = Path(resolve_model(folder))
        if not path.is_dir():
            raise WorkbenchError(
                _("The model folder does not exist."), where=folder, fix=_("Name a folder with a tokenizer.json.")
            )
        tokenizer = LightTokenizer.from_folder(path)
        name, reason = (template, "") if template else usual_template(folder, tokenizer)
        most = max_length or DEFAULT_MAX_LENGTH
        return cls(folder, tokenizer, get_template(name, tokenizer), most, template_reason=reason)
