"""A row as text for a terminal: trained parts in colour where there is colour, else in brackets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from workbench.data.checks.place import turn_field
from workbench.data.conversation import Conversation, TokenRow
from workbench.data.show.rendering import Rendering
from workbench.data.show.row import ShownRow
from workbench.data.show.said import said_in
from workbench.data.show.segments import TRAINED_BEGIN, TRAINED_END, masked_text, spans
from workbench.data.show.tokens import ShownToken
from workbench.data.wording import listed
from workbench.i18n import _
from workbench.text import printable, visible

if TYPE_CHECKING:
    from rich.text import Text

Piece = tuple[str, bool]
"""A text and whether it is trained."""
VISIBLE = {"\n": "␤", "\t": "␉", "\r": "␍"}
"""What stands for characters of a token that would break its line."""
_UNKNOWN = "⁇"
_RULE_CELLS = 40
_BEGINS_SHOWN = 20
_TRAINED = "bold green"


def printed(row: ShownRow, what: str, *, has_colour: bool) -> Text:
    """One row.

    Args:
        what: one of `VIEWS`, or ``all``.
        has_colour: whether trained parts are told by colour; otherwise by ⟦ ⟧.
    """
    from rich.text import Text

    text = Text()
    for piece, is_trained in _pieces(row, what):
        shown = printable(piece)
        if is_trained and has_colour:
            text.append(shown, _TRAINED)
        else:
            text.append(f"{TRAINED_BEGIN}{shown}{TRAINED_END}" if is_trained else shown)
    return text


def _on_one_line(text: str) -> str:
    """A token's text on one line, with signs for line ends, tabs and control characters."""
    return visible("".join(VISIBLE.get(char, char) for char in text))


def _pieces(row: ShownRow, what: str) -> Iterator[Piece]:
    title = _("row {number}").format(number=row.number)
    if row.is_of_several:
        title = f"{title} · {row.where}"
    yield f"── {title} " + "─" * _RULE_CELLS, False
    if row.left_out is not None:
        yield "\n" + row.sentence, False
        return
    views = [view for name, view in VIEWS.items() if what == name or (what == "all" and name in _ALL)]
    pieces = [piece for view in views for piece in view(row)]
    yield from pieces
    if not pieces:
        yield "\n" + _nothing(row), False
    if row.encoded and row.encoded.cut_tokens:
        yield "\n" + _("{count} tokens are cut").format(count=row.encoded.cut_tokens), False
    if row.rendering.shortened and isinstance(row.sample, Conversation):
        fields = listed([turn_field(number, row.sample.turns[number]) for number in row.rendering.shortened])
        yield "\n" + _("the chat template leaves words out of {answers}").format(answers=fields), False
    if row.rendering.pieces:
        text = _("training divides it into {count} samples, which begin at the tokens {places}")
        places = [str(begin) for begin in _begins(row.rendering)]
        more = ["…"] if len(places) > _BEGINS_SHOWN else []
        yield "\n" + text.format(count=len(places), places=listed(places[:_BEGINS_SHOWN] + more)), False


def _nothing(row: ShownRow) -> str:
    if row.rendering.tokenizer is None:
        return _("Token ids are shown with a tokenizer: --tokenizer or --config.")
    return _("A row of tokens has no turns; --what text writes its tokens as text.")


def _text(row: ShownRow) -> Iterator[Piece]:
    yield from _rendered(row.rendering)
    if row.rejected:
        yield "\n" + _("With the answer that is not wanted:"), False
        yield from _rendered(row.rejected)


def _rendered(rendering: Rendering) -> Iterator[Piece]:
    if rendering.segments:
        yield "\n", False
        yield from spans(rendering.segments)


def _masked_text(row: ShownRow) -> Iterator[Piece]:
    yield "\n" + masked_text(row.segments), False


def _conversation(row: ShownRow) -> Iterator[Piece]:
    if row.sample is None or isinstance(row.sample, TokenRow):
        return
    for said in said_in(row.sample):
        indented = said.text.replace("\n", "\n  ")
        yield f"\n{said.title}\n  {indented}", False


def _tokens(row: ShownRow) -> Iterator[Piece]:
    samples = {begin: number for number, begin in enumerate(_begins(row.rendering), start=1)}
    for place, token in enumerate(row.rendering.tokens):
        if place in samples:
            yield "\n── " + _("sample {number}").format(number=samples[place]), False
        yield f"\n{place:>6} {token.id:>7} ", False
        yield token_text(token), token.is_trained


def _begins(rendering: Rendering) -> list[int]:
    """At which token each sample of a divided text begins."""
    return [0, *accumulate(rendering.pieces[:-1])] if rendering.pieces else []


def token_text(token: ShownToken) -> str:
    """A token's text on one line; ``…`` for one that is only the beginning of a character."""
    if not token.is_known:
        return _UNKNOWN
    return _on_one_line(token.text) or "…"


def _input_ids(row: ShownRow) -> Iterator[Piece]:
    if row.encoded:
        yield f"\ninput_ids: {json.dumps(row.encoded.input_ids)}", False


def _labels(row: ShownRow) -> Iterator[Piece]:
    if row.encoded:
        yield f"\nlabels: {json.dumps(row.encoded.labels)}", False


VIEWS: dict[str, Callable[[ShownRow], Iterator[Piece]]] = {
    "conversation": _conversation,
    "text": _text,
    "masked_text": _masked_text,
    "tokens": _tokens,
    "input_ids": _input_ids,
    "labels": _labels,
}
_ALL = frozenset(VIEWS) - {"masked_text"}
