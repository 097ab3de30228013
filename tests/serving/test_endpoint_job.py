"""A model served by a real job, asked over HTTP: as any client would, and as workbench's own chat does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from pydantic import SecretStr

from tests.chat.moved_adapters import moved_adapter
from tests.chat.pictures_drawn import picture
from tests.commands.run_command import workbench
from tests.e2e.project import wait_for
from workbench.actions.serve_api import start_serving
from workbench.chat.endpoint import ChatEndpoint
from workbench.chat.protocol import Answer, GenerationSettings, Load
from workbench.chat.turn import ChatTurn
from workbench.data.sheets.endpoint import Endpoint
from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.session import own_session, processes_of
from workbench.jobs.state import outcome_of
from workbench.jobs.stop import request_stop, stop_now, wait_until_over
from workbench.jobs.tail import EventTail
from workbench.serving.served import Served

pytestmark = pytest.mark.heavy
BASE = "sample:model"
KEY = "sk-0123456789abcdef"
WHO = [{"role": "user", "content": "Who are you?"}]
MODEL = "I am the sample model of workbench."


@dataclass
class Serving:
    job: JobFolder
    url: str

    def post(self, body: dict[str, Any], key: str = KEY, **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.post(f"{self.url}/chat/completions", json=body, headers=headers, timeout=120, **options)

    def get(self, path: str, key: str = KEY) -> httpx2.Response:
        return httpx2.get(f"{self.url}/{path}", headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def endpoint(self, model: str = BASE) -> ChatEndpoint:
        return ChatEndpoint(Endpoint(self.url, model, SecretStr(KEY)))


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The sample model and an adapter on it, until it is stopped as a user stops it."""
    folder = tmp_path_factory.mktemp("serving")
    adapter = moved_adapter(folder / "adapter", 4)
    load = Load(id=0, model=BASE)
    job = start_serving(load, [f"mine={adapter}"], project=folder, port=0, key=SecretStr(KEY), at_once=2)
    try:
        wait_for(lambda: _has_started(job), 240, "the endpoint answers")
        served = Serving(job, Served.model_validate(job.record.arguments).url)
        assert served.post({"model": BASE, "messages": WHO}).status_code == 200
        yield served
        request_stop(job)
        assert wait_until_over(job, 60)
        finished = outcome_of(job)
        assert isinstance(finished, Finished)
        assert finished.stopped
        assert int(finished.results["answers"]) >= 1
        for file in ("job.yaml", "log.txt", "events.jsonl"):
            assert KEY not in (job.path / file).read_text()
            assert "Who are you" not in (job.path / file).read_text()
    finally:
        stop_now(job, grace_s=2.0)


def _has_started(job: JobFolder) -> bool:
    assert outcome_of(job) is None, job.log_path.read_text()
    return any(isinstance(event, Started) for event in EventTail(job.events_path).rest())


def test_models_are_listed_and_nobody_without_the_key_is_answered(serving: Serving) -> None:
    assert [model["id"] for model in serving.get("models").json()["data"]] == ["mine", BASE]
    assert serving.get(f"models/{BASE}").json()["id"] == BASE
    assert serving.get("models/other").status_code == 404
    for key in ("", "sk-wrong", KEY[:-1]):
        refused = serving.post({"model": BASE, "messages": WHO}, key)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        assert KEY not in refused.text
    foreign = httpx2.get(f"{serving.url}/models", headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_a_whole_answer_and_a_streamed_one_are_the_same(serving: Serving) -> None:
    body = {"model": BASE, "messages": WHO, "temperature": 0, "max_tokens": 40}
    whole = serving.post(body).json()
    assert (whole["object"], whole["model"]) == ("chat.completion", BASE)
    (choice,) = whole["choices"]
    assert choice["message"] == {"role": "assistant", "content": MODEL}
    assert choice["finish_reason"] == "stop"
    usage = whole["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    streamed = serving.post(body | {"stream": True, "stream_options": {"include_usage": True}})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *events, end = [line.removeprefix("data: ") for line in streamed.text.split("\n\n") if line]
    chunks = [json.loads(event) for event in events]
    assert end == "[DONE]"
    assert len({chunk["id"] for chunk in chunks}) == 1
    texts = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[:-1]]
    assert "".join(texts) == MODEL
    assert len(texts) > 5
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert (chunks[-1]["choices"], chunks[-1]["usage"]) == ([], usage)
    cut = serving.post(body | {"max_tokens": 2}).json()["choices"][0]
    assert cut["finish_reason"] == "length"
    assert MODEL.startswith(cut["message"]["content"])


async def test_the_chat_of_workbench_asks_it_as_any_other_service(serving: Serving) -> None:
    turns = [ChatTurn(role="user", content="Who are you?")]
    settings = GenerationSettings(temperature=0, max_new_tokens=30)
    tools = json.dumps([{"name": "now", "description": "The time.", "parameters": {"type": "object"}}])

    async def said(name: str, **asked: Any) -> Answer:
        chat = serving.endpoint(name)
        replies = [reply async for reply in chat.generate(turns, settings, **asked)]
        await chat.close()
        answer = replies.pop()
        assert isinstance(answer, Answer)
        assert "".join(reply.text for reply in replies) == answer.text
        return answer

    base, with_adapter, again, with_tools = await asyncio.gather(
        said(BASE), said("mine"), said(BASE), said(BASE, tools=tools)
    )
    assert base.text == again.text == MODEL
    assert with_adapter.text != MODEL
    assert with_tools.prompt_tokens > base.prompt_tokens
    with pytest.raises(WorkbenchError, match="404") as caught:
        await said("other")
    assert caught.value.fix == f"The service has: mine, {BASE}"


def test_it_is_chatted_with_by_the_name_that_the_user_gave_it(serving: Serving, tmp_path: Path) -> None:
    text = f'[here]\nurl = "{serving.url}"\nmodel = "{BASE}"\nkey_env = "MINE"\n'
    (tmp_path / "endpoints.toml").write_text(text)
    own = {"WORKBENCH_CONFIG_DIR": str(tmp_path), "MINE": KEY}
    done = workbench("chat", "endpoint:here", "-m", "Who are you?", "--temperature", "0", cwd=tmp_path, **own)
    assert (done.returncode, done.stdout) == (0, f"{MODEL}\n"), done.stderr
    assert KEY not in done.stderr + next((tmp_path / "chats").iterdir()).read_text()
    refused = workbench("chat", "endpoint:here", "-m", "hi", cwd=tmp_path, **(own | {"MINE": "sk-wrong-one"}))
    assert refused.returncode == 1
    assert "HTTP 401" in refused.stderr
    assert "sk-wrong-one" not in refused.stderr


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"model": "other"}, f"Served here: mine, {BASE}"),
        ({"temperature": 99}, "temperature"),
        ({"messages": [{"role": "user", "content": "long " * 3000}]}, "longer than the model's context"),
        ({"messages": [{"role": "assistant", "content": "hm"}]}, "no question"),
        ({"stream": True, "messages": [{"role": "assistant", "content": "hm"}]}, "no question"),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(serving: Serving, change: dict[str, Any], what: str) -> None:
    refused = serving.post({"messages": WHO} | change)
    assert refused.status_code in {400, 404}
    assert what in refused.json()["error"]["message"]


async def test_a_picture_for_a_model_that_only_reads_is_told(serving: Serving, tmp_path: Path) -> None:
    turn = ChatTurn(role="user", content="What is this?", images=[str(picture(tmp_path / "red.png", "red"))])
    chat = serving.endpoint()
    with pytest.raises(WorkbenchError, match="text only") as refused:
        async for _reply in chat.generate([turn], GenerationSettings()):
            pass
    await chat.close()
    assert str(serving.job.path) not in str(refused.value)
    assert not list(serving.job.path.glob("pictures/*"))


def _engines(job: JobFolder) -> list[psutil.Process]:
    session = own_session(job)
    assert session is not None
    return [
        process
        for process in map(psutil.Process, processes_of(job, session))
        if "workbench.chat.engine" in process.cmdline()
    ]


async def test_a_client_that_goes_away_and_an_engine_that_dies_do_not_end_the_service(serving: Serving) -> None:
    chat = serving.endpoint()
    endless = GenerationSettings(temperature=5, top_k=0, top_p=1, max_new_tokens=900)
    turns = [ChatTurn(role="user", content="Go on and on.")]
    replies = chat.generate(turns, endless)
    await anext(replies)
    await replies.aclose()
    await chat.close()
    (engine,) = _engines(serving.job)
    engine.kill()
    body = {"messages": WHO, "temperature": 0, "model": BASE}
    first = await asyncio.to_thread(serving.post, body)
    answered = first if first.status_code == 200 else await asyncio.to_thread(serving.post, body)
    assert first.status_code in {200, 503}
    assert str(serving.job.path) not in first.text
    assert answered.json()["choices"][0]["message"]["content"] == MODEL


def test_an_engine_that_dies_is_loaded_again_without_a_request(serving: Serving) -> None:
    def is_ready() -> bool:
        return serving.get("../health").status_code == 200

    assert is_ready()
    (engine,) = _engines(serving.job)
    engine.kill()
    wait_for(lambda: _engines(serving.job) not in ([], [engine]) and is_ready(), 240, "the engine is loaded again")
