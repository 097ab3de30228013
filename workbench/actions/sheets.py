"""Start making a question sheet by asking a chat service."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from workbench.actions.python import module_command
from workbench.data.sheets.endpoint import KEY_VARIABLE
from workbench.data.sheets.make import SheetRequest
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model


def start_sheet(request: SheetRequest, key: SecretStr | None, *, project: Path) -> JobFolder:
    """Ask in a job of its own, which goes on where an earlier one for the same sheet ended.

    Args:
        key: reaches the job by its environment, and is written nowhere.

    Raises:
        WorkbenchError: there is nothing to ask about, the sheet cannot be added to, or a limit cannot be kept.
    """
    source = Path(resolve_model(request.source)).resolve()
    sheet = Path(request.sheet).expanduser().resolve()
    settled = request.model_copy(update={"source": str(source), "sheet": str(sheet)})
    settled.check()
    return start_job(
        "sheet",
        f"sheet-{sheet.stem}",
        module_command("workbench.data_jobs.sheet_job", "{job}"),
        project=project,
        arguments=settled.model_dump(mode="json"),
        env={KEY_VARIABLE: key.get_secret_value() if key else ""},
    )
