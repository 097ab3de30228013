"""A config as YAML text in which every field is explained."""

from __future__ import annotations

from io import StringIO
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from workbench.configs.schema import TrainConfig
from workbench.configs.setting import GROUP_TITLES, explanation, group_of, unit_of
from workbench.i18n import _

_WIDTH = 4096  # never break a long text over lines


def dump_config(config: TrainConfig, header: str = "") -> str:
    """All fields of a config as YAML, by groups, each under its one-sentence explanation in the current language.

    Args:
        header: put on top as a comment, such as where the config comes from.
    """
    document = _explained(config, indent=0, titles=_titles_by_first_field())
    if header:
        document.yaml_set_start_comment(header)
    return to_yaml(document).lstrip("\n")


def _titles_by_first_field() -> dict[str, str]:
    """The first field of each group, in the order of the schema, with the group's title."""
    first_fields: dict[str, str] = {}
    for name, info in TrainConfig.model_fields.items():
        first_fields.setdefault(group_of(info), name)
    return {name: _(GROUP_TITLES[group]) for group, name in first_fields.items()}


def _explained(model: BaseModel, indent: int, titles: dict[str, str]) -> CommentedMap:
    document = CommentedMap()
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            document[name] = _explained(value, indent + 2, titles={})
        else:
            document[name] = list(value) if isinstance(value, tuple) else value
        heading = f"\n─── {titles[name]} ───\n" if name in titles else ""
        document.yaml_set_comment_before_after_key(name, before=heading + _in_words(info), indent=indent)
    return document


def _in_words(info: FieldInfo) -> str:
    unit = unit_of(info)
    return f"{explanation(info)} [{_(unit)}]" if unit else explanation(info)


def to_yaml(document: Any) -> str:
    """A document as YAML text, lists indented under their key, long texts on one line."""
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()
