"""Tokenizers of the published InternLM models work without the Python code that comes with them, in either room."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from workbench.data.light_tokenizer import LightTokenizer
from workbench.errors import WorkbenchError
from workbench.models.load import load_tokenizer
from workbench.paths import shipped

pytestmark = pytest.mark.heavy
UNUSED = [f"[UNUSED_TOKEN_{number}]" for number in range(140, 146)]
MARKS = ["<|plugin|>", "<|interpreter|>", "<|action_end|>", "<|action_start|>", "<|im_end|>", "<|im_start|>"]
AWKWARD = (
    "你是谁？",
    "What is 12  plus 9?\n  ok",
    "日本 🎉 naïve",
    " ",
    "  a",
    "\n\n",
    "\t\u3000x\u200b",
    "👩‍👩‍👧 e\u0301",
    "<0x0A> <unk",
    "中文，English 混合。",
)
DIALOGUE = "<|im_start|>user\n你好<|im_end|>\n<|im_start|>assistant\n  Hi <|action_start|><|plugin|>"


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "prefixed"])
def pieces(request: pytest.FixtureRequest) -> bytes:
    """A small SentencePiece model as InternLM has one: BPE with bytes for what is in no piece, spaces kept."""
    rows = json.loads((shipped("sample_data") / "general_dialogue.json").read_text(encoding="utf-8"))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([turn["content"] for row in rows for turn in row["messages"]]),
        model_writer=model,
        model_type="bpe",
        vocab_size=800,
        character_coverage=0.98,
        byte_fallback=True,
        user_defined_symbols=UNUSED,
        add_dummy_prefix=request.param,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        pad_id=-1,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        minloglevel=2,
    )
    return model.getvalue()


@pytest.fixture
def processor(pieces: bytes) -> Any:
    """SentencePiece itself."""
    return sentencepiece.SentencePieceProcessor(model_proto=pieces)


@pytest.fixture
def published(sample_copy: Path, pieces: bytes, processor: Any) -> Path:
    """The sample model with tokenizer files like those of the published models: marks have the ids of unused pieces."""
    for name in ("tokenizer.json", "chat_template.jinja"):
        (sample_copy / name).unlink()
    (sample_copy / "tokenizer.model").write_bytes(pieces)
    code = "tokenization_internlm2"
    ids = [0, 1, 2, *(processor.piece_to_id(text) for text in UNUSED), processor.get_piece_size() + 3]
    texts = ["<unk>", "<s>", "</s>", *MARKS, "<img>"]
    config = {
        "auto_map": {"AutoTokenizer": [f"{code}.InternLM2Tokenizer", f"{code}_fast.InternLM2TokenizerFast"]},
        "tokenizer_class": "InternLM2Tokenizer",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "</s>",
        "unk_token": "<unk>",
        "chat_template": "{{ messages }}",
        "added_tokens_decoder": {str(number): _special(text) for number, text in zip(ids, texts, strict=True)},
    }
    (sample_copy / "tokenizer_config.json").write_text(json.dumps(config))
    for name in (code, f"{code}_fast"):
        (sample_copy / f"{name}.py").write_text(f"open({str(sample_copy / 'was_run')!r}, 'w')\n")
    return sample_copy


def _special(text: str) -> dict[str, Any]:
    plain = dict.fromkeys(("lstrip", "rstrip", "normalized", "single_word"), False)
    return {"content": text, "special": True, **plain}


def both(folder: Path) -> tuple[Any, Any]:
    """The tokenizer of training, and that of the rooms without transformers."""
    return load_tokenizer(str(folder)), LightTokenizer.from_folder(folder)


def change(folder: Path, **settings: Any) -> None:
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def random_texts() -> list[str]:
    """Sentences of the sample data, cut and mixed anywhere."""
    rows = json.loads((shipped("sample_data") / "general_dialogue.json").read_text(encoding="utf-8"))
    every = " \n".join(turn["content"] for row in rows for turn in row["messages"])
    choose = random.Random(0)
    cuts = [choose.randrange(len(every)) for _ in range(400)]
    return ["".join(every[start : start + choose.randrange(30)] for start in cuts[at : at + 4]) for at in range(397)]


def test_text_becomes_the_tokens_that_sentencepiece_gives(published: Path, processor: Any) -> None:
    for tokenizer in both(published):
        for text in (*AWKWARD, *random_texts()):
            assert tokenizer.encode(text, add_special_tokens=False) == processor.encode(text), text


def test_tokens_become_the_text_again(published: Path) -> None:
    for tokenizer in both(published):
        for text in (*AWKWARD, *random_texts()):
            assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_marks_of_a_dialogue_have_the_ids_of_unused_pieces(published: Path, processor: Any) -> None:
    """The text between two marks is a text of its own to SentencePiece."""
    ids = dict(zip(MARKS, (processor.piece_to_id(text) for text in UNUSED), strict=True))
    start, end = ids["<|im_start|>"], ids["<|im_end|>"]
    expected = [
        *(start, *processor.encode("user\n你好"), end, *processor.encode("\n"), start),
        *(*processor.encode("assistant\n  Hi "), ids["<|action_start|>"], ids["<|plugin|>"]),
    ]
    for tokenizer in both(published):
        assert tokenizer.encode(DIALOGUE, add_special_tokens=False) == expected
        assert "<|im_start|>" not in tokenizer.decode(expected, skip_special_tokens=True)


def test_a_mark_behind_the_last_piece_has_its_id(published: Path, processor: Any) -> None:
    assert LightTokenizer.from_folder(published).encode("<img>") == [processor.get_piece_size() + 3]


def test_special_tokens_and_the_chat_template_are_known(published: Path) -> None:
    trained, light = both(published)
    assert (trained.bos_token_id, trained.eos_token_id, trained.pad_token_id) == (1, 2, 2)
    assert (light.bos_token_id, light.eos_token_id) == (1, 2)
    assert light.chat_template == trained.chat_template == "{{ messages }}"
    assert set(MARKS) < set(light.all_special_tokens)


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [({}, [1], []), ({"add_bos_token": False}, [], []), ({"add_eos_token": True}, [1], [2])],
)
def test_a_text_begins_with_bos_where_special_tokens_are_asked_for(
    published: Path, processor: Any, settings: dict[str, bool], before: list[int], after: list[int]
) -> None:
    """InternLM's own default where the settings are silent."""
    change(published, **settings)
    for tokenizer in both(published):
        assert tokenizer.encode("你好", add_special_tokens=True) == [*before, *processor.encode("你好"), *after]


@pytest.mark.parametrize("kind", ["InternLMTokenizer", "InternLM2TokenizerFast", "InternLM3Tokenizer"])
def test_every_generation_is_read(published: Path, processor: Any, kind: str) -> None:
    change(published, tokenizer_class=kind)
    assert LightTokenizer.from_folder(published).encode("你好 a") == processor.encode("你好 a")


def test_the_code_beside_it_is_not_run(published: Path) -> None:
    both(published)
    assert not (published / "was_run").exists()


@pytest.mark.parametrize("content", [b"", b"not pieces", b"\x0a\xff\xff\xff"])
def test_a_damaged_file_is_told(published: Path, content: bytes) -> None:
    (published / "tokenizer.model").write_bytes(content)
    for load in (load_tokenizer, lambda folder: LightTokenizer.from_folder(Path(folder))):
        with pytest.raises(WorkbenchError) as caught:
            load(str(published))
        assert str(published) in (caught.value.where or "")


def test_pieces_of_another_family_are_left_to_transformers(published: Path) -> None:
    change(published, tokenizer_class="T5Tokenizer")
    with pytest.raises(WorkbenchError, match=r"no tokenizer\.json"):
        LightTokenizer.from_folder(published)
