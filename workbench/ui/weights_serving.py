"""Serving the weights of a row as an OpenAI-compatible endpoint on this machine. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.serve_api import DEFAULT_PORT, start_serving
from workbench.chat.protocol import Load
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.serving.address import LOOPBACK, settled_port
from workbench.serving.served import Served
from workbench.ui.chosen_model import ChosenModel


def serve(chosen: ChosenModel, project: Path) -> JobFolder:
    """Start the endpoint, at the usual port or else at a free one.

    Raises:
        WorkbenchError: the model is not there, or a library is not installed.
    """
    load = Load(
        id=0,
        model=chosen.model or chosen.llava or "",
        llava=chosen.llava if chosen.model else None,
        visual_encoder=chosen.visual_encoder,
        visual_select_layer=chosen.visual_select_layer,
        prompt_template=chosen.prompt_template,
        bits=chosen.bits,
        precision=chosen.precision,
        compile=chosen.compile,
        trust_remote_code=chosen.trust_remote_code,
    )
    return start_serving(load, [chosen.adapter] if chosen.adapter else [], project=project, port=_port())


def endpoint_text(job: JobFolder) -> tuple[str, str]:
    """What to know of an endpoint that was started, and its address."""
    served = Served.model_validate(job.record.arguments)
    text = _(
        "{url}\n\nIt answers once the model is in memory, for programs on this machine, and goes on without the app.\n\n"
        "Ask it:\n{command}\n\nStop it:\nworkbench cancel {job}"
    )
    return text.format(url=served.url, command=served.example(), job=job.id), served.url


def _port() -> int:
    try:
        return settled_port(LOOPBACK, DEFAULT_PORT)
    except WorkbenchError:
        return settled_port(LOOPBACK, 0)
