"""What an evaluation job is asked to do; kept in its ``job.yaml``. Light."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ModelToScore(BaseModel):
    """One model. ``label`` is the target of its scores; an adapter is put on the model if there is one."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    label: str
    model: str
    adapter: str | None = None
    prompt_template: str
    system: str = ""
    trust_remote_code: bool = False


class EvaluationRequest(BaseModel):
    """Models, and probe files by the name of their score."""

    model_config = ConfigDict(extra="forbid")

    models: list[ModelToScore]
    probes: dict[str, str]
