"""Figures sent elsewhere: what is sent, and that nothing a package does holds up the training."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.training.runs import new_job, tiny_config
from workbench.configs.sinks import SINKS, require_sinks
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.jobs.events import Event, Sample, Score, Step, Validation, Warned
from workbench.jobs.tail import EventTail
from workbench.training import sinks
from workbench.training.counting import Counting
from workbench.training.session import Session
from workbench.training.sinks import reported

pytestmark = pytest.mark.heavy

SAID: list[Event] = [
    Score(name="sums", value=0.5, right=1, total=2, iter=0, target="base"),
    Step(iter=2, total_iters=4, step=1, total_steps=2, loss=2.5, lr=0.1, tokens_per_s=10.0, figures={"acc": 0.75}),
    Sample(iter=2, prompt="Q", output="A"),
    Validation(iter=2, step=1, loss=2.25, tokens=9),
]
SENT = [
    ({"score/sums": 0.5}, 0),
    ({"train/loss": 2.5, "train/lr": 0.1, "train/tokens_per_s": 10.0, "train/acc": 0.75}, 1),
    ({"validation/loss": 2.25}, 1),
]


class StandIn:
    """A package that notes how it is called, with the interface that all of them document."""

    def __init__(self) -> None:
        self.opened: dict[str, Any] = {}
        self.sent: list[tuple[dict[str, float], int]] = []
        self.finished = 0

    def init(self, **settings: Any) -> StandIn:
        self.opened = settings
        return self

    def log(self, values: dict[str, float], step: int) -> None:
        self.sent.append((values, step))

    def finish(self) -> None:
        self.finished += 1

    def SummaryWriter(self, log_dir: str, purge_step: int | None) -> StandIn:  # noqa: N802
        self.opened = {"dir": log_dir, "purge_step": purge_step}
        return self

    def add_scalar(self, name: str, value: float, step: int) -> None:
        if (
            self.sent
            and self.sent[-1][1] == step
            and name.split("/")[0] in {key.split("/")[0] for key in self.sent[-1][0]}
        ):
            self.sent[-1][0][name] = value
        else:
            self.sent.append(({name: value}, step))

    def flush(self) -> None:
        pass

    close = finish

    def installed(self, monkeypatch: pytest.MonkeyPatch, name: str) -> StandIn:
        module = ModuleType(name)
        settings = SimpleNamespace(Settings=lambda **given: given)
        vars(module).update(init=self.init, log=self.log, finish=self.finish, SummaryWriter=self.SummaryWriter)
        vars(module).update(vars(settings))
        monkeypatch.setitem(sys.modules, "torch.utils.tensorboard" if name == "tensorboard" else name, module)
        return self


def session_of(folder: Path, *names: str) -> Session:
    job = new_job(folder / "config" / "20261129_120000", tiny_config(folder / "rows.json", report_to=list(names)))
    return Session(
        job,
        tiny_config(folder / "rows.json", report_to=list(names)),
        None,
        get_template("internlm2_chat"),
        Counting(2, 2, 2),
    )


def said(session: Session) -> list[Event]:
    return list(EventTail(session.job.events_path).rest())


def train(session: Session) -> None:
    with reported(session):
        for event in SAID:
            session.say(event)


@pytest.mark.parametrize("name", SINKS)
def test_every_figure_is_sent_once(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = StandIn().installed(monkeypatch, name)
    session = session_of(tmp_path, name)
    train(session)
    assert package.sent == SENT
    assert package.finished == 1
    assert package.opened
    if name != "tensorboard":
        assert package.opened["config"]["data_path"] == str(tmp_path / "rows.json")
    assert [event.event for event in said(session)] == [event.event for event in SAID]


@pytest.mark.parametrize("broken", ["init", "log", "finish"])
def test_a_package_that_fails_is_told_of_once(broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = StandIn()

    def fail(*_args: Any, **_settings: Any) -> None:
        raise SystemExit("no account\nTraceback")

    monkeypatch.setattr(package, broken, fail)
    package.installed(monkeypatch, "wandb")
    session = session_of(tmp_path, "wandb")
    train(session)
    (warned,) = [event for event in said(session) if isinstance(event, Warned)]
    assert warned.message == "The figures cannot be sent to wandb: no account"
    assert len(said(session)) == len(SAID) + 1


def test_a_package_that_hangs_does_not_hold_up_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, released = StandIn(), threading.Event()
    monkeypatch.setattr(package, "log", lambda *_args, **_settings: released.wait())
    monkeypatch.setattr(sinks, "_SECONDS_AT_THE_END", 0.05)
    monkeypatch.setattr(sinks, "_MOST_WAITING", 1)
    session = session_of(tmp_path, "trackio")
    package.installed(monkeypatch, "trackio")
    train(session)
    (warned,) = [event for event in said(session) if isinstance(event, Warned)]
    assert "trackio" in warned.message
    released.set()


def test_what_is_not_installed_is_refused_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.configs.sinks.find_spec", lambda name: None if name == "wandb" else object())
    require_sinks(["tensorboard"])
    with pytest.raises(WorkbenchError, match="wandb") as caught:
        require_sinks(["tensorboard", "wandb"])
    assert caught.value.fix is not None and "pip install 'workbench[wandb]'" in caught.value.fix
