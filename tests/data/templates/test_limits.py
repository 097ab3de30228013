"""Chat templates that would never end are stopped; those that do honest work notice nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest

from workbench.data.templates import jinja, limits
from workbench.errors import WorkbenchError

ENDLESS = {
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "loops with their own variable": "{% for a in range(9999) %}{% for b in range(9999) %}{% if loop.last %}{% endif %}"
    "{% endfor %}{% endfor %}",
    "a loop of itself": "{% for a in range(9999) recursive %}{% if loop.depth < 3 %}{{ loop(range(9999)) }}{% endif %}"
    "{% endfor %}",
    "lists of numbers": "{% for a in range(99999) %}{% if range(99999) | list | length %}{% endif %}{% endfor %}",
    "a range": "{{ range(99999999999) }}",
    "macros": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "a text doubled by ~": "{% set ns = namespace(t='ab') %}{% for a in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
    "a text doubled by +": "{% set ns = namespace(t='ab') %}{% for a in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
    "a text many times": "{{ 'ab' * 999999999999 }}",
    "a list many times": "{{ 999999999 * [1, 2] }}",
    "a power": "{{ 9 ** 99999999999 }}",
    "a product": "{% set ns = namespace(n=3) %}{% for a in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
    "an output": "{% set t = 'ab' * 9999999 %}{% for a in range(99) %}{{ t }}{% endfor %}",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_template_without_end_is_stopped_and_named(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_STEPS", 20_000)
    began = time.monotonic()
    with pytest.raises(WorkbenchError, match="does not come to an end") as caught:
        jinja.render(source, {})
    assert caught.value.where == "chat_template"
    assert time.monotonic() - began < 20


def test_every_rendering_has_its_own_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_STEPS", 30)
    for _time in range(3):
        assert jinja.render("{% for a in range(20) %}x{% endfor %}", {}) == "x" * 20
    with pytest.raises(WorkbenchError):
        jinja.render("{% for a in range(40) %}x{% endfor %}", {})


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{% for a in t %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}", "1/3,2/3,3/3"),
        ("{% for a in t if a != 2 %}{{ loop.index }}/{{ loop.length }}{{ a }} {% endfor %}", "1/21 2/23 "),
        ("{% for a in t | map('string') %}{{ loop.revindex }}{{ a }}{% endfor %}", "312213"),
        ("{% for a in nothing %}{% else %}none{% endfor %}", "none"),
        ("{% for a, b in d.items() %}{{ a ~ b }}{% endfor %}{% for a in d %}{{ a }}{% endfor %}", "k1k"),
        ("{% for a in [[1, [2]], 3] recursive %}{{ a if a is number else loop(a) }}{% endfor %}", "123"),
        ("{{ [1] + [2] }}{{ 2 * 3 }}{{ 2 ** 3 }}{{ 'a' * 2 }}{{ 1 + 1.5 }}{{ 'a' ~ 1 ~ none }}", "[1, 2]68aa2.5a1None"),
    ],
)
def test_loops_and_texts_mean_what_they_mean_to_jinja(source: str, written: str) -> None:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    variables: dict[str, Any] = {"t": [1, 2, 3], "d": {"k": 1}}
    assert jinja.render(source, variables) == ImmutableSandboxedEnvironment().from_string(source).render(variables)
    assert jinja.render(source, variables) == written


def test_a_conversation_of_many_messages_is_written() -> None:
    source = "{% for m in messages %}{{ '<' + m.role ~ '>' + m.content | trim }}{% endfor %}"
    messages = [{"role": "user", "content": "words " * 500}] * 20_000
    assert len(jinja.render(source, {"messages": messages})) == 20_000 * 3005
