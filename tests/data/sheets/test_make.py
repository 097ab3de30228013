"""A whole sheet: what is asked, kept, left out, limited, stopped and gone on with."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.data.sheets.conftest import Notes, Photos, Request
from tests.data.sheets.played_endpoint import KEY, Asked, Reply, completion, in_turn, playing, sheet_about
from workbench.data.read import read_file
from workbench.data.sheets.kept import progress_file_of
from workbench.data.sheets.limits import Limits
from workbench.data.sheets.make import SheetMade, SheetRequest, make_sheet
from workbench.data.sheets.patience import Patience
from workbench.data.sheets.refusal import EndpointDownError
from workbench.errors import WorkbenchError

QUICK = Patience(attempts=3, first_wait=0.001, longest_wait=5.0, answer=5.0)
NAMES = ("a.png", "b.png", "c.png", "d.png")


def made_by(request: SheetRequest, notes: Notes, key: str = KEY) -> SheetMade:
    return make_sheet(request, SecretStr(key), notes.watcher, patience=QUICK)


def images_in(request: SheetRequest) -> list[str]:
    return [row["image"] for row in rows_in(request)]


def rows_in(request: SheetRequest) -> list[dict[str, Any]]:
    return json.loads(Path(request.sheet).read_text(encoding="utf-8"))


def adds_up(made: SheetMade) -> bool:
    outcome = made.outcome
    return made.total == outcome.answered + outcome.known + outcome.left_out.total() + made.not_asked


@pytest.mark.parametrize("parallel", [1, 4])
def test_every_picture_has_its_row_in_order(photos: Photos, request_for: Request, notes: Notes, parallel: int) -> None:
    folder = photos(*NAMES, "pets/cat.png")
    with playing(sheet_about) as played:
        request = request_for(folder, played.url, parallel=parallel)
        made = made_by(request, notes)
    assert images_in(request) == [*NAMES, "pets/cat.png"]
    assert (made.rows, made.added, made.total, made.not_asked) == (5, 5, 5, 0)
    assert (made.spending.tokens_in, made.spending.tokens_out) == (500, 250)
    assert notes.reports[-1] == 5 and not notes.complaints
    content = played.asked[0].body["messages"][0]["content"]
    assert content[1]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    read = read_file(Path(request.sheet))
    assert read.format.name == "llava" and len(read.rows) == 5


def test_a_second_start_asks_only_for_what_is_new(photos: Photos, request_for: Request, notes: Notes) -> None:
    folder = photos("b.png", "c.png")
    with playing(sheet_about) as played:
        request = request_for(folder, played.url)
        made_by(request, notes)
        photos("a.png")
        again = made_by(request, notes)
    assert [asked.image for asked in played.asked] == ["b.png", "c.png", "a.png"]
    assert (again.outcome.known, again.outcome.answered, again.rows) == (2, 1, 3)
    assert adds_up(again)


def test_what_was_mended_by_hand_stays(photos: Photos, request_for: Request, notes: Notes) -> None:
    with playing(sheet_about) as played:
        request = request_for(photos("a.png", "b.png"), played.url)
        made_by(request, notes)
        mended = [{**rows_in(request)[0], "id": "mine"}]
        Path(request.sheet).write_text(json.dumps(mended))
        made_by(request, notes)
        assert rows_in(request) == mended
        Path(request.sheet).unlink()
        made_by(request, notes)
        assert images_in(request) == ["a.png", "b.png"]
    assert len(played.asked) == 2


def test_another_question_or_picture_is_asked_about_again(photos: Photos, request_for: Request, notes: Notes) -> None:
    folder = photos("a.png", "b.png")
    with playing(sheet_about) as played:
        made_by(request_for(folder, played.url), notes)
        photos("x.png", "b.png")  # b has another colour now
        (folder / "x.png").unlink()
        made_by(request_for(folder, played.url, pairs=2), notes)
        (folder / "a.png").write_bytes((folder / "b.png").read_bytes() + b"\n")
        made_by(request_for(folder, played.url, pairs=2), notes)
    assert [asked.image for asked in played.asked] == ["a.png", "b.png", "a.png", "b.png", "a.png"]


def test_an_answer_that_is_no_sheet_is_asked_for_again(photos: Photos, request_for: Request, notes: Notes) -> None:
    replies = in_turn(completion("Sorry."), completion('[{"id"', finish="length"), sheet_about)
    with playing(replies) as played:
        request = request_for(photos("a.png"), played.url)
        made = made_by(request, notes)
    assert len(played.asked) == 3 and images_in(request) == ["a.png"]
    assert made.spending.tokens_in == 300 and not notes.complaints


def test_what_gives_no_usable_answer_is_left_out_and_counted(
    photos: Photos, request_for: Request, notes: Notes
) -> None:
    folder = photos("a.png", "c.png", "d.png")
    (folder / "b.png").write_text("not a picture")

    def script(asked: Asked) -> Reply:
        refused = Reply(400, '{"error": {"message": "unsafe"}}')
        return {"a.png": completion("Sorry."), "d.png": refused}.get(asked.image) or sheet_about(asked)

    with playing(script) as played:
        request = request_for(folder, played.url)
        made = made_by(request, notes)
    assert images_in(request) == ["c.png"]
    assert [error.where for error in notes.complaints] == ["a.png", "b.png", "d.png"]
    assert all(error.what for error in notes.complaints)
    assert made.outcome.left_out.total() == 3 and made.outcome.answered == 1 and adds_up(made)


def test_nothing_usable_at_all_is_a_failure(photos: Photos, request_for: Request, notes: Notes) -> None:
    with playing(in_turn(completion("Sorry."))) as played, pytest.raises(WorkbenchError, match="Nothing gave a usable"):
        made_by(request_for(photos("a.png"), played.url), notes)


def test_a_row_of_failures_ends_the_work(photos: Photos, request_for: Request, notes: Notes) -> None:
    folder = photos(*(f"{number:02}.png" for number in range(14)))
    with playing(in_turn(Reply(400, "no"))) as played, pytest.raises(EndpointDownError, match="10 in a row"):
        made_by(request_for(folder, played.url), notes)
    assert len(played.asked) == 10


def test_when_the_service_goes_down_what_is_done_is_in_the_sheet(
    photos: Photos, request_for: Request, notes: Notes
) -> None:
    with playing(in_turn(sheet_about, sheet_about, Reply(401, "no"), sheet_about)) as played:
        request = request_for(photos(*NAMES), played.url)
        with pytest.raises(EndpointDownError, match="HTTP 401"):
            made_by(request, notes)
        assert images_in(request) == ["a.png", "b.png"]
        made = made_by(request, notes)
    assert images_in(request) == list(NAMES)
    assert (made.outcome.known, made.outcome.answered) == (2, 2)
    assert len(played.asked) == 5


def test_asked_to_stop_it_ends_with_what_there_is(photos: Photos, request_for: Request, notes: Notes) -> None:
    notes.stop_after = 1
    with playing(sheet_about) as played:
        request = request_for(photos(*NAMES), played.url)
        made = made_by(request, notes)
        assert made.outcome.stopped and adds_up(made)
        assert images_in(request) == list(NAMES[: made.outcome.answered]) and made.outcome.answered < 4
        made_by(request, Notes())
    assert images_in(request) == list(NAMES)
    assert len(played.asked) == 4


def test_asked_to_stop_while_the_service_is_busy_it_ends_at_once(
    photos: Photos, request_for: Request, notes: Notes
) -> None:
    came = threading.Event()
    busy = Reply(503, "busy", {"Retry-After": "4"}, before=came.set)
    notes.stop_after = 0
    with playing(in_turn(busy)) as played:
        watcher = notes.watcher
        stopping = type(watcher)(watcher.report, watcher.complain, came.is_set)
        made = make_sheet(request_for(photos("a.png"), played.url), None, stopping, patience=QUICK)
    assert made.outcome.stopped and made.not_asked == 1 and adds_up(made)


@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_rows_than_allowed(photos: Photos, request_for: Request, notes: Notes, parallel: int) -> None:
    with playing(sheet_about) as played:
        request = request_for(photos(*NAMES), played.url, parallel=parallel, limits=Limits(max_rows=3))
        made = made_by(request, notes)
        again = made_by(request, notes)
    assert len(played.asked) == 3 and images_in(request) == list(NAMES[:3])
    assert "limit of rows" in made.outcome.halted and made.not_asked == 1
    assert again.outcome.answered == 0 and "limit of rows" in again.outcome.halted


@pytest.mark.parametrize("parallel", [1, 3])
def test_useless_answers_count_among_the_rows_allowed(
    photos: Photos, request_for: Request, notes: Notes, parallel: int
) -> None:
    folder = photos(*NAMES)
    (folder / "0.png").write_text("not a picture")  # never sent, so it does not count

    def script(asked: Asked) -> Reply:
        return completion("Sorry.") if asked.image in NAMES[:2] else sheet_about(asked)

    with playing(script) as played:
        request = request_for(folder, played.url, parallel=parallel, limits=Limits(max_rows=3))
        made = made_by(request, notes)
        assert {asked.image for asked in played.asked} == set(NAMES[:3])
        before = len(played.asked)
        again = made_by(request, notes)
    assert (made.outcome.answered, made.outcome.left_out.total(), made.not_asked) == (1, 3, 1)
    assert len(played.asked) == before and "limit of rows" in again.outcome.halted


@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_money_than_allowed(photos: Photos, request_for: Request, notes: Notes, parallel: int) -> None:
    limits = Limits(max_cost=0.5, price_in=1000, price_out=2000)  # an answer costs 0.2 USD
    with playing(sheet_about) as played:
        request = request_for(photos(*NAMES), played.url, parallel=parallel, limits=limits)
        made = made_by(request, notes)
        again = made_by(request, notes)
    assert len(played.asked) == 2 and made.spending.cost == pytest.approx(0.4)
    assert "limit of cost" in made.outcome.halted and made.not_asked == 2
    assert again.outcome.answered == 0 and again.spending.cost == pytest.approx(0.4)


def test_answers_that_are_no_use_cost_too(photos: Photos, request_for: Request, notes: Notes) -> None:
    limits = Limits(max_cost=0.5, price_in=1000, price_out=2000)
    with playing(in_turn(completion("Sorry."))) as played:
        made = made_by(request_for(photos(*NAMES), played.url, limits=limits), notes)
    assert len(played.asked) == 2 and made.spending.cost == pytest.approx(0.4)


def test_a_cost_that_cannot_be_known_is_not_run_up(photos: Photos, request_for: Request, notes: Notes) -> None:
    with playing(in_turn(completion("hi", tokens=None))) as played:
        with pytest.raises(WorkbenchError, match="needs the prices"):
            made_by(request_for(photos("a.png"), played.url, limits=Limits(max_cost=1)), notes)
        limits = Limits(max_cost=1, price_in=1, price_out=1)
        with pytest.raises(EndpointDownError, match="how many tokens"):
            made_by(request_for(photos("a.png"), played.url, limits=limits), notes)
    assert len(played.asked) == 1


def test_a_torn_line_is_asked_for_again(photos: Photos, request_for: Request, notes: Notes) -> None:
    with playing(sheet_about) as played:
        request = request_for(photos("a.png", "b.png"), played.url)
        made_by(request, notes)
        kept = progress_file_of(Path(request.sheet))
        lines = kept.read_bytes().splitlines(keepends=True)
        kept.write_bytes(lines[0] + lines[1][:40])
        Path(request.sheet).unlink()
        assert made_by(request, notes).outcome.known == 1
        assert made_by(request, notes).outcome.known == 2
    assert images_in(request) == ["a.png", "b.png"]
    assert [asked.image for asked in played.asked] == ["a.png", "b.png", "b.png"]


def test_a_sheet_that_is_something_else_is_told_before_anything_is_asked(
    photos: Photos, request_for: Request, notes: Notes
) -> None:
    with playing(sheet_about) as played:
        request = request_for(photos("a.png"), played.url)
        Path(request.sheet).write_text("{}")
        with pytest.raises(WorkbenchError, match="cannot be added"):
            made_by(request, notes)
    assert played.asked == []


def test_the_key_is_nowhere_on_the_disk(photos: Photos, request_for: Request, notes: Notes, tmp_path: Path) -> None:
    def script(asked: Asked) -> Reply:
        if asked.image == "a.png":
            return Reply(400, json.dumps({"error": {"message": f"who is {asked.authorization}?"}}))
        return completion(json.loads(sheet_about(asked).body)["choices"][0]["message"]["content"].replace("A p", KEY))

    with playing(script) as played:
        made_by(request_for(photos("a.png", "b.png"), played.url), notes)
    assert played.asked[0].authorization == f"Bearer {KEY}"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in "".join(str(error) for error in notes.complaints)
