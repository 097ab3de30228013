"""Question files that the models of the Chat area are asked. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.actions.compare import HowAsked, start_compare
from workbench.data.probes import read_open_probes
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import Failed
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState, outcome_of, state_of
from workbench.paths import resolve_model
from workbench.ui.chosen_model import ChosenModel

ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".txt")


def require_questions(file: str) -> None:
    """
    Raises:
        WorkbenchError: the file is missing, or no file of questions (names file:row:field).
    """
    read_open_probes(Path(resolve_model(file)))


def ask_file(project: Path, file: str, models: Sequence[ChosenModel], system: str) -> JobFolder:
    """Start the job in which the models are asked, or go on with one that did not finish.

    Raises:
        WorkbenchError: something cannot be used, or the models are loaded in different ways.
    """
    ways = {(one.bits, one.precision) for one in models if one.endpoint is None}
    if len(ways) > 1:
        raise WorkbenchError(
            _("The models are loaded in different ways: bits or number format differ."),
            fix=_("Choose them in one way, or ask each with 'workbench compare'."),
        )
    bits, precision = ways.pop() if ways else (None, "auto")
    how = HowAsked(system=system, bits=bits, precision=precision)
    named = {one.reference_in(project): one.prompt_template for one in models}
    return start_compare(file, list(named), how, project=project, templates=named)


def said_of(job: JobFolder) -> str:
    """How a job stands, and why it failed if it has."""
    state, outcome = state_of(job), outcome_of(job)
    word = f"{state.symbol} {_(state.value)}"
    if isinstance(outcome, Failed) and state.is_over:
        return f"{word}: {outcome.reason}" + (f" ({outcome.hint})" if outcome.hint else "")
    if state in {JobState.STOPPED, JobState.LOST}:
        return _("{state}; asking the same file again goes on").format(state=word)
    return word
