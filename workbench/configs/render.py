"""A config as YAML text in which every field is explained."""

from __future__ import annotations

from io import StringIO
from typing import Any

from pydantic import BaseModel
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
    document = _explained(config)
    top = [*header.splitlines()]
    fields = type(config).model_fields
    group = None
    for name, info in fields.items():
        lines = []
        if group_of(info) != group:
            group = group_of(info)
            lines = ["", f"─── {_(GROUP_TITLES[group])} ───"] if top or name != next(iter(fields)) else []
        document.yaml_set_comment_before_after_key(name, before="\n".join([*lines, _explained_in_words(info)]))
    document.yaml_set_start_comment("\n".join(top)) if top else None
    return to_yaml(document)


def _explained(model: BaseModel, indent: int = 0) -> CommentedMap:
    document = CommentedMap()
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            document[name] = _explained(value, indent + 2)
        else:
            document[name] = list(value) if isinstance(value, tuple) else value
        if indent:
            document.yaml_set_comment_before_after_key(name, before=_explained_in_words(info), indent=indent)
    return document


def _explained_in_words(info: Any) -> str:
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
