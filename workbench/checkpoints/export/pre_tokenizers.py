"""How an engine cuts text before it looks words up: found by trying what engines can do on a difficult text.

GGUF files name the way of cutting (``tokenizer.ggml.pre``). The wrong name gives other tokens than the model was
trained on, and nobody notices; so a name is only written if the tokens of the text below are the same. Of several, the
one that cuts it most alike is taken. SentencePiece tokenizers are tried on it likewise.
"""

from __future__ import annotations

import json
from typing import Any

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

from workbench.errors import WorkbenchError
from workbench.i18n import _

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_LATER = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_WAYS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("gpt-2", (_GPT2,), False),
    ("smollm", (r"\p{N}", _GPT2), False),
    ("llama-bpe", (_LATER % r"\p{N}{1,3}",), True),
    ("smaug-bpe", (_LATER % r"\p{N}{1,3}",), False),
    ("qwen2", (_LATER % r"\p{N}",), False),
)
"""llama.cpp's name, the patterns that cut one after another, and whether a whole word in the vocabulary is taken
without merging."""
PROBE = (
    "Hello world! I've told you, we'LL see; they'RE here, it's Ann's. HTTPServer getValue snake_case 12345678 3.14159 "
    "1,000,000 v2.0 x86_64\n\n\n\tdef f(x):\n        return x**2  # ok\r\n\r\n   trailing   \n \n"
    "人工智能实验室，2024年5月17日发布了书生·浦语。你好 世界！“引号”……（括号）——完 ABC中文123混排です。カタカナ 한국어 문장\n"
    "Ünïcödé naïve façade Œuvre, Ελληνικά русский текст العربية हिन्दी ไทย ½ ² № € £ 🙂🚀👩‍👩‍👧 ``` === ---- ... !!!??? "
    "<tag attr=\"v\"/> {'k': [1, 22, 333, 4444]} http://a.b/c?d=e&f=%20#g  two  three   four\u00a0nbsp\u3000wide "
    "don't DON'T 'tis rock'n'roll a.b.c A1B22C333 $5.00 50% x=y+z;\n"
)


def pre_tokenizer_name(definition: str) -> str:
    """The name of the way in which a byte-level tokenizer cuts text.

    Args:
        definition: the tokenizers library's JSON of the tokenizer.

    Raises:
        WorkbenchError: it is none that is known here.
    """
    parts, own = json.loads(definition), tokenizers.Tokenizer.from_str(definition)
    wanted, cuts = own.encode(PROBE, add_special_tokens=False).ids, _cuts(own)
    fitting = []
    for name, patterns, ignores_merges in _WAYS:
        other = _cutting_by(json.loads(definition), patterns, ignores_merges)
        if other.encode(PROBE, add_special_tokens=False).ids == wanted:
            fitting.append((len(cuts ^ _cuts(other)), ignores_merges != parts["model"].get("ignore_merges"), name))
    if fitting:
        return min(fitting)[2]
    raise _other_tokens("tokenizer.json:pre_tokenizer")


def require_plain_pieces(definition: str, *, adds_space: bool) -> None:
    """Raise if a SentencePiece tokenizer changes text in a way that engines do not: they turn spaces into ``▁`` and put
    one in front, and leave the rest as it is.

    Args:
        definition: the tokenizers library's JSON of the tokenizer.
        adds_space: whether a space is put in front.

    Raises:
        WorkbenchError: it gives other tokens than an engine would.
    """
    own, plain = tokenizers.Tokenizer.from_str(definition), tokenizers.Tokenizer.from_str(definition)
    as_engines_do = [normalizers.Prepend("▁")] if adds_space else []
    plain.normalizer = normalizers.Sequence([*as_engines_do, normalizers.Replace(" ", "▁")])
    plain.pre_tokenizer = None
    if own.encode(PROBE, add_special_tokens=False).ids != plain.encode(PROBE, add_special_tokens=False).ids:
        raise _other_tokens("tokenizer.json:normalizer")


def _other_tokens(where: str) -> WorkbenchError:
    return WorkbenchError(
        _(
            "The tokenizer cuts text in a way that is not known here, so that a GGUF file would give the model other "
            "tokens."
        ),
        where=where,
        fix=_("Use convert_hf_to_gguf.py of llama.cpp, if it knows this model."),
    )


def _cuts(tokenizer: tokenizers.Tokenizer) -> set[tuple[int, int]]:
    """From where to where the pieces of the text go, before any is looked up."""
    if tokenizer.pre_tokenizer is None:
        return {(0, len(PROBE))}
    return {span for _text, span in tokenizer.pre_tokenizer.pre_tokenize_str(PROBE)}


def _cutting_by(parts: dict[str, Any], patterns: tuple[str, ...], ignores_merges: bool) -> tokenizers.Tokenizer:
    """The same vocabulary behind another way of cutting."""
    parts["model"]["ignore_merges"] = ignores_merges
    parts["normalizer"] = None
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(parts))
    cuts = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cuts, pre_tokenizers.ByteLevel(False, use_regex=False)])
    return tokenizer
