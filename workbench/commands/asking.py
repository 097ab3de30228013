"""How the commands that ask a model questions start their jobs and end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.commands.asked_model import FewBits, Precision, bits_of

if TYPE_CHECKING:
    from workbench.evaluation.request import Benchmark


def ask(
    model: str,
    result: str,
    *,
    questions: Mapping[str, str] | None = None,
    benchmark: Benchmark | None = None,
    image_folder: str | None,
    adapter: str | None = None,
    llava: str | None,
    visual_encoder: str | None,
    visual_select_layer: int | None,
    prompt_template: str | None,
    system: str,
    bits: FewBits | None,
    torch_dtype: Precision,
    stop_words: list[str] | None,
    max_new_tokens: int,
    work_dir: Path | None = None,
    as_json: bool,
) -> None:
    """Start the job and follow it.

    Args:
        result: the result that is named at the end.
        questions: question files by the name of their score.
    """
    from workbench.actions.evaluate import model_to_score, start_evaluate
    from workbench.actions.named_weights import model_named
    from workbench.commands.evaluation_tables import tables_of
    from workbench.commands.outcome import follow_to_result

    wanted = model_to_score(
        *model_named(model, adapter, Path.cwd()),
        prompt_template,
        system,
        llava=llava,
        visual_encoder=visual_encoder,
        visual_select_layer=visual_select_layer,
        bits=bits_of(bits),
        precision=torch_dtype.value,
    )
    job = start_evaluate(
        [wanted],
        questions or {},
        project=Path.cwd(),
        benchmark=benchmark,
        image_folder=image_folder,
        work_dir=work_dir,
        max_new_tokens=max_new_tokens,
        stop_words=stop_words or [],
    )
    follow_to_result(job, result, as_json=as_json, tell=tables_of, goes_on=True)
