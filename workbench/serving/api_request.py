"""A chat completion request of the OpenAI protocol, as it comes over the network: checked, and made into turns."""

from __future__ import annotations

import secrets
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from workbench.agent.tool import ToolSpec
from workbench.chat.protocol import GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.data.conversation import IMAGE
from workbench.errors import WorkbenchError
from workbench.serving.received_pictures import ReceivedPictures


class RequestError(Exception):
    """A request that cannot be carried out. ``param``: the field that is wrong; messages are English, as the protocol.

    Args:
        status: of HTTP.
    """

    def __init__(self, message: str, *, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param = param
        self.status = status


class _Address(BaseModel):
    url: str


class _Part(BaseModel):
    type: Literal["text", "image_url"]
    text: str = ""
    image_url: _Address | None = None


class _Function(BaseModel):
    name: str
    arguments: str = "{}"


class _Call(BaseModel):
    id: str = ""
    function: _Function


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[_Part] | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str = ""


class _Offered(BaseModel):
    name: str
    description: str = ""
    parameters: dict[str, Any] = {"type": "object", "properties": {}}


class _Tool(BaseModel):
    type: Literal["function"] = "function"
    function: _Offered


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Format(BaseModel):
    type: str = "text"


_FIELDS = {"max_new_tokens": "max_tokens", "stop_words": "stop"}
"""What the protocol calls settings of ours."""


class ChatRequest(BaseModel):
    """What is understood of a request. ``n``, ``logprobs``, ``tool_choice`` and ``response_format`` only as far as they change nothing.

    The other fields of the protocol are passed over, as services do.
    """

    model: str = ""
    messages: list[_Message] = Field(min_length=1)
    stream: bool = False
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    tools: list[_Tool] | None = None
    tool_choice: Any = None
    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    response_format: _Format | None = None

    @property
    def offered(self) -> list[ToolSpec]:
        """The functions that the model may call."""
        functions = [] if self.tool_choice == "none" else [tool.function for tool in self.tools or []]
        return [ToolSpec(one.name, one.description, one.parameters) for one in functions]

    def settings(self, usual: GenerationSettings) -> GenerationSettings:
        """How the answer is drawn, with the server's own settings where the request says nothing.

        Without a seed, or with one below zero as many clients send it, each answer is drawn anew.

        Raises:
            RequestError: a value is out of its range.
        """
        asked = {
            "max_new_tokens": self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "repetition_penalty": self.repetition_penalty,
            "seed": self.seed if self.seed is not None and self.seed >= 0 else secrets.randbelow(2**32),
            "stop_words": [self.stop] if isinstance(self.stop, str) else self.stop,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        try:
            return GenerationSettings.model_validate(usual.model_dump() | given)
        except ValidationError as error:
            raise _wrong(error) from error

    def turns(self, pictures: ReceivedPictures) -> list[ChatTurn]:
        """The conversation; system texts at its beginning are one.

        Raises:
            RequestError: a picture cannot be used.
        """
        called: dict[str, str] = {}
        turns: list[ChatTurn] = []
        for number, message in enumerate(self.messages):
            turn = _turn(message, pictures, called, f"messages[{number}]")
            called |= {call.id: call.name for call in turn.calls}
            if turn.role == "system" and len(turns) == 1 and turns[0].role == "system":
                turns[0] = turns[0].model_copy(update={"content": f"{turns[0].content}\n\n{turn.content}"})
            else:
                turns.append(turn)
        return turns


def read_request(body: bytes) -> ChatRequest:
    """
    Raises:
        RequestError: it is no such request, or wants what is not offered.
    """
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        raise _wrong(error) from error
    if request.tool_choice not in (None, "none", "auto"):
        raise RequestError("This server lets the model choose whether to call a tool.", param="tool_choice")
    if request.response_format is not None and request.response_format.type != "text":
        raise RequestError("This server gives text only.", param="response_format")
    return request


def _turn(message: _Message, pictures: ReceivedPictures, called: dict[str, str], where: str) -> ChatTurn:
    content, images = _content(message, pictures, where)
    role = "system" if message.role == "developer" else message.role
    if images and role != "user":
        raise RequestError("Only messages of the user have pictures.", param=where)
    calls = [
        ChatCall(name=call.function.name, arguments=call.function.arguments, id=call.id)
        for call in message.tool_calls or []
    ]
    return ChatTurn(
        role=role,
        content=content,
        images=images,
        calls=calls if role == "assistant" else [],
        call_id=message.tool_call_id,
        tool=called.get(message.tool_call_id, ""),
    )


def _content(message: _Message, pictures: ReceivedPictures, where: str) -> tuple[str, list[str]]:
    """The text with a mark where each picture stands, and the pictures."""
    if not isinstance(message.content, list):
        return message.content or "", []
    texts, images = [], []
    for number, part in enumerate(message.content):
        if part.type == "text":
            texts.append(part.text)
            continue
        place = f"{where}.content[{number}].image_url"
        if part.image_url is None:
            raise RequestError("The picture is missing.", param=place)
        try:
            images.append(str(pictures.kept(part.image_url.url)))
        except WorkbenchError as error:
            raise RequestError(str(error), param=place) from error
        texts.append(f"{IMAGE}\n" if len(message.content) > number + 1 else IMAGE)
    return "".join(texts) if images else "\n".join(texts), images


def _wrong(error: ValidationError) -> RequestError:
    first = error.errors()[0]
    place = ".".join(_FIELDS.get(str(part), str(part)) for part in first["loc"])
    return RequestError(f"{place}: {first['msg']}" if place else first["msg"], param=place or None)
