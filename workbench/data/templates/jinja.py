"""Chat templates of tokenizers: Jinja text, run in a sandbox with what such templates expect to find."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from workbench.data.templates import limits
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
        WorkbenchError: the template is no Jinja text, fails, or does not come to an end.
    """
    template = _compiled(source)
    limits.begin()
    try:
        return _all_of(template.generate(variables))
    except RefusedError:
        raise
    except limits.EndlessError as error:
        raise WorkbenchError(
            _("The tokenizer's chat template does not come to an end within {count:,} steps.").format(
                count=limits.MOST_STEPS
            ),
            where="chat_template",
            fix=_("Choose another prompt template, or divide the conversation."),
        ) from error
    except Exception as error:  # whatever the template's own program runs into
        reason = printable(str(error)) or type(error).__name__
        raise WorkbenchError(
            _("The tokenizer's chat template fails: {reason}").format(reason=reason),
            fix=_("Choose another prompt template."),
        ) from error


def _all_of(pieces: Iterable[str]) -> str:
    written, characters = [], 0
    for piece in pieces:
        characters += len(piece)
        if characters > limits.MOST_CHARACTERS:
            raise limits.EndlessError
        written.append(piece)
    return "".join(written)


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
    environment = _limited_environment()(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _generation_tag()]
    )
    environment.filters |= {"tojson": _to_json, limits.COUNTED: limits.Counted, limits.JOINED: limits.joined}
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    environment.globals["range"] = limits.counted_range
    del environment.globals["lipsum"]  # writes as much as it is told to
    return environment


def _limited_environment() -> Any:
    """The sandbox in which loops, calls and texts put together are counted."""
    from jinja2.runtime import LoopContext
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class LimitedEnvironment(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"+", "*", "**"})

        def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
            limits.spend()
            if isinstance(called, LoopContext):  # a loop that goes into its own items
                args = (limits.Counted(args[0]), *args[1:]) if args else args
            return super().call(context, called, *args, **kwargs)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            limits.refuse_large(operator, left, right)
            return limits.joined(super().call_binop(context, operator, left, right))

        def _parse(self, source: str, name: str | None, filename: str | None) -> Any:
            return _with_counters(super()._parse(source, name, filename))

    return LimitedEnvironment


def _with_counters(tree: Any) -> Any:
    """The program with the filters that count around what loops go through and around texts put together."""
    from jinja2 import nodes
    from jinja2.visitor import NodeTransformer

    def filtered(node: Any, name: str) -> Any:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)

    class Counters(NodeTransformer):
        def visit_For(self, node: Any) -> Any:  # noqa: N802 - Jinja's own name
            self.generic_visit(node)
            node.iter = filtered(node.iter, limits.COUNTED)
            return node

        def visit_Concat(self, node: Any) -> Any:  # noqa: N802
            self.generic_visit(node)
            return filtered(node, limits.JOINED)

    return Counters().visit(tree)


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
