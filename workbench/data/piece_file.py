"""A tokenizer out of a SentencePiece file, for the InternLM models that come without ``tokenizer.json``.

Their folders hold ``tokenizer.model`` and Python code that reads it. Here it is read without that code, which gives the
same ids. The format of the file is SentencePiece's ``sentencepiece_model.proto``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PIECE_FILE = "tokenizer.model"
_ENDS = {"add_bos_token": True, "add_eos_token": False}
DEFAULTS = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", **_ENDS}
"""What InternLM's tokenizer classes do where ``tokenizer_config.json`` is silent."""
_CLASSES = "InternLM"
_BPE = 2
_NORMAL, _USER_DEFINED, _BYTE = 1, 4, 6
_SPACE = "▁"


def needs_piece_file(folder: Path, settings: Mapping[str, Any]) -> bool:
    """Whether the tokenizer of a model folder is InternLM's and stands in ``tokenizer.model`` alone."""
    of_internlm = str(settings.get("tokenizer_class") or "").startswith(_CLASSES)
    return of_internlm and (folder / PIECE_FILE).is_file() and not (folder / "tokenizer.json").is_file()


def read_piece_file(path: Path, settings: Mapping[str, Any]) -> Any:
    """The file as a tokenizer of the tokenizers library.

    Args:
        settings: ``tokenizer_config.json`` over `DEFAULTS`. Its ``added_tokens_decoder`` may give the id of an unused
            piece to another text: that is how InternLM2's ``<|im_start|>`` got the id 92543.

    Raises:
        ValueError: it is no BPE model.
        google.protobuf.message.DecodeError: it is damaged.
    """
    import tokenizers

    model = _parsed(path)
    added = _added_tokens(settings)
    names = {number: piece.piece for number, piece in enumerate(model.pieces)}
    names |= {number: str(token["content"]) for number, token in added.items()}
    pieces = [piece for number, piece in enumerate(model.pieces) if number not in added]
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            vocab={name: number for number, name in names.items()},
            merges=_merges(pieces),
            unk_token=model.trainer_spec.unk_piece,
            fuse_unk=True,
            byte_fallback=any(piece.type == _BYTE for piece in pieces),
        )
    )
    tokenizer.normalizer = _normalizer(model.normalizer_spec)
    tokenizer.decoder = _decoder(model.normalizer_spec)
    prefixed = model.normalizer_spec.add_dummy_prefix
    tokenizer.add_tokens([_whole(piece.piece, not prefixed) for piece in pieces if piece.type == _USER_DEFINED])
    _add_tokens(tokenizer, added, settings)
    tokenizer.post_processor = _ends(tokenizer, settings)
    return tokenizer


def _parsed(path: Path) -> Any:
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto.FromString(path.read_bytes())
    if not model.pieces or model.trainer_spec.model_type != _BPE:
        raise ValueError("no BPE pieces")
    return model


def _added_tokens(settings: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    added = settings.get("added_tokens_decoder") or {}
    return {int(number): token for number, token in sorted(added.items(), key=lambda item: int(item[0]))}


def _merges(pieces: list[Any]) -> list[tuple[str, str]]:
    """Every way to put a piece together from two others; the best piece first, as SentencePiece merges."""
    scores = {piece.piece: piece.score for piece in pieces if piece.type == _NORMAL}

    def halves() -> Iterator[tuple[float, int, str, str]]:
        for text, score in scores.items():
            for cut in range(1, len(text)):
                if text[:cut] in scores and text[cut:] in scores:
                    yield -score, cut, text[:cut], text[cut:]

    return [(left, right) for _score, _cut, left, right in sorted(halves())]


def _normalizer(spec: Any) -> Any:
    from tokenizers import Regex, normalizers

    steps: list[Any] = []
    if spec.precompiled_charsmap:
        steps.append(normalizers.Precompiled(spec.precompiled_charsmap))
    if spec.remove_extra_whitespaces:
        steps += [normalizers.Replace(Regex("^ +| +$"), ""), normalizers.Replace(Regex(" {2,}"), " ")]
    if spec.add_dummy_prefix:
        steps.append(normalizers.Prepend(_SPACE))
    return normalizers.Sequence([*steps, normalizers.Replace(" ", _SPACE)])


def _decoder(spec: Any) -> Any:
    from tokenizers import decoders

    steps: list[Any] = [decoders.Replace(_SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)] if spec.add_dummy_prefix else steps)


def _whole(text: str, normalized: bool) -> Any:
    """A piece that is never cut: ``normalized`` finds it after spaces were replaced, but also after a prefix was put."""
    import tokenizers

    return tokenizers.AddedToken(text, normalized=normalized, special=False)


def _add_tokens(tokenizer: Any, added: Mapping[int, Mapping[str, Any]], settings: Mapping[str, Any]) -> None:
    import tokenizers

    for token in added.values():
        flags = {name: bool(token.get(name)) for name in ("single_word", "lstrip", "rstrip", "normalized", "special")}
        tokenizer.add_tokens([tokenizers.AddedToken(token["content"], **flags)])
    known = {token["content"] for token in added.values()}
    named = (token_text(value) for name, value in settings.items() if name.endswith("_token"))
    tokenizer.add_special_tokens([token for token in named if token and token not in known])


def token_text(value: Any) -> str | None:
    """A special token is written as text or as an object with ``content``."""
    content = value.get("content") if isinstance(value, dict) else value
    return content if isinstance(content, str) else None


def _ends(tokenizer: Any, settings: Mapping[str, Any]) -> Any:
    """What is put around a text where special tokens are asked for."""
    from tokenizers import processors

    first = token_text(settings["bos_token"]) if settings["add_bos_token"] else None
    last = token_text(settings["eos_token"]) if settings["add_eos_token"] else None
    ends = [token for token in (first, last) if token]
    before, after = ([first] if first else []), ([last] if last else [])
    return processors.TemplateProcessing(
        single=[*before, "$A", *after],
        pair=[*before, "$A", "$B", *after],
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ends],
    )


def read_settings(folder: Path) -> dict[str, Any]:
    """The tokenizer's settings; older models keep their special tokens in a file of their own."""
    settings = _object(folder / "special_tokens_map.json") | _object(folder / "tokenizer_config.json")
    return DEFAULTS | settings if needs_piece_file(folder, settings) else settings


def unsaid_ends(folder: Path) -> dict[str, bool]:
    """What InternLM's own code puts around a text, for other code that would take silence for nothing."""
    settings = read_settings(folder)
    return {name: settings[name] for name in _ENDS} if needs_piece_file(folder, settings) else {}


def _object(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}
