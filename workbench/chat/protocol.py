"""What the app and the chat engine say to each other: one JSON object a line, over the engine's stdin and stdout.

Each request carries an ``id``; every reply to it carries the same one. ``generate`` answers with any number of
``delta`` replies and one ``answer``; every other request with one closing reply. Any request may end in ``error``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from workbench.chat.turn import ChatCall, ChatTurn, Figures
from workbench.configs.setting import setting


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int


class GenerationSettings(BaseModel):
    """How an answer is drawn; defaults are those of XTuner's chat command.

    ``temperature`` 0 is greedy decoding. ``max_new_tokens`` counts tokens of the answer alone.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    max_new_tokens: int = setting(
        2048, ge=1, le=131072, unit="tokens", group="generation", en="The longest answer.", zh="回答的最大长度。"
    )
    temperature: float = setting(
        0.1,
        ge=0,
        le=5,
        group="generation",
        en="Randomness of the answer; 0 always takes the likeliest token.",
        zh="回答的随机性；0 表示总取概率最大的 token。",
    )
    top_k: int = setting(
        40,
        ge=0,
        unit="tokens",
        group="generation",
        en="Draw from so many likeliest tokens; 0 is all.",
        zh="只在概率最大的这么多 token 中抽取；0 为全部。",
    )
    top_p: float = setting(
        0.75,
        gt=0,
        le=1,
        group="generation",
        en="Draw from the likeliest tokens that together reach this share.",
        zh="只在累计概率达到此值的 token 中抽取。",
    )
    repetition_penalty: float = setting(
        1.0,
        gt=0,
        le=5,
        group="generation",
        en="Above 1 makes repeated words less likely.",
        zh="大于 1 时降低重复用词的概率。",
    )
    seed: int = setting(
        0,
        ge=0,
        lt=2**32,
        group="generation",
        en="The seed of every random choice; an answer given again takes the next.",
        zh="所有随机选择的种子；重新回答时取下一个。",
    )
    stop_words: list[str] = setting(
        [], group="generation", en="Text that ends an answer, beside the template's own.", zh="模板自带之外的停止词。"
    )


Precision = Literal["auto", "bf16", "fp16", "fp32"]
"""Number format of loaded weights."""


class Load(_Message):
    """Load a base (or merged) model, with an adapter if one is named. Replaces what was loaded before.

    ``llava``: a folder with ``projector/`` and what else a training of a seeing model changed; then ``adapter`` is
    None, and ``visual_encoder`` and ``visual_select_layer`` stand above what the folder says itself. ``model`` may
    also be such a folder that names its base, or a whole seeing model. With ``offload_folder`` the weights go on all
    devices, and what does not fit on them into that folder. ``compile``: see `workbench.chat.compiled`.
    """

    request: Literal["load"] = "load"
    model: str
    adapter: str | None = None
    llava: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    prompt_template: str | None = None
    bits: Literal[4, 8] | None = None
    precision: Precision = "auto"
    offload_folder: str | None = None
    compile: bool = False
    trust_remote_code: bool = False


class Parts(BaseModel):
    """What is put on the loaded base: an adapter, or a LLaVA folder; None for both is the base alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adapter: str | None = None
    llava: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    prompt_template: str | None = None


class AttachAdapter(_Message, Parts):
    """Answer with these parts on the loaded base from now on."""

    request: Literal["attach_adapter"] = "attach_adapter"


class Generate(_Message):
    """Answer the last turn of a conversation, a question of the user or the result of a tool.

    Args:
        parts: what is on the base for this answer alone; None is what was attached. Answers with different parts
            that are asked for at the same time come side by side.
        tools: functions that the model may call, a JSON list as text; empty if there are none.
        kept_tokens: special tokens that belong to the answer's text, such as those around a call of a tool.
    """

    request: Literal["generate"] = "generate"
    turns: list[ChatTurn]
    settings: GenerationSettings = GenerationSettings()
    parts: Parts | None = None
    tools: str = ""
    kept_tokens: list[str] = []


class Stop(_Message):
    """End an answer where it is; what was said so far is kept. ``answer``: which request's; None is all of them."""

    request: Literal["stop"] = "stop"
    answer: int | None = None


class Reset(_Message):
    """Drop the loaded model and give its memory back."""

    request: Literal["reset"] = "reset"


Request = Annotated[Load | AttachAdapter | Generate | Stop | Reset, Field(discriminator="request")]


class Loading(_Message):
    """A stage of loading began, or goes on. ``share``: how much of it is done, 0 to 1, where that is known."""

    reply: Literal["loading"] = "loading"
    stage: str
    share: float | None = None


class Loaded(_Message):
    """A model is ready. ``memory_mb``: resident (or device) memory of the engine; ``warnings``: translated.

    ``sees``: it takes pictures. ``llava``: the LLaVA folder in use, if any.
    """

    reply: Literal["loaded"] = "loaded"
    model: str
    adapter: str | None
    llava: str | None = None
    sees: bool = False
    prompt_template: str
    device: str
    parameters: int
    memory_mb: float
    warnings: list[str] = []


class Delta(_Message):
    """The next piece of an answer."""

    reply: Literal["delta"] = "delta"
    text: str


class Answer(_Message):
    """A whole answer. Times in seconds, that until the first token with looking at the pictures.

    ``dropped_turns`` oldest turns did not fit the model's context, and with them ``dropped_images`` pictures;
    of results of tools, ``cut_characters`` of the newest exchange.
    ``calls``: of tools, where an endpoint gives them apart from the text; those of the engine's models are in it.
    """

    reply: Literal["answer"] = "answer"
    text: str
    calls: list[ChatCall] = []
    prompt_tokens: int
    tokens: int
    first_token_s: float
    total_s: float
    ended_by: Literal["model", "length", "stopped"]
    dropped_turns: int = 0
    dropped_images: int = 0
    cut_characters: int = 0

    @property
    def figures(self) -> Figures:
        """What is kept with the conversation."""
        return Figures(
            tokens=self.tokens, first_token_s=self.first_token_s, total_s=self.total_s, ended_by=self.ended_by
        )


class Done(_Message):
    """A request without a result of its own was carried out."""

    reply: Literal["done"] = "done"


class Refused(_Message):
    """A request could not be carried out; the engine lives on."""

    reply: Literal["error"] = "error"
    what: str
    where: str | None = None
    fix: str | None = None


Reply = Annotated[Loading | Loaded | Delta | Answer | Done | Refused, Field(discriminator="reply")]

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
REPLIES: TypeAdapter[Reply] = TypeAdapter(Reply)
