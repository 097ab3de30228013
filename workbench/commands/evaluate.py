"""``workbench evaluate``: how many probes a model answers right."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands import asked_model
from workbench.commands.wording import examples
from workbench.configs.evaluation_rules import PROBE_MAX_NEW_TOKENS
from workbench.i18n import _

_EXAMPLES = """
  workbench evaluate ./merged --identity-probes identity.probes.json

  workbench evaluate sample:model --prompt-template internlm2_chat --retention-probes sample:retention.probes.json

  workbench evaluate last --retention-probes sample:retention.probes.json --max-new-tokens 128

  workbench evaluate ./merged --questions arithmetic=sums.json --questions facts=facts.csv

  workbench evaluate ./my_llava --image-probes questions.json

  workbench evaluate internlm/internlm2-chat-1_8b --llava my_llava --pope pope.jsonl --image-folder val2014
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "evaluate",
        help=_("Score a model on questions with known answers; the same command goes on with one that was stopped."),
        epilog=examples(_EXAMPLES),
    )(evaluate)


def evaluate(
    model: asked_model.Model,
    adapter: asked_model.Adapter = None,
    llava: asked_model.Llava = None,
    visual_encoder: asked_model.VisualEncoder = None,
    visual_select_layer: asked_model.VisualSelectLayer = None,
    identity_probes: Annotated[str | None, typer.Option(help=_("Probe file: does it know its name?"))] = None,
    retention_probes: Annotated[str | None, typer.Option(help=_("Probe file: does it still know the rest?"))] = None,
    image_probes: Annotated[str | None, typer.Option(help=_("Probe file about pictures: does it see?"))] = None,
    questions: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help=_("A file of questions with known answers, by the name of its score.")),
    ] = None,
    pope: Annotated[
        str | None, typer.Option(metavar="JSONL", help=_("POPE's questions, to be answered with yes or no."))
    ] = None,
    image_folder: asked_model.ImageFolder = None,
    prompt_template: asked_model.PromptTemplate = None,
    system: asked_model.System = "",
    bits: asked_model.Bits = None,
    torch_dtype: asked_model.TorchDtype = asked_model.Precision.auto,
    stop_words: asked_model.StopWords = None,
    max_new_tokens: asked_model.MaxNewTokens = PROBE_MAX_NEW_TOKENS,
    as_json: asked_model.AsJson = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.evaluate import named_files
    from workbench.commands.asking import ask
    from workbench.configs.evaluation_rules import IDENTITY, RETENTION, SEEING
    from workbench.evaluation.request import Benchmark

    given = {IDENTITY: identity_probes, RETENTION: retention_probes, SEEING: image_probes}
    ask(
        model,
        "wrong_answers",
        questions={name: path for name, path in given.items() if path} | named_files(questions or ()),
        benchmark=Benchmark(kind="pope", data_path=pope) if pope else None,
        image_folder=image_folder,
        adapter=adapter,
        llava=llava,
        visual_encoder=visual_encoder,
        visual_select_layer=visual_select_layer,
        prompt_template=prompt_template,
        system=system,
        bits=bits,
        torch_dtype=torch_dtype,
        stop_words=stop_words,
        max_new_tokens=max_new_tokens,
        as_json=as_json,
    )
