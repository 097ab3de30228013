"""The tokenizer of a model as metadata of a GGUF file.

Two kinds: byte-level BPE ("gpt2": tokens, merges and how text is cut) and SentencePiece BPE ("llama": tokens with
scores). A SentencePiece tokenizer merges the pair whose result has the best score, the tokenizers library the pair that
stands first among its merges; so minus the place of a token's first merge is a score that merges alike.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gguf

from workbench.checkpoints.export.jinja_template import chat_template_of
from workbench.checkpoints.export.pieces import begins_with
from workbench.checkpoints.export.pre_tokenizers import pre_tokenizer_name, require_plain_pieces
from workbench.checkpoints.export.source import ExportSource
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import ChatTemplate, PromptTemplate
from workbench.data.templates.jinja import source_of
from workbench.errors import WorkbenchError
from workbench.i18n import _

_SPACE = "▁"
_UNKNOWN_SCORE = -1e9


@dataclass
class Vocabulary:
    """``texts``, ``types`` and ``scores``: of every row of the embedding. ``pre``: how text is cut."""

    kind: str
    pre: str
    texts: list[str] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    adds_space: bool | None = None


def read_vocabulary(tokenizer: LightTokenizer, size: int) -> Vocabulary:
    """The tokens of a tokenizer, filled up to the rows of the model's embedding.

    Raises:
        WorkbenchError: the tokenizer is of a kind that GGUF engines do not know, changes or cuts text in a way that
            they do not, or has more tokens than rows.
    """
    parts = json.loads(tokenizer.facts.definition)
    model = parts["model"]
    if model.get("type") != "BPE":
        raise _unknown_kind(str(model.get("type")))
    if tokenizer.vocabulary_size > size:
        raise WorkbenchError(
            _("The tokenizer has {tokens} tokens, but the model only {rows} rows for them.").format(
                tokens=tokenizer.vocabulary_size, rows=size
            ),
            where="config.json:vocab_size",
        )
    merges = [tuple(merge.split(" ", 1)) if isinstance(merge, str) else tuple(merge) for merge in model["merges"]]
    if _is_byte_level(parts):
        found = Vocabulary("gpt2", pre_tokenizer_name(tokenizer.facts.definition))
        found.merges = [" ".join(part.replace(" ", "Ġ") for part in merge) for merge in merges]
    elif model.get("byte_fallback"):
        found = Vocabulary("llama", "default", adds_space=_adds_space(parts))
        require_plain_pieces(tokenizer.facts.definition, adds_space=bool(found.adds_space))
    else:
        raise _unknown_kind("BPE")
    _fill(found, parts, size, merges)
    return found


def _unknown_kind(kind: str) -> WorkbenchError:
    return WorkbenchError(
        _("GGUF files can hold byte-level and SentencePiece BPE tokenizers only; this one is {kind}.").format(
            kind=kind
        ),
        where="tokenizer.json:model",
    )


def _is_byte_level(parts: dict[str, Any]) -> bool:
    return '"ByteLevel"' in json.dumps(parts.get("pre_tokenizer"))


def _adds_space(parts: dict[str, Any]) -> bool:
    """Whether a space is put before a text: by the normaliser, or by the way of cutting."""
    rules = json.dumps([parts.get("normalizer"), parts.get("pre_tokenizer")], ensure_ascii=False)
    return (
        f'"prepend": "{_SPACE}"' in rules
        or '"prepend_scheme": "first"' in rules
        or '"prepend_scheme": "always"' in rules
    )


def _fill(found: Vocabulary, parts: dict[str, Any], size: int, merges: Sequence[tuple[str, ...]]) -> None:
    model, added = parts["model"], {token["id"]: token for token in parts["added_tokens"]}
    texts = {number: text for text, number in model["vocab"].items()}
    places: dict[str, int] = {}
    for place, (left, right) in enumerate(merges):
        places.setdefault(left + right, place)
    for number in range(size):
        text = texts.get(number, f"[PAD{number}]")
        kind = gguf.TokenType.NORMAL if number in texts else gguf.TokenType.UNUSED
        if number in added:
            text = added[number]["content"]
            kind = gguf.TokenType.CONTROL if added[number]["special"] else gguf.TokenType.USER_DEFINED
        if found.kind == "llama":
            text, kind = _piece(text, kind, model)
        found.texts.append(text)
        found.types.append(int(kind))
        found.scores.append(-float(places[text]) if text in places else _UNKNOWN_SCORE)


def _piece(text: str, kind: gguf.TokenType, model: dict[str, Any]) -> tuple[str, gguf.TokenType]:
    """A token as a SentencePiece engine wants it: bytes and the unknown are marked, own tokens have plain spaces."""
    if text == model.get("unk_token"):
        return text, gguf.TokenType.UNKNOWN
    if kind == gguf.TokenType.USER_DEFINED:
        return text.replace(_SPACE, " "), kind
    is_byte = len(text) == len("<0x00>") and text.startswith("<0x") and text.endswith(">")
    return text, gguf.TokenType.BYTE if is_byte else kind


def add_vocabulary(writer: gguf.GGUFWriter, source: ExportSource) -> None:
    """Put the tokenizer, its special tokens and the chat template into the file.

    Raises:
        WorkbenchError: as `read_vocabulary`.
    """
    tokenizer = source.tokenizer
    found = read_vocabulary(tokenizer, int(source.config["vocab_size"]))
    writer.add_tokenizer_model(found.kind)
    writer.add_tokenizer_pre(found.pre)
    writer.add_token_list([text.encode() for text in found.texts])
    writer.add_token_types(found.types)
    if found.kind == "llama":
        writer.add_token_scores(found.scores)
        writer.add_add_space_prefix(bool(found.adds_space))
    else:
        writer.add_token_merges(found.merges)
    _add_special_tokens(writer, source, found)
    template = _chat_template(source)
    if template:
        writer.add_chat_template(template)


def _add_special_tokens(writer: gguf.GGUFWriter, source: ExportSource, found: Vocabulary) -> None:
    tokenizer, numbers = source.tokenizer, {text: number for number, text in enumerate(found.texts)}
    alone = tokenizer.encode("a", add_special_tokens=True)
    writer.add_add_bos_token(_begins_with_bos(source, alone))
    writer.add_add_eos_token(tokenizer.eos_token_id is not None and alone[-1:] == [tokenizer.eos_token_id])
    if tokenizer.bos_token_id is not None:
        writer.add_bos_token_id(tokenizer.bos_token_id)
    if tokenizer.eos_token_id is not None:
        writer.add_eos_token_id(tokenizer.eos_token_id)
    pad = source.config.get("pad_token_id")
    if isinstance(pad, int) and 0 <= pad < len(found.texts):
        writer.add_pad_token_id(pad)
    if "<unk>" in numbers:
        writer.add_unk_token_id(numbers["<unk>"])
    stops = source.template.stop_words if source.template else ()
    ends = [numbers[word] for word in stops if numbers.get(word, tokenizer.eos_token_id) != tokenizer.eos_token_id]
    if ends:
        writer.add_eot_token_id(ends[0])


def _begins_with_bos(source: ExportSource, alone: list[int]) -> bool:
    """Whether engines put the beginning-of-text token: if the tokenizer does, or the prompt template in training."""
    tokenizer, template = source.tokenizer, source.template
    if tokenizer.bos_token is None or tokenizer.bos_token_id is None:
        return False
    return alone[:1] == [tokenizer.bos_token_id] or (
        template is not None and begins_with(template, tokenizer.bos_token)
    )


def _chat_template(source: ExportSource) -> str | None:
    """The Jinja text of the prompt template that the model was trained with, or else the tokenizer's own."""
    if isinstance(source.template, PromptTemplate) and not source.template_is_own:
        return chat_template_of(source.template)
    own = source.template.chat_template if isinstance(source.template, ChatTemplate) else source.tokenizer.chat_template
    return source_of(own, has_tools=False)
