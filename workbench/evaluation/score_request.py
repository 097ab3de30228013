"""What a scoring job is asked to do, kept in its ``job.yaml``, and the rows it writes. Light."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from workbench.evaluation.request import Precision

SCORES_FILE = "scores.jsonl"


class ScoreRequest(BaseModel):
    """A reward model and the rows whose answers it gives scores to.

    ``adapter`` is put on ``model`` if there is one; rows are rendered by ``prompt_template`` and have at most ``max_length``
    tokens; ``reward_token_id`` is put behind each answer, to read its score there; ``output``: the file of scores to write, or None for one in the job's results.
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model: str
    adapter: str | None = None
    prompt_template: str
    data_path: str
    dataset_format: str = "auto"
    max_length: int = 2048
    batch_size: int = 8
    precision: Precision = "auto"
    reward_token_id: int | None = None
    output: str | None = None


class ScoredRow(BaseModel):
    """The score of a row's answer, or those of a pair's two answers. ``row``: its line in JSONL and CSV, else its
    position from 1.
    """

    file: str
    row: int
    score: float | None = None
    chosen: float | None = None
    rejected: float | None = None
