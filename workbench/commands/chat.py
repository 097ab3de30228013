"""``workbench chat``: talk to a model, in the app or on a plain terminal."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.agent_options import (
    MORE_PLUGINS,
    Agent,
    AgentText,
    Allow,
    ArxivUrl,
    ForceStop,
    Lagent,
    MaxTurns,
    Mcp,
    Plugins,
    Tools,
    agent_for,
    chosen_agent,
    moss_templates,
    plain_agent,
)
from workbench.commands.asked_model import (
    Adapter,
    Bits,
    Compile,
    Llava,
    MaxNewTokens,
    Model,
    Precision,
    PromptTemplate,
    StopWords,
    System,
    TorchDtype,
    TrustRemoteCode,
    VisualEncoder,
    VisualSelectLayer,
    bits_of,
    refuse_for_service,
)
from workbench.commands.wording import examples
from workbench.errors import WorkbenchError
from workbench.i18n import _

_EXAMPLES = """
  workbench chat sample:model

  workbench chat internlm/internlm2-chat-1_8b --adapter ./work_dirs/adapter --prompt-template internlm2_chat

  workbench chat last

  workbench chat ./merged --message "你是谁" --temperature 0 --json

  cat questions.txt | workbench chat ./merged --json

  workbench chat ./work_dirs/llava/checkpoint-200 --image cat.jpg --message "What is this?"

  workbench chat sample:model --agent react --tools calculator,clock,arxiv_search --arxiv-url sample:arxiv

  workbench chat internlm/internlm2-chat-1_8b --llava ./llava --visual-encoder openai/clip-vit-large-patch14-336
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("chat", help=_("Chat with a model, with or without an adapter."), epilog=examples(_EXAMPLES))(chat)


def chat(
    model: Model,
    more_plugins: Annotated[list[str] | None, MORE_PLUGINS] = None,
    adapter: Adapter = None,
    llava: Llava = None,
    visual_encoder: VisualEncoder = None,
    visual_select_layer: VisualSelectLayer = None,
    image: Annotated[
        list[str] | None,
        typer.Option(help=_("Picture for the first message: a path, or an http(s) address; repeatable.")),
    ] = None,
    prompt_template: PromptTemplate = None,
    system: System = "",
    system_template: Annotated[
        str | None,
        typer.Option(
            help=_("System text by name: moss_sft, alpaca, arxiv_gentile, colorist, coder, lawyer, medical or sql.")
        ),
    ] = None,
    bot_name: Annotated[str, typer.Option(help=_("What the model is called in the named system text."))] = "BOT",
    message: Annotated[
        list[str] | None, typer.Option("--message", "-m", help=_("Ask this and leave; repeatable."))
    ] = None,
    bits: Bits = None,
    torch_dtype: TorchDtype = Precision.auto,
    stop_words: StopWords = None,
    max_new_tokens: MaxNewTokens = 2048,
    temperature: Annotated[
        float, typer.Option(help=_("Randomness; 0 always takes the likeliest token."), min=0, max=5)
    ] = 0.1,
    top_k: Annotated[int, typer.Option(help=_("Draw from so many likeliest tokens."), min=0)] = 40,
    top_p: Annotated[
        float, typer.Option(help=_("Draw from the tokens that make up this share."), min=0.01, max=1)
    ] = 0.75,
    repetition_penalty: Annotated[float, typer.Option(help=_("Above 1 discourages repeating."), min=0.01, max=5)] = 1.0,
    seed: Annotated[int, typer.Option(help=_("The seed of every random choice."), min=0, max=2**32 - 1)] = 0,
    offload_folder: Annotated[
        str | None, typer.Option(help=_("Use all devices, and this folder for weights that do not fit on them."))
    ] = None,
    compiled: Compile = False,
    trust_remote_code: TrustRemoteCode = False,
    agent: Agent = None,
    tools: Tools = None,
    mcp: Mcp = None,
    agent_text: AgentText = None,
    force_stop: ForceStop = None,
    max_turns: MaxTurns = 7,
    allow: Allow = None,
    arxiv_url: ArxivUrl = None,
    with_plugins: Plugins = None,
    lagent: Lagent = False,
    plain: Annotated[bool, typer.Option("--plain", help=_("Line by line, without the full-screen app."))] = False,
    no_streamer: Annotated[bool, typer.Option("--no-streamer", help=_("Show an answer once it is whole."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object an answer."))] = False,
) -> None:
    """Open the app's chat on a terminal; answer line by line otherwise."""
    from workbench.actions.named_weights import model_named
    from workbench.chat.endpoints import service_named_by
    from workbench.chat.given_picture import checked_picture
    from workbench.chat.parts_choice import refuse_both
    from workbench.chat.protocol import GenerationSettings, Load
    from workbench.chat.system_templates import chosen_system
    from workbench.chat.typed_lines import require_text
    from workbench.ui.terminal import has_full_screen

    if with_plugins:
        prompt_template, system_template = moss_templates(prompt_template, system_template)
    settings = GenerationSettings(
        max_new_tokens=max_new_tokens,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        repetition_penalty=repetition_penalty,
        seed=seed,
        stop_words=stop_words or [],
    )
    load = Load(
        id=0,
        model=model,
        adapter=adapter,
        llava=llava,
        visual_encoder=visual_encoder,
        visual_select_layer=visual_select_layer,
        prompt_template=prompt_template,
        bits=bits_of(bits),
        offload_folder=offload_folder,
        precision=torch_dtype.value,
        compile=compiled,
        trust_remote_code=trust_remote_code,
    )
    refuse_both(load)
    choice = chosen_agent(
        agent=agent,
        tools=tools,
        mcp=mcp,
        text=agent_text,
        force_stop=force_stop,
        max_turns=max_turns,
        arxiv_url=arxiv_url,
        plugins=with_plugins,
        more_plugins=more_plugins,
        lagent=lagent,
        bot_name=bot_name,
        allowed=allow or [],
    )
    if message and not all(text.strip() for text in message):
        raise WorkbenchError(_("The message is empty."), where="--message", fix=_("Write what is to be asked."))
    system = require_text(chosen_system(system, system_template, bot_name), "--system")
    if service_named_by(model) is not None:
        refuse_for_service(load, ignored={"prompt_template"} if with_plugins else set())
    else:
        named, its_adapter = model_named(model, adapter, Path.cwd())
        load = load.model_copy(update={"model": named, "adapter": its_adapter})
        choice = agent_for(choice, its_adapter or named)
    images = [checked_picture(one, Path.cwd()) for one in image or []]
    allowed = frozenset(allow or ())
    if not (plain or as_json or message) and has_full_screen(os.environ):
        from workbench.ui.chosen_model import ChosenModel
        from workbench.ui.launch import main as open_app

        chosen = ChosenModel(**{one.name: getattr(load, one.name) for one in fields(ChosenModel)})
        raise typer.Exit(
            open_app(
                area="chat",
                chosen=chosen,
                system=system,
                settings=settings,
                images=images,
                streams=not no_streamer,
                agent=choice,
                allowed=allowed,
            )
        )
    from workbench.chat.repl import PlainChat, chat_plainly
    from workbench.paths import user_state

    session = PlainChat(load, system, settings, Path.cwd(), user_state() / "chat.log", as_json, images, not no_streamer)
    if choice:
        session.answering = plain_agent(choice, Path.cwd(), allowed)
    if chat_plainly(session, message or []):
        raise typer.Exit(1)
