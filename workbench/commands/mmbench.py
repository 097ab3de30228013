"""``workbench mmbench``: MMBench on a file of it."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands import asked_model
from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench mmbench ./my_llava --data-path mmbench_dev_20230712.tsv

  workbench mmbench internlm/internlm2-chat-1_8b --llava my_llava --data-path mmbench_test_20230712.tsv
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "mmbench",
        help=_("Score a model that sees on MMBench. Without answers in the file: write what is to be handed in."),
        epilog=examples(_EXAMPLES),
    )(mmbench)


def mmbench(
    model: asked_model.Model,
    data_path: Annotated[str, typer.Option(metavar="TSV", help=_("MMBench's file, pictures inside."))],
    llava: asked_model.Llava = None,
    visual_encoder: asked_model.VisualEncoder = None,
    visual_select_layer: asked_model.VisualSelectLayer = None,
    prompt_template: asked_model.PromptTemplate = None,
    system: asked_model.System = "",
    bits: asked_model.Bits = None,
    torch_dtype: asked_model.TorchDtype = asked_model.Precision.auto,
    stop_words: asked_model.StopWords = None,
    max_new_tokens: asked_model.MaxNewTokens = 100,
    work_dir: asked_model.WorkDir = None,
    as_json: asked_model.AsJson = False,
) -> None:
    """Start the job and follow it."""
    from workbench.commands.asking import ask
    from workbench.evaluation.request import Benchmark

    ask(
        model,
        "mmbench_answers",
        benchmark=Benchmark(kind="mmbench", data_path=data_path),
        image_folder=None,
        llava=llava,
        visual_encoder=visual_encoder,
        visual_select_layer=visual_select_layer,
        prompt_template=prompt_template,
        system=system,
        bits=bits,
        torch_dtype=torch_dtype,
        stop_words=stop_words,
        max_new_tokens=max_new_tokens,
        work_dir=work_dir,
        as_json=as_json,
    )
