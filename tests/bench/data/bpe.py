"""A tokenizer of the size that real models have, trained on generated rows."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from tests.bench.data.rows import RowMaker

VOCABULARY = 32_000
_ROWS = 20_000
_SEED = 2
_SPECIAL = ("<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")


def build_tokenizer(folder: Path) -> None:
    """Train byte-level BPE and save it with its settings."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    rows = islice(RowMaker(_SEED).rows(), _ROWS)
    tokenizer.train_from_iterator(("\n".join(row.values()) for row in rows), trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY
    pad, bos, eos, *chat = _SPECIAL
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=pad,
        bos_token=bos,
        eos_token=eos,
        additional_special_tokens=chat,
        clean_up_tokenization_spaces=False,
    ).save_pretrained(folder)
