"""What scores a row of the Checkpoints area: a file of questions, or of pairs for a reward model. No Textual here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.actions.evaluate import model_to_score, start_evaluate
from workbench.actions.score import start_score
from workbench.data.files import data_files
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.probes import read_probes
from workbench.data.templates.mismatch import recommended_template
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.paths import SAMPLE_PREFIX, resolve_model
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.weights_rows import Row, path_of
from workbench.ui.weights_use import chat_with, is_adapter, merge_base, merge_tower
from workbench.weights.facts import WeightsFacts
from workbench.weights.scoring import is_scorer


@dataclass(frozen=True)
class Scoring:
    """How to score one row.

    Args:
        base, tower: models that have to be on this machine; None if the row needs none.
        check: raises `WorkbenchError` for a file that cannot be used.
        start: starts the job on the file, with the base and the tower as they are to be loaded.
    """

    text: str
    placeholder: str
    base: str | None
    tower: str | None
    check: Callable[[str], object]
    start: Callable[[str, str | None, str | None], JobFolder]


def scoring_of(row: Row | None, facts: WeightsFacts | None, project: Path) -> Scoring:
    """
    Raises:
        WorkbenchError: the row holds nothing that could be scored as it is, and why.
    """
    path = path_of(row)
    if path is not None and is_scorer(path):
        return _of_scorer(path, merge_base(row, facts) if is_adapter(path) else None, project)
    return _of_model(chat_with(row, facts), merge_tower(facts), project)


def _of_scorer(path: Path, base: str | None, project: Path) -> Scoring:
    def start(file: str, base: str | None, _tower: str | None) -> JobFolder:
        return start_score(str(path), _place(file), project=project, base=base)

    return Scoring(
        _(
            "A reward model scores answers. Name a file of pairs (prompt, chosen, rejected), or of dialogues that end "
            "with an answer. Of pairs it is told how often the chosen answer has more."
        ),
        _("path of the pairs"),
        base,
        None,
        lambda file: data_files(_place(file)),
        start,
    )


def _of_model(chosen: ChosenModel, tower: str | None, project: Path) -> Scoring:
    def start(file: str, base: str | None, tower: str | None) -> JobFolder:
        template = chosen.prompt_template or _recommended(base)
        wanted = model_to_score(
            base or chosen.model, chosen.adapter, template, llava=chosen.llava, visual_encoder=tower
        )
        return start_evaluate([wanted], {_name_of(file): _place(file)}, project=project)

    return Scoring(
        _(
            "Name a file of questions with their right answers: JSON, JSON lines or CSV with the columns question and "
            "answers. The score has the name of the file."
        ),
        _("path of the questions"),
        chosen.model or None,
        tower,
        lambda file: read_probes(Path(resolve_model(_place(file)))),
        start,
    )


def _recommended(base: str | None) -> str | None:
    """The format that a model was made for; None if nothing tells it."""
    if base is None:
        return None
    folder = snapshot_of(base) or Path(resolve_model(base))
    return recommended_template(base, LightTokenizer.from_folder(folder) if folder.is_dir() else None)


def _name_of(file: str) -> str:
    """``sums`` of ``data/sums.probes.json``."""
    return Path(file.removeprefix(SAMPLE_PREFIX)).name.split(".", 1)[0] or file


def _place(file: str) -> str:
    """A path that holds wherever the job runs."""
    return file if file.startswith(SAMPLE_PREFIX) else str(Path(file).expanduser().resolve())
