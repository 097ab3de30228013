"""With which tokenizer, template and length rows are shown and checked, and what was chosen for single files."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from workbench.configs.find import find_config
from workbench.data.checks.measure import DEFAULT_MAX_LENGTH
from workbench.data.formats import FormatChoice
from workbench.data.formats.choice import AUTO
from workbench.data.pack import Packing
from workbench.ui.known_models import SAMPLE

CONVERSATION, TEXT, TOKENS = "conversation", "text", "tokens"
VIEWS = (CONVERSATION, TEXT, TOKENS)
_Kept = TypeVar("_Kept")
_SETTINGS, _FILES = "dataset.settings", "dataset.files"
_MOST_FILES = 100
"""Paths of which the choices are remembered."""


@dataclass(frozen=True)
class FileChoices:
    """What was chosen for one data path; what is empty was not.

    Args:
        format: its name.
        columns: see `FormatChoice`.
        template: the prompt template.
        image_folder: what the paths of pictures count from, instead of the folder of each file.
    """

    format: str = AUTO
    columns: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    image_folder: str = ""

    @property
    def format_choice(self) -> FormatChoice:
        return FormatChoice(self.format, self.columns)


@dataclass(frozen=True)
class Settings:
    """How rows are rendered and measured.

    Args:
        tokenizer: a model folder as configs name it.
        template: the config's; empty takes the one that the model was made for.
        max_length: the most tokens of one sample.
        config: the one that the values come from; empty if none does.
        of_file: what goes before them for the file that is read.
    """

    tokenizer: str = SAMPLE.chosen.model
    template: str = ""
    max_length: int = DEFAULT_MAX_LENGTH
    packing: Packing = "best_fit"
    config: str = ""
    view: str = TEXT
    of_file: FileChoices = field(default_factory=FileChoices)

    def of_config(self, reference: str) -> Settings:
        """The same with the values of a config.

        Raises:
            WorkbenchError: there is no such config, or it cannot be read.
        """
        config = find_config(reference).config
        return replace(
            self,
            tokenizer=config.pretrained_model_name_or_path,
            template=config.prompt_template,
            max_length=config.max_length,
            packing=config.packing,
            config=reference,
        )

    def with_tokenizer(self, model: str) -> Settings:
        """The same with another model's tokenizer, and the template that it was made for."""
        return replace(self, tokenizer=model, template="", config="")

    @classmethod
    def remembered(cls, state: Mapping[str, Any]) -> Settings:
        """What was chosen the last time."""
        kept = _read(TypeAdapter(cls), state.get(_SETTINGS)) or cls()
        return kept if kept.view in VIEWS else replace(kept, view=TEXT)

    def remember(self, state: MutableMapping[str, Any]) -> None:
        """Keep what is chosen, but for what is of one file."""
        values = asdict(self)
        del values["of_file"]
        state[_SETTINGS] = values


def remembered_files(state: Mapping[str, Any]) -> dict[str, FileChoices]:
    """What was chosen for data paths."""
    kept = _read(TypeAdapter(dict[str, FileChoices]), state.get(_FILES))
    return kept or {}


def remember_file(state: MutableMapping[str, Any], path: str, choices: FileChoices) -> None:
    """Keep what was chosen for a data path; forget what was chosen longest ago."""
    files = remembered_files(state)
    files.pop(path, None)
    if choices != FileChoices():
        files[path] = choices
    state[_FILES] = {name: asdict(one) for name, one in list(files.items())[-_MOST_FILES:]}


def _read(kind: TypeAdapter[_Kept], values: Any) -> _Kept | None:
    """Kept values; None of none, and of those that are damaged."""
    try:
        return kind.validate_python(values) if values else None
    except ValidationError:
        return None
