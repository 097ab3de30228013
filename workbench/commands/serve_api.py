"""``workbench serve-api``: a model as an OpenAI-compatible endpoint, in a job of its own."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.commands.asked_model import (
    AsJson,
    Bits,
    Compile,
    Llava,
    Model,
    Precision,
    PromptTemplate,
    TorchDtype,
    TrustRemoteCode,
    VisualEncoder,
    VisualSelectLayer,
    bits_of,
)
from workbench.commands.wording import examples
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.jobs.folder import JobFolder

_EXAMPLES = """
  workbench serve-api sample:model

  workbench serve-api internlm/internlm2-chat-1_8b --adapter mine=./my_adapter --port 8001

  MY_KEY=… workbench serve-api ./merged --host 0.0.0.0 --api-key-env MY_KEY
"""
_LOOK_SECONDS = 0.2


class Backend(StrEnum):
    """What serves a model."""

    own = "own"
    vllm = "vllm"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve-api", help=_("Serve a model as an OpenAI-compatible endpoint."), epilog=examples(_EXAMPLES))(
        serve_api
    )


def serve_api(
    model: Model,
    adapter: Annotated[
        list[str] | None, typer.Option(help=_("Adapter folder, or NAME=FOLDER; repeatable, each is a model."))
    ] = None,
    llava: Llava = None,
    visual_encoder: VisualEncoder = None,
    visual_select_layer: VisualSelectLayer = None,
    prompt_template: PromptTemplate = None,
    bits: Bits = None,
    torch_dtype: TorchDtype = Precision.auto,
    compiled: Compile = False,
    host: Annotated[
        str, typer.Option(help=_("The address to listen at; any other than this machine's own demands a key."))
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("The port; 0 takes a free one."), min=0, max=65535)] = 8000,
    api_key_env: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("The environment variable with the key that requests bring."))
    ] = None,
    backend: Annotated[
        Backend, typer.Option(help=_("What serves: workbench's own chat engine, or vLLM where it is installed."))
    ] = Backend.own,
    at_once: Annotated[int, typer.Option(help=_("Answers that come side by side; others wait."), min=1)] = 8,
    trust_remote_code: TrustRemoteCode = False,
    as_json: AsJson = False,
) -> None:
    """Start the job, and leave once it answers."""
    from workbench.actions.named_weights import model_named, weights_named
    from workbench.actions.serve_api import start_serving
    from workbench.chat.protocol import Load
    from workbench.serving.address import is_loopback
    from workbench.serving.keys import key_in, new_key
    from workbench.serving.served import name_and_folder

    given = key_in(api_key_env) if api_key_env else None
    made = new_key() if given is None and not is_loopback(host) else None
    project = Path.cwd()
    named, its_adapter = model_named(model, None, project)
    adapters = [_with_folder(one, weights_named(name_and_folder(one)[1], project)) for one in adapter or []]
    load = Load(
        id=0,
        model=named,
        llava=llava,
        visual_encoder=visual_encoder,
        visual_select_layer=visual_select_layer,
        prompt_template=prompt_template,
        bits=bits_of(bits),
        precision=torch_dtype.value,
        compile=compiled,
        trust_remote_code=trust_remote_code,
    )
    job = start_serving(
        load,
        [*([its_adapter] if its_adapter else []), *adapters],
        project=project,
        host=host,
        port=port,
        key=given or made,
        at_once=at_once,
        backend=backend.value,
    )
    _tell(job, new_key=made.get_secret_value() if made else "", needs_key=bool(given or made), as_json=as_json)


def _with_folder(adapter: str, folder: str) -> str:
    """The adapter as it was given, with the folder that its name stands for."""
    name, sign, _folder = adapter.partition("=")
    return f"{name}={folder}" if sign and "/" not in name else folder


def _tell(job: JobFolder, *, new_key: str, needs_key: bool, as_json: bool) -> None:
    """Wait until the endpoint answers, then say where it is and how it is asked."""
    from workbench.commands.follow import follow, watch_and_stop
    from workbench.jobs.events import Warned
    from workbench.jobs.tail import EventTail
    from workbench.serving.address import in_the_clear, is_loopback
    from workbench.serving.served import Served
    from workbench.text import printable

    typer.echo(_("Loading the model…"), err=True)
    try:
        is_serving = _wait(job)
    except KeyboardInterrupt:
        typer.echo("\n" + _("The job goes on without this terminal.") + "\n" + watch_and_stop(job.id), err=True)
        raise typer.Exit from None
    if not is_serving:
        code = follow(job, to_stderr=True) or 1
        if as_json:
            typer.echo(json.dumps({"job": job.id, "exit_code": code, "error": _failure(job)}, ensure_ascii=False))
        raise typer.Exit(code)
    served = Served.model_validate(job.record.arguments)
    for event in EventTail(job.events_path).rest():
        if isinstance(event, Warned):
            typer.echo(_("Warning: {text}").format(text=printable(event.message)), err=True)
    if as_json:
        said = {"job": job.id, "url": served.url, "models": list(served.parts), **({"key": new_key} if new_key else {})}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    typer.echo(_("Serving {names} at {url}").format(names=", ".join(served.parts), url=served.url))
    if new_key:
        typer.echo(_("Key, shown this once: {key}").format(key=new_key))
    typer.echo(_("Ask it:\n  {command}").format(command=served.example(needs_key=needs_key)))
    if not is_loopback(served.host):
        typer.echo(in_the_clear(served.port))
    typer.echo(watch_and_stop(job.id))


def _failure(job: JobFolder) -> dict[str, str | None]:
    """What is wrong, where, and how to mend it, as far as the job has said so."""
    from workbench.jobs.events import Failed
    from workbench.jobs.state import outcome_of

    said = outcome_of(job)
    if isinstance(said, Failed):
        return {"what": said.reason, "where": said.where, "fix": said.hint}
    return {
        "what": _("The endpoint ended before it answered."),
        "where": str(job.log_path),
        "fix": _("The log says why."),
    }


def _wait(job: JobFolder) -> bool:
    """Whether the endpoint answers now; False if its job has ended."""
    from workbench.jobs.events import Started
    from workbench.jobs.state import state_of
    from workbench.jobs.tail import EventTail

    tail = EventTail(job.events_path)
    while True:
        is_over = state_of(job).is_over  # asked before the events are read
        if any(isinstance(event, Started) for event in tail.poll()):
            return True
        if is_over:
            return False
        time.sleep(_LOOK_SECONDS)
