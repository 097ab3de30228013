"""Ways of training besides plain LoRA, from the first step over a resume to what is talked with in the end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from tests.training.test_resume import assert_same_from
from workbench.chat.protocol import AttachAdapter, Load
from workbench.chat.session import ChatSession
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.errors import WorkbenchError
from workbench.evaluation.open_model import open_model
from workbench.evaluation.request import ModelToScore
from workbench.jobs.events import Failed, Started, Step
from workbench.models.load import load_language_model, load_tokenizer
from workbench.paths import shipped
from workbench.training.begun_adapter import begun_adapter
from workbench.training.schedule import lr_factor

pytestmark = pytest.mark.heavy

NEW = ["<think>", "</think>"]
WHOLE = "model.safetensors"


@pytest.fixture(scope="session")
def thinking_rows(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data with both new tokens in every answer."""
    changed = json.loads(rows.read_text(encoding="utf-8"))
    for row in changed:
        row["messages"][1]["content"] = "<think>a</think>" + row["messages"][1]["content"]
    path = tmp_path_factory.mktemp("thinking") / "rows.json"
    path.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def thinking(thinking_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """New tokens and a stretched context, in a LoRA with LoRA+'s rates and NEFTune's noise under ZeRO-2."""
    config = tiny_config(
        thinking_rows,
        method="lora",
        deepspeed="zero2",
        new_tokens=NEW,
        max_position_embeddings=4096,
        rope_scaling_type="yarn",
        neftune_noise_alpha=5,
        lora={"r": 8, "loraplus_lr_ratio": 16, "target_modules": ".*(q_proj|up_proj|down_proj)"},
        lr_scheduler_type="linear",
        min_lr_ratio=0.1,
        save_steps=7,
    )
    done = run(new_job(tmp_path_factory.mktemp("thinking") / "job", config))
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    return done


def thinking_model(run: Run) -> ModelToScore:
    return ModelToScore(
        label="x",
        model="sample:model",
        adapter=str(run.checkpoint(8)),
        prompt_template="internlm2_chat",
        precision="fp32",
    )


def test_a_resumed_run_of_many_ways_at_once_is_exact(thinking: Run, tmp_path: Path) -> None:
    assert_same_from(thinking, run(killed_after(thinking, 4, tmp_path / "killed"), "--resume", "auto"), 4)


def test_the_rate_falls_to_its_floor(thinking: Run) -> None:
    for event in thinking.of(Step):
        factor = lr_factor(event.step - 1, kind="linear", warmup=1, total=8, min_ratio=0.1)
        assert event.lr == pytest.approx(1e-3 * factor, rel=1e-9)


def test_what_was_decided_is_told_with_its_reason(thinking: Run) -> None:
    facts = thinking.of(Started)[0].facts
    assert "Attention: sdpa (there is no GPU)." in facts or torch.cuda.is_available()
    assert any("LoRA+ 16" in fact for fact in facts)
    assert any(fact.startswith("New tokens: 2") for fact in facts)
    assert any(fact.startswith("Context: 4096 positions") for fact in facts)
    assert "Optimiser: AdamW; noise on the embeddings (NEFTune): 5." in facts


@torch.no_grad()
def test_new_tokens_and_the_longer_context_are_there_in_scores_and_after_a_merge(thinking: Run, tmp_path: Path) -> None:
    opened = open_model(thinking_model(thinking))
    ids = opened.tokenizer.encode("<think>a</think>b", add_special_tokens=False)
    assert opened.tokenizer.convert_ids_to_tokens([ids[0]]) == ["<think>"]
    assert opened.model.config.rope_parameters["rope_type"] == "yarn"
    rows = opened.model.get_input_embeddings()(torch.tensor([ids[:1]]))
    assert not torch.allclose(
        rows, opened.model.get_input_embeddings()(torch.tensor([[opened.tokenizer.pad_token_id]]))
    )
    expected = opened.model.eval()(input_ids=torch.tensor([ids])).logits
    request = MergeRequest(
        str(shipped("sample_data") / "model"), thinking.checkpoint(8), tmp_path / "merged", dtype="fp32"
    )
    merged = merge(request, lambda _done, _total: None).folder
    tokenizer = load_tokenizer(str(merged))
    assert tokenizer.encode("<think>a</think>b", add_special_tokens=False) == ids
    model = load_language_model(str(merged), precision="fp32").eval()
    assert model.config.max_position_embeddings == 4096
    torch.testing.assert_close(model(input_ids=torch.tensor([ids])).logits, expected, rtol=1e-4, atol=1e-4)


def test_chat_changes_the_base_for_an_adapter_that_needs_it_and_back(thinking: Run, plain: Run) -> None:
    session = ChatSession(Load(id=1, model="sample:model", adapter=str(plain.checkpoint(8)), precision="fp32"))
    session.load(lambda _stage: None)
    before = session.held
    session.attach(AttachAdapter(id=2, adapter=str(thinking.checkpoint(8))), lambda _stage: None)
    assert session.held is not before
    assert session.held.tokenizer.convert_tokens_to_ids(NEW[0]) < session.held.rows
    assert session.held.context == 4096
    session.attach(AttachAdapter(id=2, adapter=str(plain.checkpoint(4))), lambda _stage: None)
    assert NEW[0] not in session.held.tokenizer.get_vocab()
    assert session.held.context == 1024


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"method": "freeze", "freeze": {"modules": ["lm_head"]}, "deepspeed": "zero2"}, id="freeze zero2"),
        pytest.param({"method": "freeze", "precision": "bf16", "deepspeed": "none"}, id="freeze bf16"),
        pytest.param(
            {
                "method": "lora",
                "lora": {"r": 8, "init_lora_weights": "pissa_niter_4", "use_rslora": True},
                "optim_type": "PagedAdamW8bit",
                "deepspeed": "zero2",
            },
            id="pissa, rslora, 8-bit optimiser, zero2",
        ),
        pytest.param(
            {
                "method": "qlora",
                "quantization": {"load_in_8bit": True},
                "lora": {"r": 4},
                "optim_type": "Muon",
                "deepspeed": "none",
            },
            id="int8, muon",
        ),
    ],
)
def test_every_way_goes_on_exactly(settings: dict[str, Any], rows: Path, tmp_path: Path) -> None:
    whole = run(new_job(tmp_path / "whole", tiny_config(rows, save_steps=4, max_iters=9, **settings)))
    assert whole.returncode == 0, whole.job.log_path.read_text()[-3000:]
    resumed = run(killed_after(whole, 2, tmp_path / "killed"), "--resume", "auto")
    weights = WHOLE if settings["method"] == "freeze" else "adapter_model.safetensors"
    assert_same_from(whole, resumed, 2, weights)
    if settings["method"] == "freeze":
        assert any(fact.startswith("Trained: the last 2 layers") for fact in whole.of(Started)[0].facts)
        changed = changed_weights(whole.checkpoint(5))
        assert changed and all(re.search(r"layers\.[23]\.|^model\.norm|^output", name) for name in changed), changed


def changed_weights(checkpoint: Path) -> set[str]:
    base = load_file(shipped("sample_data") / "model" / WHOLE)
    trained = load_file(checkpoint / WHOLE)
    return {
        name
        for name, tensor in trained.items()
        if not torch.allclose(tensor.float(), base[name].float(), atol=1e-6, rtol=1e-2)
    }


def test_a_training_goes_on_with_an_adapter_of_another_one(thinking: Run, thinking_rows: Path, tmp_path: Path) -> None:
    """From a lower loss than a fresh one; the adapter's own settings hold."""
    config = tiny_config(
        thinking_rows,
        method="lora",
        deepspeed="none",
        max_iters=2,
        adapter_name_or_path=str(thinking.checkpoint(8)),
        new_tokens=NEW,
        max_position_embeddings=4096,
        rope_scaling_type="yarn",
    )
    done = run(new_job(tmp_path / "job", config))
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    assert done.losses[1][0] < thinking.losses[1][0] - 0.3
    assert any("begun as" in fact for fact in done.of(Started)[0].facts)
    saved = json.loads((done.checkpoint(1) / "adapter_config.json").read_text())
    assert saved["target_modules"] == ".*(q_proj|up_proj|down_proj)"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pretrained_model_name_or_path": "other/base"}, "another base"),
        ({"new_tokens": ["<other>"]}, "new_tokens"),
        ({"new_tokens": NEW, "max_position_embeddings": None}, "max_position_embeddings"),
        ({"adapter_name_or_path": "/nowhere"}, "no folder"),
    ],
)
def test_an_adapter_for_something_else_is_refused(
    changes: dict[str, Any], said: str, thinking: Run, rows: Path
) -> None:
    begun = {"adapter_name_or_path": str(thinking.checkpoint(8)), "method": "lora"}
    with pytest.raises(WorkbenchError, match=said) as caught:
        begun_adapter(None, tiny_config(rows, **begun | changes))
    assert "adapter_name_or_path" in (caught.value.where or "")
    assert caught.value.fix


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"precision": "fp16"}, "precision: fp16"),
        ({"attn_implementation": "flash_attention_2"}, "attn_implementation"),
        ({"use_liger_kernel": True}, "use_liger_kernel: true"),
        ({"optim_type": "Muon", "deepspeed": "zero2"}, "optim_type"),
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="what a CPU cannot")
def test_what_cannot_work_here_is_refused_with_what_can(
    changes: dict[str, Any], where: str, rows: Path, tmp_path: Path
) -> None:
    failed = run(new_job(tmp_path / "job", tiny_config(rows, **{"method": "full", "deepspeed": "none"} | changes)))
    (event,) = failed.of(Failed)
    assert (failed.returncode, event.where) == (1, where)
    assert event.hint
    assert "Traceback" not in failed.job.log_path.read_text()
