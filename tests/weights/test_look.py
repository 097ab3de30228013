"""What a folder holds is told by its files; what is wrong with them is told, never raised."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.weights.files import adapter, int_opcode, model, safetensors, torch_file, unicode_opcode
from workbench.configs.provenance import Provenance, write_provenance
from workbench.weights.facts import Kind, WeightsFacts, described, precision_text
from workbench.weights.look import look_at


def seen(path: Path) -> WeightsFacts:
    facts = look_at(path)
    assert facts is not None
    return facts


def made(folder: Path, method: str) -> Path:
    write_provenance(
        model(folder), Provenance(method=method, base_model="some/base", prompt_template="qwen_chat", iter=7)
    )
    return folder


def trained_whole(folder: Path) -> Path:
    (model(folder) / "trainer_state.json").write_text("{}")
    return folder


def shards(folder: Path) -> Path:
    torch_file(folder / "mp_rank_00_model_states.pt")
    torch_file(folder / "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt")
    return folder


def trained_in_shards(folder: Path) -> Path:
    shards(folder / "global_step20")
    (folder / "trainer_state.json").write_text('{"global_step": 20}')
    return folder


def tower(folder: Path) -> Path:
    (model(folder) / "config.json").write_text(json.dumps({"architectures": ["CLIPVisionModel"]}))
    return folder


def llava(folder: Path) -> Path:
    adapter(folder / "llm_adapter")
    model(folder / "projector", "F32", 4)
    return folder


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (model, Kind.BASE),
        (adapter, Kind.ADAPTER),
        (trained_whole, Kind.CHECKPOINT),
        (trained_in_shards, Kind.DEEPSPEED),
        (shards, Kind.PTH_FOLDER),
        (llava, Kind.LLAVA),
        (tower, Kind.TOWER),
        (lambda folder: made(folder, "full"), Kind.CONVERTED),
        (lambda folder: made(folder, "qlora"), Kind.MERGED),
    ],
)
def test_the_kind_follows_from_the_files_and_not_from_the_name(
    tmp_path: Path, make: Callable[[Path], Path], kind: Kind
) -> None:
    facts = seen(make(tmp_path / "any name"))
    assert (facts.kind, facts.trouble) == (kind, None)
    assert facts.bytes == sum(path.stat().st_size for path in facts.path.rglob("*") if path.is_file())


def test_the_facts_of_a_result_are_those_noted_beside_it_and_in_its_headers(tmp_path: Path) -> None:
    facts = seen(made(tmp_path / "m", "qlora"))
    assert (facts.base, facts.template, facts.iter, facts.parameters) == ("some/base", "qwen_chat", 7, 6)
    assert (facts.architecture, facts.precision) == ("LlamaForCausalLM", {"fp16": 1.0})
    assert ("prompt template", "qwen_chat") in described(facts)


def test_an_adapter_tells_its_settings_and_base(tmp_path: Path) -> None:
    facts = seen(adapter(tmp_path / "a"))
    assert facts.base == "some/base"
    assert facts.settings == {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"]}
    assert ("adapter", "peft_type LORA, r 2, lora_alpha 4, target_modules q_proj") in described(facts)


def test_mixed_number_formats_are_told_with_their_shares(tmp_path: Path) -> None:
    folder = model(tmp_path / "m")
    safetensors(
        folder / "model.safetensors",
        {"a": ("BF16", [9], bytes(18)), "b": ("F32", [1], bytes(4)), "c": ("U8", [1], b"x")},
    )
    assert precision_text(seen(folder)) == "bf16 78% + fp32 17% + u8 4%"


CONFIG = """from transformers import AutoModelForCausalLM
from xtuner.model import SupervisedFinetune
from xtuner.utils import PROMPT_TEMPLATE
prompt_template = PROMPT_TEMPLATE.qwen_chat
model = dict(type=SupervisedFinetune, llm=dict(
    type=AutoModelForCausalLM.from_pretrained, pretrained_model_name_or_path='some/base'))
"""


def test_a_pth_file_tells_what_its_pickle_names_and_nothing_of_it_is_run(tmp_path: Path) -> None:
    run = b"cos\nsystem\n(" + unicode_opcode(f"touch {tmp_path}/ran") + b"tR"
    moments = unicode_opcode("optimizer") + b"(" + unicode_opcode("storage") + b"ctorch\nFloatStorage\n"
    path = torch_file(
        tmp_path / "iter_9.pth",
        CONFIG,
        tensors={"llm.x.lora_A.default.weight": ("HalfStorage", 6), "projector.model.0.weight": ("FloatStorage", 1)},
        more=run + moments + unicode_opcode("7") + unicode_opcode("cpu") + int_opcode(1000) + b"tQ",
    )
    facts = seen(path)
    assert (facts.kind, facts.parts, facts.trouble) == (Kind.PTH_FILE, ("LoRA", "projector", "llm"), None)
    assert (facts.parameters, precision_text(facts)) == (7, "fp16 75% + fp32 25%")
    assert (facts.base, facts.template) == ("some/base", "qwen_chat")
    assert not (tmp_path / "ran").exists()


def test_the_iteration_of_a_pth_file_is_told(tmp_path: Path) -> None:
    noted = unicode_opcode("iter") + int_opcode(2181)
    assert seen(torch_file(tmp_path / "a.pth", more=noted)).iter == 2181


def test_files_are_told_by_how_they_begin_and_not_by_their_names(tmp_path: Path) -> None:
    tensors = {"w": ("BFloat16Storage", 3)}
    torch_file(tmp_path / "epoch_3", tensors=tensors)
    safetensors(tmp_path / "loose", {"t": ("F16", [2], b"1234")})
    gguf_file(tmp_path / "quantised")
    found = [seen(tmp_path / name) for name in ("epoch_3", "loose", "quantised")]
    assert [facts.kind for facts in found] == [Kind.PTH_FILE, Kind.TENSORS, Kind.GGUF]
    assert [precision_text(facts) for facts in found] == ["bf16", "fp16", "q8_0"]
    assert found[2].architecture == "llama"


@pytest.mark.parametrize("name", ["optimizer.pt", "rng_state_0.pth", "scheduler.pt", "training_args.bin"])
def test_what_a_training_saves_beside_its_weights_is_none(tmp_path: Path, name: str) -> None:
    assert look_at(torch_file(tmp_path / name, tensors={"state": ("FloatStorage", 8)})) is None


def gguf_file(path: Path) -> Path:
    """A header with the architecture, the kind of the tensors (7: q8_0) and a list."""
    fields = [("general.architecture", 8, text("llama")), ("general.file_type", 4, (7).to_bytes(4, "little"))]
    fields.append(("tokenizer.ggml.tokens", 9, (8).to_bytes(4, "little")))
    content = b"".join(text(name) + kind.to_bytes(4, "little") + value for name, kind, value in fields)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields)) + content)
    return path


def text(words: str) -> bytes:
    return len(words).to_bytes(8, "little") + words.encode()


def test_a_torn_gguf_header_is_damage(tmp_path: Path) -> None:
    path = gguf_file(tmp_path / "m.gguf")
    path.write_bytes(path.read_bytes()[:40])
    assert "its header cannot be read" in str(seen(path).trouble)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_the_missing_file_of_a_rank_is_named(tmp_path: Path, gone: int) -> None:
    model_states = tmp_path / "mp_rank_00_model_states.pt"
    torch_file(model_states, tensors={"w": ("HalfStorage", 5)}, more=unicode_opcode("dp_world_size") + int_opcode(3))
    for rank in {0, 1, 2} - {gone}:
        torch_file(tmp_path / f"zero_pp_rank_{rank}_mp_rank_00_optim_states.pt")
    facts = seen(tmp_path)
    assert facts.trouble == f"incomplete: zero_pp_rank_{gone}_mp_rank_00_optim_states.pt missing"
    assert (facts.parts, facts.parameters, precision_text(facts)) == (("3 processes",), 5, "fp16")


def test_only_models_that_write_text_are_language_models(tmp_path: Path) -> None:
    folder = model(tmp_path / "m")
    assert seen(folder).is_language_model
    (folder / "config.json").write_text(json.dumps({"architectures": ["InternLM2ForRewardModel"]}))
    assert not seen(folder).is_language_model
    assert not seen(tower(folder)).is_language_model


def lying(folder: Path) -> str:
    path = model(folder) / "model.safetensors"
    path.write_bytes((10**9).to_bytes(8, "little") + path.read_bytes()[8:])
    return "its header is larger than the file"


def cut(folder: Path) -> str:
    path = model(folder) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    return "shorter or longer than its header says"


def no_json(folder: Path) -> str:
    (model(folder) / "model.safetensors").write_bytes((4).to_bytes(8, "little") + b"[[[[")
    return "its header cannot be read"


def wrong_shape(folder: Path) -> str:
    safetensors(model(folder) / "model.safetensors", {"t": ("F32", [1000], b"1234")})
    return "says of t what cannot be"


def missing_shard(folder: Path) -> str:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (model(folder) / "model.safetensors.index.json").write_text(json.dumps(index))
    return "incomplete: model-2.safetensors missing"


def torn_bin(folder: Path) -> str:
    (model(folder) / "model.safetensors").unlink()
    whole = torch_file(folder / "pytorch_model.bin", "x" * 500).read_bytes()
    (folder / "pytorch_model.bin").write_bytes(whole[:100])
    return "cut off, or no file of PyTorch"


def adapter_alone(folder: Path) -> str:
    (adapter(folder) / "adapter_model.safetensors").unlink()
    return "incomplete: no weights"


def rank_without_model(folder: Path) -> str:
    (shards(folder) / "mp_rank_00_model_states.pt").unlink()
    return "incomplete: no *_model_states.pt"


@pytest.mark.parametrize(
    "damage", [lying, cut, no_json, wrong_shape, missing_shard, torn_bin, adapter_alone, rank_without_model]
)
def test_damage_is_a_fact_among_others(tmp_path: Path, damage: Callable[[Path], str]) -> None:
    reason = damage(tmp_path / "m")
    trouble = seen(tmp_path / "m").trouble
    assert trouble is not None
    assert reason in trouble


@pytest.mark.parametrize("name", ["empty.gguf", "text.pth"])
def test_a_file_that_is_not_what_its_ending_says_is_damaged(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no")
    assert str(seen(tmp_path / name).trouble).startswith(f"damaged: {name}")


def test_what_is_no_weights_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert [look_at(path) for path in (tmp_path, tmp_path / "notes.txt", tmp_path / "gone")] == [None, None, None]


def test_nothing_heavy_is_loaded_to_look(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from workbench.weights.find import Looker; "
        f"print(len(Looker().below(Path({str(tmp_path)!r}))), 'torch' in sys.modules, 'numpy' in sys.modules)"
    )
    model(tmp_path / "m")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1 False False\n"


def llava_checkpoint(folder: Path) -> Path:
    """One with a whole language model, as a training that sees saves it."""
    model(folder)
    model(folder / "visual_encoder")
    (folder / "visual_encoder" / "config.json").write_text(json.dumps({"model_type": "clip_vision_model"}))
    safetensors(folder / "projector" / "model.safetensors", {"model.0.weight": ("F32", [2, 3], bytes(24))})
    sizes = {"model_type": "projector", "visual_hidden_size": 3, "llm_hidden_size": 2}
    (folder / "projector" / "config.json").write_text(json.dumps(sizes))
    (folder / "trainer_state.json").write_text("{}")
    known = Provenance(base_model="some/base", visual_encoder="some/tower", prompt_template="vicuna")
    write_provenance(folder, known)
    return folder


def test_a_llava_checkpoint_tells_what_each_part_is_and_what_it_goes_with(tmp_path: Path) -> None:
    facts = seen(llava_checkpoint(tmp_path / "checkpoint-4"))
    assert (facts.kind, facts.base, facts.visual_encoder) == (Kind.LLAVA, "some/base", "some/tower")
    assert facts.parts == ("llm (?)", "visual_encoder (clip_vision_model)", "projector (3 → 2)")
    assert facts.parameters == 18
    assert ("vision tower", "some/tower") in described(facts)


def test_the_adapters_of_a_llava_folder_tell_their_rank(tmp_path: Path) -> None:
    facts = seen(llava(tmp_path))
    assert facts.parts == ("llm_adapter (r 2, lora_alpha 4)", "projector")
    assert facts.base == "some/base"


def test_a_part_without_weights_is_told(tmp_path: Path) -> None:
    folder = llava_checkpoint(tmp_path)
    (folder / "projector" / "model.safetensors").unlink()
    assert seen(folder).trouble == "incomplete: projector/*.safetensors missing"


def test_a_whole_llava_model_tells_its_parts(tmp_path: Path) -> None:
    config = {
        "model_type": "llava",
        "architectures": ["LlavaForConditionalGeneration"],
        "text_config": {"model_type": "llama"},
        "vision_config": {"model_type": "siglip_vision_model"},
    }
    (model(tmp_path) / "config.json").write_text(json.dumps(config))
    facts = seen(tmp_path)
    assert facts.kind is Kind.BASE
    assert facts.parts == ("language_model (llama)", "vision_tower (siglip_vision_model)", "multi_modal_projector")
    assert facts.is_language_model


def test_a_model_of_the_llava_project_is_not_one_to_talk_with_here(tmp_path: Path) -> None:
    config = {"model_type": "llava", "architectures": ["LlavaLlamaForCausalLM"]}
    (model(tmp_path) / "config.json").write_text(json.dumps(config))
    assert not seen(tmp_path).is_language_model
