"""The command lines by which serving engines run a model. Facts about options: each engine's own documentation."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.checkpoints.export.jinja_template import chat_template_of
from workbench.checkpoints.export.known_models import architecture_of
from workbench.checkpoints.export.modelfile import ollama_name
from workbench.checkpoints.export.pieces import ROUND, pieces_of
from workbench.checkpoints.export.served_adapter import Adapter, merge_first
from workbench.checkpoints.export.source import ExportSource
from workbench.data.templates import PromptTemplate
from workbench.errors import WorkbenchError
from workbench.i18n import _

HOST = "127.0.0.1"
_SMALLEST_RANK = 16
_TOOL_PARSERS = {"qwen2": "hermes", "qwen3": "hermes", "mistral": "mistral"}
"""vLLM's names of the markup in which models of a kind call tools."""
_READ_THE_FOLDER = {"vllm", "lmdeploy", "sglang"}
"""The others get a GGUF file, which says what these have to find in the model's folder."""
_PROTECTION = dict.fromkeys(("vllm", "sglang", "llama.cpp"), ("--host", "--api-key")) | {
    "lmdeploy": ("--server-name", "--api-keys")
}
"""The options that say who may reach an engine, and with which key."""
_DTYPES = {"float16": "half", "bfloat16": "bfloat16", "float32": "float32"}


@dataclass
class Launch:
    """``lines``: to run one after another. ``files``: name → text, to lie in the current folder. ``notes``: to know.
    ``stops_are_told``: the engine learns from the line where answers end.
    """

    lines: list[str]
    files: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    stops_are_told: bool = False


def launch_of(engine: str, source: ExportSource, adapters: Sequence[Adapter] = ()) -> Launch:
    """The lines for an engine, which is a key of `ENGINES`.

    Raises:
        WorkbenchError: the engine cannot run the model, or not with adapters beside it.
    """
    launch = ENGINES[engine](source, adapters)
    if source.config.get("auto_map") and engine in _READ_THE_FOLDER:
        launch.notes.append(
            _(
                "If the engine does not know this model type, it asks for --trust-remote-code: then it runs the Python "
                "files in the model's folder. Look at them first."
            )
        )
    if engine in _READ_THE_FOLDER and not launch.stops_are_told:
        launch.notes += _unknown_ends(source)
    if engine in _PROTECTION:
        host, key = _PROTECTION[engine]
        launch.notes.append(
            _("Only this machine can reach it. Before you give another {host}, protect it with {key}.").format(
                host=host, key=key
            )
        )
    return launch


def _unknown_ends(source: ExportSource) -> list[str]:
    """A note if answers end with something that neither the generation config nor the tokenizer calls an end."""
    told = source.generation.get("eos_token_id", source.config.get("eos_token_id"))
    ends = {*(told if isinstance(told, list) else [told]), source.tokenizer.eos_token_id}
    stops = source.template.stop_words if source.template else ()
    unknown = [
        word for word in stops if (ids := source.tokenizer.encode(word)) == [] or len(ids) > 1 or ids[0] not in ends
    ]
    if not unknown:
        return []
    return [
        _(
            "Answers end with {words}, which the model's generation_config.json does not say, so the engine would write "
            'on: send "stop": {list} with every request.'
        ).format(words=", ".join(unknown), list=json.dumps(unknown, ensure_ascii=False))
    ]


def _line(*words: object) -> str:
    return shlex.join(str(word) for word in words)


def _chat_template(source: ExportSource, files: dict[str, str]) -> list[str]:
    """The option that names a chat template, with its file, if the tokenizer's own is not that of the training."""
    if not isinstance(source.template, PromptTemplate) or source.template_is_own:
        return []
    name = f"{source.name}.jinja"
    files[name] = chat_template_of(source.template) + "\n"
    return [name]


def _vllm(source: ExportSource, adapters: Sequence[Adapter]) -> Launch:
    launch = Launch([])
    words: list[object] = ["vllm", "serve", source.folder, "--served-model-name", source.name]
    words += ["--host", HOST, "--port", 8000, "--max-model-len", source.context_length]
    dtype = _DTYPES.get(str(source.config.get("dtype") or source.config.get("torch_dtype")))
    words += ["--dtype", dtype] if dtype else []
    words += [word for name in _chat_template(source, launch.files) for word in ("--chat-template", name)]
    if adapters:
        rank = max(_SMALLEST_RANK, *(adapter.rank for adapter in adapters))
        words += ["--enable-lora", "--max-lora-rank", 1 << (rank - 1).bit_length(), "--lora-modules"]
        words += [f"{adapter.name}={adapter.folder}" for adapter in adapters]
    launch.lines.append(_line(*words))
    parser = _TOOL_PARSERS.get(str(source.config.get("model_type")))
    if parser:
        launch.notes.append(
            _("For tool calls add: {options}").format(options=f"--enable-auto-tool-choice --tool-call-parser {parser}")
        )
    return launch


def _lmdeploy(source: ExportSource, adapters: Sequence[Adapter]) -> Launch:
    launch = Launch([])
    words: list[object] = ["lmdeploy", "serve", "api_server", source.folder, "--model-name", source.name]
    words += ["--server-name", HOST, "--server-port", 23333, "--session-len", source.context_length]
    if adapters:
        words += ["--backend", "pytorch", "--adapters", *(f"{adapter.name}={adapter.folder}" for adapter in adapters)]
    if isinstance(source.template, PromptTemplate) and not source.template_is_own:
        name = f"{source.name}.lmdeploy.json"
        launch.files[name] = _lmdeploy_template(source, source.template)
        launch.stops_are_told = True
        words += ["--chat-template", name]
        if source.template.system and not source.provenance.system:
            launch.notes.append(
                _(
                    "LMDeploy would begin every conversation without a system text with an empty one, so the template "
                    "that is written has none: send no system messages."
                )
            )
    launch.lines.append(_line(*words))
    return launch


def _lmdeploy_template(source: ExportSource, template: PromptTemplate) -> str:
    """LMDeploy's own form of a chat template: the texts before and after what each speaker says.

    It puts a system text before every conversation that has none of its own, even an empty one; so without a system
    text in training the template has no place for any. A name of its own keeps LMDeploy from filling in the texts of
    one of its templates.

    Format: https://github.com/InternLM/lmdeploy/blob/main/docs/en/advance/chat_template.md.
    """
    pieces = pieces_of(template, source.tokenizer.bos_token or "", source.tokenizer.eos_token or "")
    assert pieces is not None
    system = source.provenance.system
    values = {
        "model_name": f"workbench-{source.name}",
        "system": pieces.before_system if system else "",
        "meta_instruction": system,
        "eosys": template.system.partition("{system}")[2] if system else "",
        "user": pieces.opening.replace(ROUND, "1"),
        "eoh": pieces.asking,
        "assistant": "",
        "eoa": pieces.closing,
        "separator": "",
        "capability": "chat",
        "stop_words": list(template.stop_words) or None,
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _sglang(source: ExportSource, adapters: Sequence[Adapter]) -> Launch:
    launch = Launch([])
    words: list[object] = ["python", "-m", "sglang.launch_server", "--model-path", source.folder]
    words += ["--served-model-name", source.name, "--host", HOST, "--port", 30000]
    words += ["--context-length", source.context_length]
    words += [word for name in _chat_template(source, launch.files) for word in ("--chat-template", name)]
    if adapters:
        words += ["--lora-paths", *(f"{adapter.name}={adapter.folder}" for adapter in adapters)]
    launch.lines.append(_line(*words))
    return launch


def _llama_cpp(source: ExportSource, adapters: Sequence[Adapter]) -> Launch:
    """The chat template lies in the GGUF file."""
    _refuse_adapters(adapters)
    architecture_of(source.config)
    file, length = f"{source.name}-f16.gguf", ("-c", source.context_length)
    return Launch(
        [
            _line("workbench", "export", "gguf", source.folder, file),
            _line(
                "llama-server", "-m", file, "--alias", source.name, "--host", HOST, "--port", 8080, *length, "--jinja"
            ),
        ]
    )


def _ollama(source: ExportSource, adapters: Sequence[Adapter]) -> Launch:
    _refuse_adapters(adapters)
    architecture_of(source.config)
    file, folder, name = f"{source.name}-f16.gguf", f"{source.name}-ollama", ollama_name(source.name)
    return Launch(
        [
            _line("workbench", "export", "gguf", source.folder, file),
            _line("workbench", "export", "ollama", source.folder, folder, "--gguf", file),
            _line("ollama", "create", name, "-f", f"{folder}/Modelfile"),
            _line("ollama", "run", name),
        ]
    )


def _refuse_adapters(adapters: Sequence[Adapter]) -> None:
    if adapters:
        raise WorkbenchError(
            _("For this engine the adapter has to be merged first."),
            where="--adapter",
            fix=merge_first(adapters[0].folder),
        )


ENGINES: dict[str, Callable[[ExportSource, Sequence[Adapter]], Launch]] = {
    "vllm": _vllm,
    "lmdeploy": _lmdeploy,
    "sglang": _sglang,
    "llama.cpp": _llama_cpp,
    "ollama": _ollama,
}
