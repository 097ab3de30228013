"""What the machines tell each other is read line by line; where nobody has told anything, nothing is."""

from __future__ import annotations

import json

import pytest
from torch.distributed import TCPStore  # type: ignore[attr-defined]  # torch's stubs miss it

from workbench.training.notice_board import ENDED, main


def test_what_is_pinned_is_read_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", str(store.port))
    assert main(ENDED, "1", "0") == 0
    assert capsys.readouterr().out == ""
    main(ENDED, json.dumps("machine 1: killed"))
    main(ENDED, "1", "10")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ["machine 1: killed"]
    main(ENDED, "1", "0")
    assert capsys.readouterr().out == ""
