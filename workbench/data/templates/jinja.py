"""Chat templates of tokenizers: Jinja text, run in a sandbox with what such templates expect to find."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

GENERATION_MARK = "workbench_generation_mark"
"""The variable with what to put on both sides of ``{% generation %}…{% endgeneration %}``; nothing by default."""


class RefusedError(Exception):
    """A template says that it cannot write a conversation down."""


def source_of(chat_template: Any, *, has_tools: bool) -> str | None:
    """The Jinja text: a tokenizer has one, or several by name, of which ``tool_use`` is the one for tools.

    Format: ``chat_template`` of tokenizer_config.json, a text, a mapping, or a list of ``{"name", "template"}``.
    """
    if isinstance(chat_template, Sequence) and not isinstance(chat_template, str):
        chat_template = {item.get("name"): item.get("template") for item in chat_template if isinstance(item, Mapping)}
    if isinstance(chat_template, Mapping):
        named = chat_template.get("tool_use") if has_tools else None
        chat_template = named or chat_template.get("default")
    return chat_template if isinstance(chat_template, str) and chat_template else None


def render(source: str, variables: Mapping[str, Any]) -> str:
    """The text that a template makes.

    Raises:
        RefusedError: the template raised an error of its own.
        WorkbenchError: the template is no Jinja text, or fails.
    """
    template = _compiled(source)
    try:
        return str(template.render(variables))
    except RefusedError:
        raise
    except Exception as error:  # whatever the template's own program runs into
        reason = printable(str(error)) or type(error).__name__
        raise WorkbenchError(
            _("The tokenizer's chat template fails: {reason}").format(reason=reason),
            fix=_("Choose another prompt template."),
        ) from error


@lru_cache(maxsize=8)
def _compiled(source: str) -> Any:
    import jinja2

    try:
        return _environment().from_string(source)
    except jinja2.TemplateSyntaxError as error:
        raise WorkbenchError(
            _("The tokenizer's chat template cannot be read: line {line}: {reason}").format(
                line=error.lineno, reason=printable(str(error.message))
            ),
            where="chat_template",
            fix=_("Choose another prompt template."),
        ) from error


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _generation_tag()]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    return environment


def _generation_tag() -> Any:
    """The Jinja extension for ``{% generation %}``, which says what the assistant writes."""
    from jinja2 import nodes
    from jinja2.ext import Extension

    class GenerationTag(Extension):
        tags = {"generation"}  # noqa: RUF012 - Jinja's own name

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.CallBlock(self.call_method("_marked", [nodes.ContextReference()]), [], [], body).set_lineno(
                line
            )

        @staticmethod
        def _marked(context: Any, caller: Any) -> str:
            mark = context.get(GENERATION_MARK, "")
            return f"{mark}{caller()}{mark}"

    return GenerationTag


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as it is: Jinja's own filter would escape what HTML cannot hold."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _refuse(reason: Any) -> None:
    raise RefusedError(str(reason))
