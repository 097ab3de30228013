"""Launch lines and Modelfiles say what an engine has to know."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checkpoints.export.conftest import SAMPLE
from workbench.checkpoints.export.modelfile import modelfile_of, ollama_name
from workbench.checkpoints.export.serve import ENGINES, launch_of
from workbench.checkpoints.export.served_adapter import note_of, read_adapter_facts
from workbench.checkpoints.export.source import open_source
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError

Maker = Callable[..., Path]


def adapter(folder: Path, **settings: object) -> Path:
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"r": 24, "peft_type": "LORA", **settings}))
    return folder


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_serves_this_machine_only_and_quotes_paths(light_model: Maker, engine: str) -> None:
    folder = light_model("a model")
    launch = launch_of(engine, open_source(str(folder)))
    words = [word for line in launch.lines for word in shlex.split(line)]
    assert str(folder) in words
    assert {"127.0.0.1"} >= {word for word in words if word.count(".") == 3}
    assert (engine == "ollama") != ("127.0.0.1" in words)
    assert launch.files == {}


def test_vllm_gets_the_length_and_the_number_format(light_model: Maker) -> None:
    folder = light_model(dtype="bfloat16", sliding_window=100, model_type="mistral")
    words = shlex.split(launch_of("vllm", open_source(str(folder))).lines[0])
    assert words[words.index("--max-model-len") + 1] == "100"
    assert words[words.index("--dtype") + 1] == "bfloat16"


def test_adapters_are_served_beside_the_base(light_model: Maker, tmp_path: Path) -> None:
    source = open_source(str(light_model()))
    adapters = [read_adapter_facts(adapter(tmp_path / "mine", rank_pattern={"q_proj": 40}))]
    vllm, sglang = (shlex.split(launch_of(engine, source, adapters).lines[0]) for engine in ("vllm", "sglang"))
    assert vllm[vllm.index("--max-lora-rank") + 1] == "64"
    assert vllm[-2:] == ["--lora-modules", f"mine={tmp_path / 'mine'}"]
    assert sglang[-2:] == ["--lora-paths", f"mine={tmp_path / 'mine'}"]
    with pytest.raises(WorkbenchError, match="merged first"):
        launch_of("ollama", source, adapters)
    with pytest.raises(WorkbenchError, match="holds no adapter"):
        read_adapter_facts(source.folder)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"peft_type": "IA3"}, "this adapter has IA3"),
        ({"use_dora": True}, "this adapter has DoRA"),
        ({"modules_to_save": ["embed_tokens"]}, "this adapter has modules_to_save"),
        ({"init_lora_weights": "pissa_niter_4"}, "this adapter has pissa_niter_4"),
        ({"target_modules": ["q_proj", "v_proj"]}, "know InternLM2's modules as wqkv"),
    ],
)
def test_an_adapter_that_no_engine_loads_is_merged_first(
    tmp_path: Path, settings: dict[str, object], what: str
) -> None:
    with pytest.raises(WorkbenchError, match=what) as caught:
        read_adapter_facts(adapter(tmp_path / "mine", **settings), "internlm2")
    assert f"workbench merge auto {tmp_path / 'mine'} mine-merged" in str(caught.value.fix)


def test_adapters_of_modules_that_engines_know_are_served(tmp_path: Path) -> None:
    assert read_adapter_facts(adapter(tmp_path / "xtuner", target_modules=["wqkv", "w1"]), "internlm2").rank == 24
    assert read_adapter_facts(adapter(tmp_path / "llama", target_modules=["q_proj"]), "llama").rank == 24


def test_adapters_of_two_prompt_templates_cannot_share_an_engine(tmp_path: Path) -> None:
    folders = [adapter(tmp_path / name) for name in ("one", "other")]
    for folder, name in zip(folders, ("internlm2_chat", "llama3_chat"), strict=True):
        write_provenance(folder, Provenance(prompt_template=name))
    facts = [read_adapter_facts(folder) for folder in folders]
    with pytest.raises(WorkbenchError, match=r"different prompt templates.*internlm2_chat, llama3_chat"):
        note_of(facts)
    assert note_of(facts[1:]) == Provenance(prompt_template="llama3_chat")


def test_ends_of_answers_that_an_engine_does_not_learn_are_told(light_model: Maker) -> None:
    folder = light_model()
    write_provenance(folder, Provenance(prompt_template="internlm2_chat"))
    for engine in ("vllm", "sglang", "lmdeploy"):
        assert any('send "stop": ["<|im_end|>"]' in note for note in launch_of(engine, open_source(str(folder))).notes)
    assert not any("stop" in note for note in launch_of("llama.cpp", open_source(str(folder))).notes)
    (folder / "generation_config.json").write_text('{"eos_token_id": [2, 4]}')
    assert not any("stop" in note for note in launch_of("vllm", open_source(str(folder))).notes)


def test_a_template_that_is_not_the_tokenizers_own_goes_into_a_file(light_model: Maker) -> None:
    folder = light_model("internlm2")
    write_provenance(folder, Provenance(prompt_template="llama2_chat", system="Be kind."))
    vllm, lmdeploy = (launch_of(engine, open_source(str(folder))) for engine in ("vllm", "lmdeploy"))
    assert "--chat-template internlm2.jinja" in vllm.lines[0]
    assert "[INST]" in vllm.files["internlm2.jinja"]
    template = json.loads(lmdeploy.files["internlm2.lmdeploy.json"])
    assert template["system"] + "S" + template["eosys"] == "[INST] <<SYS>>\n S\n<</SYS>>\n [/INST] "
    assert template["user"] + "Q" + template["eoh"] + "A" + template["eoa"] == "[INST] Q [/INST]A</s>\n<s>"
    assert template["meta_instruction"] == "Be kind."
    assert template["model_name"] != "internlm2"  # one of LMDeploy's own, whose texts would be filled in


def test_lmdeploy_gets_no_empty_system_text(light_model: Maker) -> None:
    launch = launch_of("lmdeploy", open_source(str(light_model()), "llama3_chat"))
    template = json.loads(launch.files["my model.lmdeploy.json"])
    assert template["system"] + template["meta_instruction"] + template["eosys"] == ""
    assert any("send no system messages" in note for note in launch.notes)


def test_code_of_the_models_own_is_the_users_choice(light_model: Maker) -> None:
    launch = launch_of("vllm", open_source(str(light_model(auto_map={"AutoModel": "m.M"}))))
    assert "--trust-remote-code" not in launch.lines[0]
    assert any("--trust-remote-code" in note for note in launch.notes)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Model", "my-model"), ("sample:model", "sample-model"), ("检查点-150", "150"), ("小明", "model")],
)
def test_ollama_gets_a_name_that_it_takes(folder: str, name: str) -> None:
    assert ollama_name(folder) == name


def test_a_modelfile_names_the_template_the_stops_and_the_system_text(light_model: Maker) -> None:
    folder = light_model()
    (folder / "generation_config.json").write_text('{"temperature": 0.7, "top_p": true}')
    write_provenance(folder, Provenance(prompt_template="qwen_chat", system='Say "hi"\nand "bye"'))
    made = modelfile_of(open_source(str(folder)), "m.gguf")
    assert made.text.startswith('FROM m.gguf\nTEMPLATE """{{ if .System }}<|im_start|>system\n')
    assert 'PARAMETER stop "<|im_end|>"\nPARAMETER stop "<|endoftext|>"\nPARAMETER num_ctx 256\n' in made.text
    assert made.text.endswith('PARAMETER temperature 0.7\nSYSTEM """Say "hi"\nand "bye""""\n')


def test_a_modelfile_cannot_hold_three_quotes_at_the_end_of_a_line(light_model: Maker) -> None:
    folder = light_model()
    write_provenance(folder, Provenance(system='Write """\nnow'))
    with pytest.raises(WorkbenchError, match="three quotes"):
        modelfile_of(open_source(str(folder)), "m.gguf")


def test_a_chat_template_that_is_no_plain_one_is_left_to_the_gguf_file(light_model: Maker) -> None:
    folder = light_model()
    (folder / "chat_template.jinja").write_text("{{ messages|length }}{{ messages[0].content }}")
    made = modelfile_of(open_source(str(folder)), "m.gguf")
    assert "TEMPLATE" not in made.text
    assert "GGUF" in made.notes[0]


def test_a_template_that_counts_is_told_of(light_model: Maker) -> None:
    made = modelfile_of(open_source(str(light_model()), "chatglm2"), "m.gguf")
    assert "[Round 1]" in made.text
    assert "every question is the first" in made.notes[0]


def test_a_long_context_is_told_of(light_model: Maker) -> None:
    made = modelfile_of(open_source(str(light_model(max_position_embeddings=131072))), "m.gguf")
    assert "num_ctx 131072" in made.text
    assert "131072 tokens" in made.notes[0]


def test_a_model_that_was_fetched_is_known_by_its_name(
    light_model: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WorkbenchError, match="no such folder") as caught:
        open_source("owner/a-model")
    assert caught.value.fix == "Fetch it first: workbench download owner/a-model"
    folder = light_model("models--owner--a-model/snapshots/0a1b")
    (folder / "model.safetensors").touch()
    (folder.parent.parent / "refs").mkdir()
    (folder.parent.parent / "refs" / "main").write_text("0a1b")
    source = open_source("owner/a-model")
    assert (source.folder, source.name) == (folder, "a-model")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no such folder"):
        open_source(str(tmp_path / "absent"))
    with pytest.raises(WorkbenchError, match=r"config\.json is missing"):
        open_source(str(tmp_path))
    assert open_source("sample:model").folder == SAMPLE
