"""The tokenizer of the light rooms makes the very tokens that training sees, without torch or transformers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.data.characters import dialogue
from tests.data.conftest import SAMPLE
from workbench.data.conversation import Conversation
from workbench.data.encode import encode
from workbench.data.formats import get_format
from workbench.data.identity.generate import generate
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.read import convert, read_file
from workbench.data.templates import TEMPLATE_NAMES, get_template
from workbench.errors import WorkbenchError

AWKWARD = (
    "",
    " \t\n\n  ",
    "e\u0301 and é, ﬁ, Ⅷ, İ",
    "👩‍👩‍👧 🇨🇳 \u200b\ufeff",
    "1234567890 3.14 1,000",
    "你好，world！",
    "<s></s><pad> <|im_start|>assistant\n<|im_end|>",
    "\x00\x1b[31m\ud7ff\U0010ffff",
)
LIGHT_WORK = """
import sys
from workbench.data.checks import check_data
from workbench.data.show import ShowRequest, shown_rows
from workbench.configs.catalogue import resolve
data = "sample:general_dialogue.json"
rows = list(shown_rows(ShowRequest((data,), "all", "all", "auto", "sample:model", "internlm2_chat", 1024)))
config = resolve("workbench_sample_qlora_identity_e2").model_copy(update={"data_path": data})
assert check_data(data, config).tokens == sum(len(row.encoded.input_ids) for row in rows)
print(*sorted({"torch", "transformers", "datasets", "numpy", "peft"} & set(sys.modules)))
"""


def sample_conversations() -> list[Conversation]:
    """The sample project's dialogue, a self-identity dataset, and texts that tokenizers differ about."""
    rows = generate("小明 O'Neil", author="实验室", description="InternLM2").rows
    made = [convert(Path("made"), number, row, get_format("openai")) for number, row in enumerate(rows)]
    ordinary = [row.sample for row in read_file(SAMPLE / "general_dialogue.json").rows]
    return [*ordinary, *made, *(dialogue(text, text, text, "a" + text, system=text) for text in AWKWARD)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample model's tokenizer."""
    for path in (SAMPLE / "model").glob("*.json"):
        shutil.copy(path, tmp_path)
    return tmp_path


def change_settings(folder: Path, **changes: Any) -> None:
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in settings.items() if value is not None}), encoding="utf-8")


@pytest.mark.heavy
@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_tokens_and_labels_are_those_of_transformers(
    light: LightTokenizer, training_tokenizer: Any, template: str
) -> None:
    chosen = get_template(template)
    every = 1 if template == "internlm2_chat" else 20
    for conversation in sample_conversations()[::-every]:
        assert encode(conversation, chosen, light) == encode(conversation, chosen, training_tokenizer)


@pytest.mark.heavy
def test_decoded_texts_are_those_of_transformers(light: LightTokenizer, training_tokenizer: Any) -> None:
    for text in AWKWARD:
        ids = light.encode(text)
        for skip in (True, False):
            decoded = training_tokenizer.decode(ids, skip_special_tokens=skip)
            assert light.decode(ids, skip_special_tokens=skip) == decoded


def test_showing_and_checking_load_no_heavy_library() -> None:
    result = subprocess.run([sys.executable, "-c", LIGHT_WORK], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, ""), result.stderr


def test_text_comes_back_as_it_was(light: LightTokenizer) -> None:
    for text in AWKWARD:
        assert light.decode(light.encode(text)) == text


def test_special_tokens_are_left_out_of_text_when_asked(light: LightTokenizer) -> None:
    ids = light.encode("<s>你好<|im_end|>")
    assert light.decode(ids, skip_special_tokens=True) == "你好"


def test_special_tokens_may_be_written_as_objects(folder: Path, light: LightTokenizer) -> None:
    change_settings(folder, bos_token={"content": "<s>", "lstrip": False}, eos_token={"content": "<|im_end|>"})
    tokenizer = LightTokenizer.from_folder(folder)
    assert tokenizer.bos_token_id == light.bos_token_id
    assert [tokenizer.eos_token_id] == light.encode("<|im_end|>")


@pytest.mark.heavy
def test_special_tokens_in_a_file_of_their_own_are_found_as_by_transformers(folder: Path) -> None:
    from workbench.models.load import load_tokenizer

    change_settings(folder, bos_token=None, eos_token=None)
    (folder / "special_tokens_map.json").write_text('{"bos_token": "<s>", "eos_token": {"content": "</s>"}}')
    tokenizer, heavy = LightTokenizer.from_folder(folder), load_tokenizer(str(folder))
    assert tokenizer.bos_token_id is not None
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (heavy.bos_token_id, heavy.eos_token_id)


def test_a_tokenizer_without_settings_has_no_special_tokens(folder: Path) -> None:
    (folder / "tokenizer_config.json").unlink()
    tokenizer = LightTokenizer.from_folder(folder)
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (None, None)


def test_a_folder_without_a_tokenizer_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"no tokenizer\.json") as caught:
        LightTokenizer.from_folder(tmp_path)
    assert caught.value.where == str(tmp_path)
    assert caught.value.fix


def test_a_damaged_tokenizer_is_named(folder: Path) -> None:
    path = folder / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8")[:500], encoding="utf-8")
    with pytest.raises(WorkbenchError, match="damaged") as caught:
        LightTokenizer.from_folder(folder)
    assert caught.value.where == str(path)
