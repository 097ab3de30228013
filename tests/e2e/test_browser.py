"""The app in a real browser: in with the password only, then as on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser import CHROMIUM, ServedApp, Tab, chromium
from tests.e2e.project import SAMPLE_CONFIG, Project, wait_for

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.serial,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium (apt install chromium)"),
    pytest.mark.skipif(find_spec("playwright") is None, reason="playwright is not installed"),
]


@pytest.fixture
def served(project: Project) -> Iterator[ServedApp]:
    app = ServedApp(project)
    yield app
    if app.process.poll() is None:
        app.end()


def test_with_the_password_a_config_is_chosen_and_a_question_answered(served: ServedApp) -> None:
    with chromium() as browser:
        tab = Tab(browser)
        tab.page.goto(served.url)
        assert tab.page.locator("input[type=password]").is_visible()
        for wrong in ("wrong", served.password[:-1]):
            tab.page.fill("#password", wrong)
            tab.page.click("button")
            tab.page.wait_for_selector("text=That is not the password.")
        assert served.apps() == []
        tab.page.fill("#password", served.password)
        tab.page.click("button")

        tab.wait("Begin with data")
        tab.press("F3")
        tab.wait("/ to filter")
        tab.press("/", SAMPLE_CONFIG, "Enter", "t")
        tab.wait("New training")
        tab.press("Escape")
        tab.wait("Press n to set up a training")
        tab.press("F7")
        tab.wait("Press f9 to choose a model")
        tab.press("F9")
        tab.wait("Which model")
        tab.press("Enter")
        tab.wait("The model is ready")
        tab.press("Who are you?", "Enter")
        tab.wait("I am the sample model of workbench.")
        picture = tab.picture("browser")
        assert picture.stat().st_size > 10_000
        here = urlsplit(served.url).netloc
        assert {urlsplit(address).netloc for address in tab.asked if not address.startswith("data:")} == {here}

        other = Tab(browser)
        other.page.goto(served.link)
        other.wait("[f7 Chat]")
        assert "password" not in other.page.url
        assert len(served.apps()) == 2
        other.press("Control+q")
        other.page.wait_for_selector("text=The app has ended")
        other.page.wait_for_function("document.activeElement.matches('#ended button')")  # enter opens it again
        wait_for(lambda: len(served.apps()) == 1, 30, "one tab is left")
        tab.page.close()
        wait_for(lambda: not served.apps(), 30, "the app of a closed tab has ended")

        third = Tab(browser)
        third.page.goto(served.link)
        third.wait("[f7 Chat]")
        assert served.end() == 0
        third.page.wait_for_selector("text=The app has ended")
    assert served.said.count(served.password) == 1
