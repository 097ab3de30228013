"""A prompt template of the user's own: a small YAML file with the parts of `PromptTemplate`."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.data.templates.prompt_template import PromptTemplate
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest, system_reason
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.paths import user_config

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE_SUFFIXES = (".yaml", ".yml")
_PLACEHOLDERS = {"instruction": "{input}", "system": "{system}"}


class TemplateFile(BaseModel):
    """The keys of the file. ``{system}``, ``{input}`` and ``{round}`` are filled in literally.

    ``suffix`` stands behind every answer; with ``suffix_as_eos`` it ends the answer instead of the tokenizer's
    end-of-text token. ``sep`` stands between exchanges and is never trained. ``stop_words`` end an answer in chat.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1)]
    instruction: str
    system: str = ""
    suffix: str = ""
    suffix_as_eos: bool = False
    sep: str = ""
    stop_words: list[Annotated[str, Field(min_length=1)]] = []


def user_template_names() -> tuple[str, ...]:
    """The names of the files in the user's ``templates`` folder."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def user_template_file(name: str) -> Path | None:
    """The file of a name in the user's ``templates`` folder."""
    return _folder() / f"{name}.yaml" if name in user_template_names() else None


def read_template(path: Path, reference: str = "") -> PromptTemplate:
    """The template of a file; ``reference`` is how configs name it, its path if that is empty.

    Raises:
        WorkbenchError: it cannot be read, has an unknown key (the nearest are given) or a wrong value, or a placeholder
            is missing; ``where`` is ``file:row:key``.
    """
    from workbench.configs.files import plain, read_yaml

    document = read_yaml(_text(path), str(path))
    if not isinstance(document, dict):
        raise WorkbenchError(_("A template file holds `name: value` lines."), where=str(path), fix=_keys_in_words())
    try:
        file = TemplateFile.model_validate(plain(document))
    except ValidationError as error:
        raise _as_workbench_error(error.errors()[0], document, path) from error
    _check_placeholders(file, document, path)
    values = file.model_dump() | {"stop_words": tuple(file.stop_words)}
    return PromptTemplate(**values, reference=reference or str(path))


def write_template(path: Path, template: PromptTemplate) -> None:
    """Write the file of which `read_template` makes the template again.

    Raises:
        OSError: the file cannot be written.
    """
    from ruamel.yaml import YAML

    yaml, text = YAML(), StringIO()
    yaml.width = sys.maxsize
    yaml.dump({name: _quoted(getattr(template, name)) for name in TemplateFile.model_fields}, text)
    write_atomic(path, text.getvalue())


def _quoted(value: Any) -> Any:
    """Texts in double quotes, in which every character can be written."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, tuple):
        return [_quoted(item) for item in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value


def _folder() -> Path:
    return user_config() / "templates"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkbenchError(
            _("The template file is not UTF-8 text."), where=str(path), fix=_("Save it again as UTF-8.")
        ) from error
    except OSError as error:
        raise WorkbenchError(
            _("The template file cannot be read: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error


def _check_placeholders(file: TemplateFile, document: Any, path: Path) -> None:
    for key, placeholder in _PLACEHOLDERS.items():
        text = getattr(file, key)
        if text.count(placeholder) != 1 and (text or key == "instruction"):
            raise WorkbenchError(
                _("The text must have {placeholder} exactly once, where the data's own text goes.").format(
                    placeholder=placeholder
                ),
                where=_place(path, document, key),
                fix=_("For example: {example}").format(example=f'"<user>{placeholder}<end>\\n"'),
            )
    if file.suffix_as_eos and not file.suffix:
        raise WorkbenchError(
            _("Without a suffix, nothing would end an answer."),
            where=_place(path, document, "suffix_as_eos"),
            fix=_("Give suffix, or leave suffix_as_eos out."),
        )


def _as_workbench_error(details: ErrorDetails, document: Any, path: Path) -> WorkbenchError:
    from workbench.configs.problems import sentence

    key = str(details["loc"][0])
    fix = _keys_in_words(key) if details["type"] in {"extra_forbidden", "missing"} else None
    return WorkbenchError(sentence(details), where=_place(path, document, key), fix=fix)


def _keys_in_words(key: str = "") -> str:
    close = nearest(key, TemplateFile.model_fields)
    if close and key not in close:
        return _("Did you mean {names}?").format(names=listed(close))
    return _("Known keys: {names}").format(names=listed(TemplateFile.model_fields))


def _place(path: Path, document: Any, key: str) -> str:
    found = next((name for name in document if str(name) == key), None) if key not in document else key
    row = f":{document.lc.key(found)[0] + 1}" if found in document else ""
    return f"{path}{row}:{key}"
