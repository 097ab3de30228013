"""The parts of an answer on screen: text as Markdown, thoughts and steps with tools folded."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widget import Widget
from textual.widgets import Static

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.answer_parts import Growing, Part, Spoken, Thought, ToolStep
from workbench.ui.widgets.answer_markdown import AnswerMarkdown
from workbench.ui.widgets.folded import RESULT, Folded, shortened
from workbench.ui.widgets.growing_text import GrowingText

_MOST_MARKDOWN = 60_000
"""Characters of an answer that are laid out as Markdown; the rest is left to the file."""
_MOST_IN_TITLE = 60
_FAILED = "✗ "
"""To be told without colour."""


class AnswerView(VerticalGroup):
    """Changes only what is new, so that an answer may grow piece by piece."""

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        super().__init__()
        self._parts = list(parts)

    def compose(self) -> ComposeResult:
        yield from map(_widget, self._parts)

    async def show(self, parts: Sequence[Part]) -> None:
        """Show these parts."""
        old, self._parts = self._parts, list(parts)
        same = 0
        while same < min(len(old), len(parts)) and _kind(old[same]) == _kind(parts[same]):
            same += 1
        for number in range(same):
            if old[number] != parts[number]:
                await _change(self.children[number], old[number], parts[number])
        if len(old) > same:
            await self.remove_children(self.children[same:])
        if len(parts) > same:
            await self.mount_all(map(_widget, parts[same:]))

    def toggle(self) -> None:
        """Unfold what is folded; fold it all if nothing is."""
        folded = list(self.query(Folded))
        is_any_folded = any(not one.is_unfolded for one in folded)
        for one in folded:
            one.unfold(unfolded=is_any_folded)


def _kind(part: Part) -> tuple[type[Part], bool]:
    return type(part), isinstance(part, Spoken) and part.is_raw


def _widget(part: Part) -> Widget:
    if isinstance(part, Spoken) and not part.is_raw:
        return AnswerMarkdown(shortened(part.text, _MOST_MARKDOWN))
    if isinstance(part, Spoken):
        return Static(shortened(part.text), markup=False)
    if isinstance(part, Growing):
        return GrowingText(shortened(part.text))
    return Folded(_title(part), _text(part), failed=_has_failed(part))


async def _change(widget: Widget, old: Part, new: Part) -> None:
    if isinstance(widget, GrowingText) and isinstance(new, Growing):
        widget.tell(shortened(new.text))
    elif isinstance(widget, Folded) and isinstance(new, Thought | ToolStep):
        widget.tell(_title(new), _text(new), failed=_has_failed(new))
    elif isinstance(widget, AnswerMarkdown) and isinstance(old, Spoken) and isinstance(new, Spoken):
        if new.text.startswith(old.text) and len(new.text) <= _MOST_MARKDOWN:
            await widget.append(printable(new.text[len(old.text) :]))
        elif len(old.text) <= _MOST_MARKDOWN:
            await widget.update(shortened(new.text, _MOST_MARKDOWN))
    elif isinstance(widget, Static) and isinstance(new, Spoken):
        widget.update(shortened(new.text))


def _title(part: Thought | ToolStep) -> str:
    if isinstance(part, Thought):
        if part.is_whole:
            return _("thought: {text}").format(text=_short(part.text))
        return _("thinking … {count} words").format(count=len(part.text.split()))
    mark = _FAILED if _has_failed(part) else ""  # at the beginning, which no narrow column cuts
    call = f"{mark}{part.number}  {part.tool or '?'}  {_short(part.arguments)}".rstrip()
    if part.result is None:
        return f"{call} …"
    seconds = "" if part.result.seconds is None else f" · {part.result.seconds:.2f} s"
    return f"{call}{RESULT}{_short(part.result.content)}{seconds}"


def _short(text: str) -> str:
    line = " ".join(text[: 4 * _MOST_IN_TITLE].split())
    return line if len(line) <= _MOST_IN_TITLE else line[:_MOST_IN_TITLE] + "…"


def _text(part: Thought | ToolStep) -> str:
    if isinstance(part, Thought):
        return part.text
    lines = [_("tool: {name}").format(name=part.tool or "?"), _("arguments: {text}").format(text=part.arguments)]
    if part.result is not None:
        said = _("what went wrong: {text}") if part.result.failed else _("result: {text}")
        lines.append(said.format(text=part.result.content))
    if part.result is not None and part.result.seconds is not None:
        lines.append(_("time: {seconds:.2f} s").format(seconds=part.result.seconds))
    return "\n".join(lines)


def _has_failed(part: Part) -> bool:
    return isinstance(part, ToolStep) and part.result is not None and part.result.failed
