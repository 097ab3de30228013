"""Start the whole journey on the embedded sample project."""

from __future__ import annotations

import time
from pathlib import Path

from workbench.actions.python import module_command
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import N_, _
from workbench.jobs.events import Progress
from workbench.jobs.find import find_job
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.jobs.state import state_of
from workbench.jobs.tail import last_event

DEFAULT_FOLDER = Path("workbench_quickstart")
DEFAULT_NAME = "小明"
VALID_CALLS, SMALL_TALK = "valid_calls", "small_talk"
SCORE_TITLES = {
    "identity": N_("knows its name (unseen questions)"),
    "seeing": N_("sees (unseen pictures)"),
    VALID_CALLS: N_("calls the right tool as it must (unseen questions)"),
    "retention": N_("still answers the rest right"),
    SMALL_TALK: N_("answers the rest right with tools at hand"),
}
"""What each score of a quickstart's results says; ``<score>_before`` and ``<score>_after`` are shares (0–1)."""
SEEING_JOURNEY, AGENT_JOURNEY = "llava", "agent"
CHAT_OPTIONS = (
    "--agent react --agent-text sample:tool_protocol.txt --tools calculator,clock,arxiv_search --arxiv-url sample:arxiv"
)
"""How `workbench chat` asks a model that was taught to use tools, with a stub instead of arXiv."""
_SCORES = {SEEING_JOURNEY: ("seeing", "retention"), AGENT_JOURNEY: (VALID_CALLS, "retention", SMALL_TALK)}
_SECONDS_TO_TRAINING = 15.0
_POLL_SECONDS = 0.1


def scores_of_journey(journey: str | None) -> tuple[str, ...]:
    """The names of the scores that a journey ends with."""
    return _SCORES.get(journey or "", ("identity", "retention"))


def start_quickstart(project: Path, name: str = DEFAULT_NAME, *, journey: str | None = None) -> JobFolder:
    """Start it in a project folder, which is made if it does not exist.

    Args:
        name: what the sample model learns to be called.
        journey: `SEEING_JOURNEY` or `AGENT_JOURNEY` to teach it to see or to use tools instead.

    Raises:
        WorkbenchError: the folder cannot be written, the name is empty, or a quickstart is still at work there.
    """
    if not name.strip():
        raise WorkbenchError(_("The assistant needs a name."), where="--name", fix=_("For example: --name 小明"))
    try:
        project.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be made: {reason}").format(reason=system_reason(error)),
            where=str(project),
            fix=_("Name a folder that you can write: workbench quickstart DIR."),
        ) from error
    return start_job(
        "quickstart",
        "quickstart",
        module_command("workbench.quickstart", "{job}"),
        project=project.resolve(),
        arguments={"journey": journey} if journey else {"name": name.strip()},
    )


def training_of(job: JobFolder) -> JobFolder:
    """The training that a quickstart has just begun, which is what there is to watch; the quickstart itself until
    then."""
    deadline = time.monotonic() + _SECONDS_TO_TRAINING
    while time.monotonic() < deadline and not state_of(job).is_over:
        last = last_event(job.events_path, (Progress,))
        if isinstance(last, Progress) and last.job:
            return find_job(Path(job.record.project), last.job)
        time.sleep(_POLL_SECONDS)
    return job
