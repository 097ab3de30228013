"""``workbench evaluate``: how many probes a model answers right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench evaluate ./merged --identity-probes identity.probes.json

  workbench evaluate sample:model --prompt-template internlm2_chat --retention-probes sample:retention.probes.json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate", help=_("Score a model on questions with known answers."), epilog=examples(_EXAMPLES))(
        evaluate
    )


def evaluate(
    model: Annotated[str, typer.Argument(help=_("Model folder, Hugging Face name, or sample:model."))],
    adapter: Annotated[str | None, typer.Option(help=_("Adapter folder."))] = None,
    identity_probes: Annotated[str | None, typer.Option(help=_("Probe file: does it know its name?"))] = None,
    retention_probes: Annotated[str | None, typer.Option(help=_("Probe file: does it still know the rest?"))] = None,
    prompt_template: Annotated[
        str | None, typer.Option(help=_("Dialogue format; empty takes the one the weights were trained with."))
    ] = None,
    system: Annotated[str, typer.Option(help=_("System text."))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.evaluate import model_to_score, start_evaluate
    from workbench.commands.outcome import follow_to_result

    given = {"identity": identity_probes, "retention": retention_probes}
    job = start_evaluate(
        [model_to_score(model, adapter, prompt_template, system)],
        {name: path for name, path in given.items() if path},
        project=Path.cwd(),
    )
    follow_to_result(job, "wrong_answers", as_json=as_json)
