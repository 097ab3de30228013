"""A tokenizer for the light rooms: a model's own files through the tokenizers library, without transformers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.data.long_texts import LONG, Spans, in_groups, in_windows
from workbench.data.piece_file import PIECE_FILE, needs_piece_file, read_piece_file, read_settings, token_text
from workbench.data.word_cache import WordCache, begins_word, words_stand_alone
from workbench.errors import WorkbenchError
from workbench.i18n import _


@dataclass(frozen=True)
class TokenizerFacts:
    """What a tokenizer is made of; two with equal facts give equal ids, so that results can be kept by them.

    ``definition``: the tokenizers library's own JSON. ``kind``: the class that transformers would use.
    """

    definition: str
    kind: str = ""
    bos_token: str | None = None
    eos_token: str | None = None
    chat_template: Any = None
    all_special_tokens: tuple[str, ...] = field(default=())


class LightTokenizer:
    """Encodes and decodes; knows its special tokens and its chat template."""

    def __init__(self, facts: TokenizerFacts) -> None:
        import tokenizers

        self.facts = facts
        self._tokenizer: Any = tokenizers.Tokenizer.from_str(facts.definition)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._words: WordCache | None = None

    @classmethod
    def found_in(cls, folder: Path) -> LightTokenizer | None:
        """That of a model folder; None if there is no ``tokenizer.json``, so that only transformers can make one."""
        return cls.from_folder(folder) if (folder / "tokenizer.json").is_file() else None

    @classmethod
    def from_folder(cls, folder: Path) -> LightTokenizer:
        """The tokenizer of a model folder.

        Raises:
            WorkbenchError: the folder has no (readable) ``tokenizer.json``, nor one of InternLM's piece files.
        """
        settings = read_settings(folder)
        from_pieces = needs_piece_file(folder, settings)
        path = folder / (PIECE_FILE if from_pieces else "tokenizer.json")
        if not path.is_file():
            raise WorkbenchError(
                _("The folder has no tokenizer.json."),
                where=str(folder),
                fix=_("Save the tokenizer once with a recent transformers, which writes it."),
            )
        try:
            tokenizer = read_piece_file(path, settings) if from_pieces else _read_json(path, settings)
        except Exception as error:  # the library raises plain Exception for a damaged file
            raise WorkbenchError(
                _("The tokenizer file is damaged: {reason}").format(reason=error), where=str(path)
            ) from error
        facts = TokenizerFacts(
            definition=tokenizer.to_str(),
            kind=str(settings.get("tokenizer_class") or ""),
            bos_token=token_text(settings.get("bos_token")),
            eos_token=token_text(settings.get("eos_token")),
            chat_template=_chat_template(folder) or settings.get("chat_template") or processors_template(folder),
            all_special_tokens=_special_tokens(tokenizer, settings),
        )
        return cls(facts)

    @classmethod
    def of(cls, tokenizer: Any) -> LightTokenizer | None:
        """The same tokenizer as one of transformers; None for those that are not built on the tokenizers library."""
        if isinstance(tokenizer, LightTokenizer):
            return tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            return None
        facts = TokenizerFacts(
            definition=backend.to_str(),
            kind=type(tokenizer).__name__,
            bos_token=tokenizer.bos_token,
            eos_token=tokenizer.eos_token,
            chat_template=tokenizer.chat_template,
            all_special_tokens=_with_marked(tokenizer.all_special_tokens, backend),
        )
        return cls(facts)

    @property
    def kind(self) -> str:
        return self.facts.kind

    @property
    def bos_token(self) -> str | None:
        return self.facts.bos_token

    @property
    def eos_token(self) -> str | None:
        return self.facts.eos_token

    @property
    def chat_template(self) -> Any:
        return self.facts.chat_template

    @property
    def all_special_tokens(self) -> list[str]:
        return list(self.facts.all_special_tokens)

    @cached_property
    def bos_token_id(self) -> int | None:
        return self._id_of(self.facts.bos_token)

    @cached_property
    def eos_token_id(self) -> int | None:
        return self._id_of(self.facts.eos_token)

    @cached_property
    def vocabulary_size(self) -> int:
        """One more than the highest id."""
        return int(max(self._tokenizer.get_vocab().values())) + 1

    def _id_of(self, token: str | None) -> int | None:
        found = self._tokenizer.token_to_id(token) if token else None
        return None if found is None else int(found)

    def __contains__(self, token: object) -> bool:
        """Whether the vocabulary has a token."""
        return isinstance(token, str) and self._id_of(token) is not None

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        """The ids of a text."""
        if len(text) > LONG and not add_special_tokens:
            return [token for ids, _spans in self._windows(text) for token in ids]
        return list(self._tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    @property
    def words_stand_alone(self) -> bool:
        """Whether the tokens of a text are those of its words, so that these can be remembered. Takes 0.1 s."""
        return words_stand_alone(json.loads(self.facts.definition), self._encode_whole)

    def remember_words(self) -> None:
        """Be faster at many texts, by what was learned of their words; see `words_stand_alone`."""
        self._words = WordCache(self._encode_whole, begins_word(self._tokenizer.get_vocab()))

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, without special tokens around them.

        Raises:
            WordsDifferError: words are remembered, and must not be.
        """
        return [ids for some in in_groups(texts) for ids in self._encode_group(some)]

    def _encode_group(self, texts: Sequence[str]) -> list[list[int]]:
        if any(len(text) > LONG for text in texts):
            return [self.encode(text) for text in texts]
        return self._words.encode_batch(texts) if self._words else self._encode_whole(texts)

    def _encode_whole(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoded.ids for encoded in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def encode_with_spans(self, text: str) -> tuple[list[int], Spans]:
        """The ids of a text, and from which to which character each of them stands for."""
        if len(text) <= LONG:
            return self._encode_spans(text)
        parts = list(self._windows(text))
        return [token for ids, _spans in parts for token in ids], [span for _ids, spans in parts for span in spans]

    def _encode_spans(self, text: str) -> tuple[list[int], Spans]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets

    def _windows(self, text: str) -> Iterator[tuple[list[int], Spans]]:
        for ids, spans in in_windows(text, self._encode_spans):
            yield [self._numbers[token] for token in ids], spans

    @cached_property
    def _numbers(self) -> list[int]:
        """Each id once, so that the many ids of a long text are not as many objects."""
        return list(range(self.vocabulary_size))

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool = False) -> str:
        """The text of some ids."""
        return str(self._tokenizer.decode(token_ids, skip_special_tokens=skip_special_tokens))


def _read_json(path: Path, settings: dict[str, Any]) -> Any:
    """The file, with the tokens that stand in the settings only, if they get the ids that the settings say."""
    import tokenizers

    tokenizer, added = tokenizers.Tokenizer.from_file(str(path)), settings.get("added_tokens_decoder")
    if not isinstance(added, dict):
        return tokenizer
    for number, token in sorted((int(number), token) for number, token in added.items()):
        if not isinstance(token, dict) or tokenizer.token_to_id(token.get("content", "")) is not None:
            continue
        if number != tokenizer.get_vocab_size(with_added_tokens=True):
            raise ValueError(f"added_tokens_decoder: {number}")
        flags = {name: bool(token.get(name)) for name in ("single_word", "lstrip", "rstrip", "normalized", "special")}
        tokenizer.add_tokens([tokenizers.AddedToken(token["content"], **flags)])
    return tokenizer


def _special_tokens(tokenizer: Any, settings: dict[str, Any]) -> tuple[str, ...]:
    """Named ones first, then the rest of those that the tokenizer marks as special."""
    named = [token_text(value) for name, value in settings.items() if name.endswith("_token")]
    return _with_marked([token for token in named if token], tokenizer)


def _with_marked(named: Sequence[str], tokenizer: Any) -> tuple[str, ...]:
    marked = [token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special]
    return tuple(dict.fromkeys((*named, *marked)))


def processors_template(folder: Path) -> Any:
    """The chat template in the file that older processors of pictures have it in; None if there is none."""
    try:
        return json.loads((folder / "chat_template.json").read_text(encoding="utf-8"))["chat_template"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _chat_template(folder: Path) -> str | None:
    try:
        return (folder / "chat_template.jinja").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
