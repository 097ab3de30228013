"""What an evaluation job is asked to do; kept in its ``job.yaml``. Light."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from workbench.configs.evaluation_rules import PROBE_MAX_NEW_TOKENS

Precision = Literal["auto", "bf16", "fp16", "fp32"]
"""Number format of loaded weights."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class ModelToScore(_Strict):
    """One model. ``label`` is the target of its scores; an adapter is put on the model if there is one.

    ``llava``: a folder with ``projector/`` and what else a training of a seeing model changed, for the language model
    ``model``; ``visual_encoder`` and ``visual_select_layer`` stand above what the folder says itself. ``model`` may
    also be a whole seeing model. ``endpoint``: the user's name for a chat service that is asked instead of weights.
    """

    label: str
    model: str
    adapter: str | None = None
    llava: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    endpoint: str | None = None
    prompt_template: str
    system: str = ""
    bits: Literal[4, 8] | None = None
    precision: Precision = "auto"
    trust_remote_code: bool = False


class Benchmark(_Strict):
    """A published set of questions, in a file."""

    kind: Literal["mmbench", "refcoco", "pope"]
    data_path: str


class EvaluationRequest(_Strict):
    """Models, and what they are asked.

    ``probes``: probe files by the name of their score; ``questions``: files that need not say what is right, in the same
    way; ``image_folder``: what the paths of all pictures count from, else
    the folder of the file that names them; ``stop_words`` end answers, beside the template's own;
    ``as_of``: stands for the state of all files that are read, so that answers from before are used for the same only.
    """

    models: list[ModelToScore]
    probes: dict[str, str] = {}
    questions: dict[str, str] = {}
    benchmark: Benchmark | None = None
    image_folder: str | None = None
    max_new_tokens: int = PROBE_MAX_NEW_TOKENS
    stop_words: list[str] = []
    as_of: str = ""
