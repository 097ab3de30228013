"""Which files of a repository are fetched."""

from __future__ import annotations

import pytest

from workbench.hub.choose import RemoteFile, choose


def files(*paths: str) -> list[RemoteFile]:
    return [RemoteFile(path, 1000, "0", is_large=False) for path in paths]


def chosen(paths: list[str], **patterns: list[str]) -> list[str]:
    return [file.path for file in choose(files(*paths), **patterns).wanted]


@pytest.mark.parametrize(
    ("repository", "left_out"),
    [
        (["config.json", "model.safetensors", "pytorch_model.bin", "model.gguf", "tf_model.h5"], 3),
        (
            [
                "model.safetensors.index.json",
                "model-1.safetensors",
                "pytorch_model.bin.index.json",
                "pytorch_model-1.bin",
            ],
            2,
        ),
        (["config.json", "pytorch_model.bin", "flax_model.msgpack"], 1),
        (["README.md", "model-q4.gguf", "model-q8.gguf"], 0),
        (["model.safetensors", "original/consolidated.00.pth", "original/params.json", "onnx/model.onnx"], 3),
        (["model-1.safetensors", "consolidated.safetensors"], 1),
        (["adapter_model.safetensors", "adapter_config.json", "training_args.bin", "optimizer.pt"], 2),
        (["projector/model.safetensors", "llm_adapter/adapter_model.bin"], 0),
        (["tokenizer.model", "tokenizer.json", "modeling_internlm2.py", "chat_template.jinja"], 0),
    ],
)
def test_weights_come_once_and_in_the_best_format(repository: list[str], left_out: int) -> None:
    choice = choose(files(*repository))
    assert [file.path for file in choice.left_out] == repository[len(repository) - left_out :] or left_out == len(
        choice.left_out
    )
    assert {file.path for file in choice.wanted} | {file.path for file in choice.left_out} == set(repository)
    assert len(choice.left_out) == left_out
    assert (choice.note() is None) == (left_out == 0)


def test_the_best_format_is_safetensors_with_its_index() -> None:
    repository = [
        "pytorch_model.bin.index.json",
        "pytorch_model-1.bin",
        "model.safetensors.index.json",
        "model-1.safetensors",
    ]
    assert chosen(repository) == ["model.safetensors.index.json", "model-1.safetensors"]


def test_patterns_say_what_is_fetched() -> None:
    repository = ["model.safetensors", "pytorch_model.bin", "onnx/model.onnx", "README.md"]
    assert chosen(repository, include=["*.bin", "onnx/"]) == ["pytorch_model.bin", "onnx/model.onnx"]
    assert chosen(repository, include=["*"], exclude=["*.bin"]) == ["model.safetensors", "onnx/model.onnx", "README.md"]
    assert chosen(repository, exclude=["*.safetensors", "onnx/*"]) == ["pytorch_model.bin", "README.md"]


def test_what_is_left_out_is_named_with_its_size() -> None:
    note = choose(files("a.safetensors", "b.bin", "c.gguf")).note()
    assert note == "Left out, as other files hold the same: b.bin, c.gguf (2.0 KB); --include fetches what you name."


def test_a_data_set_is_fetched_whole() -> None:
    choice = choose(files("train.parquet", "a.bin", "b.safetensors"), weights_once=False)
    assert len(choice.wanted) == 3
