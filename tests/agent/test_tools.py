"""The built-in tools that do their work in the process that asks them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from workbench.agent.tools import arxiv, calculator, clock, equations, read_file, web_search
from workbench.agent.tools.arxiv_sample import feed
from workbench.agent.tools.settings import SAMPLE_ARXIV, SEARCH_KEY, ToolError, ToolSettings

SETTINGS = ToolSettings(Path(), arxiv_url=SAMPLE_ARXIV)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1+1", "2"),
        ("(3 + 4) * 2", "14"),
        ("2^10", "1024"),
        ("0.1 + 0.2", "0.3"),
        ("1/3", "0.333333333333333"),
        ("7 // 2", "3"),
        ("7 % 4", "3"),
        ("12,345 × 2", "24690"),
        ("−5 ÷ 2", "-2.5"),
        ("sqrt(2)", "1.4142135623731"),
        ("2(3+4)", "14"),
        ("factorial(20)", "2432902008176640000"),
        ("sin(pi/2)", "1"),
        ("round(2.5)", "3"),
        ("max(1, 2.5)", "2.5"),
        ("1e3", "1000"),
        ("（1＋2）*3", "9"),
        ("2**0.5", "1.4142135623731"),
        ("10**30", "1000000000000000000000000000000"),
        ("2²", "4"),
        ("18 * 3⁻²", "2"),
        ("2√16 + √ 9", "11"),
        ("5! + 1", "121"),
        ("log₂(8)", "3"),
        ("max(1, 234)", "234"),
        ("1e-400 * 1e400", "1"),
        ("1e-400", "1e-400"),
    ],
)
def test_the_calculator_is_exact(expression: str, value: str) -> None:
    assert calculator.run({"expression": expression}, SETTINGS) == value


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('touch /tmp/never')",
        "open('/etc/passwd').read()",
        "(1).__class__",
        "[x for x in (1,)]",
        "lambda: 1",
        "x + 1",
        "1 if 1 else 2",
        "'a' * 3",
        "1/0",
        "0**-1",
        "9**9**9**9",
        "factorial(10**9)",
        "sqrt(-1)",
        "1 +",
        "",
        "(" * 500 + "1" + ")" * 500,
        "1+" * 5000 + "1",
        "-" * 500 + "1",
        "sqrt()",
        "log(0)",
        "True",
        "f'{1}'",
        "1; 2",
        "2₁",
        "2①",
        "2½",
        "5!!",
        "15%",
        "50%+10",
        "100*20%-5",
        "5%(3)",
        "5％＋1",
        "1e99999999",
        "max(1,234)",
        "10**10000",
        "factorial(3000)",
    ],
)
def test_what_is_no_sum_is_told_and_never_run(expression: str) -> None:
    with pytest.raises(ToolError):
        calculator.run({"expression": expression}, SETTINGS)


@pytest.mark.parametrize(
    ("equation", "solution"),
    [
        ("2x + 3 = 7", "x = 2"),
        ("x^2 = 4", "x = -2\nx = 2"),
        ("x**2 = 2", "x = -sqrt(2) ≈ -1.4142135623731\nx = sqrt(2) ≈ 1.4142135623731"),
        ("3*y = 1", "y = 1/3 = 0.333333333333333"),
        ("x + y = 3, x - y = 1", "x = 2, y = 1"),
        ("x = x + 1", "there is no solution"),
        ("x = x", "it is always true"),
        ("1 = 2", "there is no solution"),
        ("sin(x)^2 + cos(x)^2 = 1", "it is always true"),
        ("2x = 1,000", "x = 500"),
        ("x² = 4", "x = -2\nx = 2"),
        ("sin(x) = 0", "x = 0\nx = pi ≈ 3.14159265358979\n… and others, perhaps: sin, cos and tan repeat themselves"),
        ("x + y = 1, x + y = 2", "there is no solution"),
        ("x^5 - x + 1 = 0, y = 1", equations.UNKNOWN),
        ("sqrt(x) = -1", equations.UNKNOWN),
        ("a*x + b = 0", "x = -b/a"),
        ("F = m*a", "F = a*m"),
        ("a*x = 1, b*y = 2", "x = 1/a, y = 2/b"),
        ("x*0 = 1, y = a", equations.NEVER),
        ("abs(x) = 3", "x = -3\nx = 3"),
    ],
)
def test_equations(equation: str, solution: str) -> None:
    assert equations.run({"equation": equation}, SETTINGS) == solution


def test_roots_that_cannot_be_written_are_told_as_numbers() -> None:
    roots = equations.run({"equation": "x^5 = x - 1"}, SETTINGS).splitlines()
    assert (roots[0], len(roots)) == ("x ≈ -1.16730397826142", 5)
    assert equations.run({"equation": "exp(x) = x + 2"}, SETTINGS).endswith("… and others, perhaps")


@pytest.mark.parametrize(
    "equation",
    ["x = 1 = 2", "", "x = 2, 000", "x+y=3,100x=5", "import os", "x.y = 1", "x = ", "xy.z()", ", ".join("x=1" * 20)],
)
def test_what_is_no_equation_is_told(equation: str) -> None:
    with pytest.raises(ToolError):
        equations.run({"equation": equation}, SETTINGS)


def test_the_clock() -> None:
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \w+day \d\d:\d\d:\d\d UTC\+0800", clock.run({"timezone": "Asia/Shanghai"}, SETTINGS)
    )
    for name in ("Nowhere", "../../etc/passwd", "/etc/passwd"):
        with pytest.raises(ToolError):
            clock.run({"timezone": name}, SETTINGS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "notes.txt").write_text("".join(f"line {number}\n" for number in range(1, 301)))
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "out").symlink_to(tmp_path)
    (folder / "binary").write_bytes(b"\x00\x01")
    (folder / ".env").write_text("KEY=secret")
    os.mkfifo(folder / "pipe")
    return folder


def test_files_of_the_project_are_read_in_pieces(project: Path) -> None:
    settings = ToolSettings(project)
    text = read_file.run({"path": "notes.txt"}, settings)
    assert text.startswith("line 1\n") and text.endswith("line 200\n[more: go on with first_line 201]")
    assert read_file.run({"path": "notes.txt", "first_line": 300}, settings) == "line 300\n"
    (project / "wide.txt").write_text("x" * 100_000)
    assert len(read_file.run({"path": "wide.txt"}, settings)) < 20_000
    (project / "wide_zh.txt").write_text("人" * 20_000, "utf-8")
    pieces = [read_file.run({"path": "wide_zh.txt", "first_line": number}, settings) for number in (1, 2)]
    assert all(set(piece.split("\n[more")[0]) == {"人"} for piece in pieces)


def test_text_in_another_encoding_is_refused_instead_of_garbled(project: Path) -> None:
    (project / "gbk.txt").write_bytes("你好世界".encode("gbk"))
    with pytest.raises(ToolError, match="no UTF-8 text"):
        read_file.run({"path": "gbk.txt"}, ToolSettings(project))


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "link.txt",
        "out/secret.txt",
        "/etc/passwd",
        "pipe",
        "binary",
        ".",
        "gone",
        "\0",
        "~/.ssh/id",
        ".env",
    ],
)
def test_no_way_leads_out_of_the_project(project: Path, path: str) -> None:
    with pytest.raises(ToolError) as caught:
        read_file.run({"path": path}, ToolSettings(project))
    assert "secret" not in str(caught.value)


class _Service(BaseHTTPRequestHandler):
    """Answers as arXiv and as a web search, or as told by the path."""

    def do_GET(self) -> None:
        broken = {"/html": b"<html>", "/none": feed("zzz", 3), "/long": b"x" * (5 << 20)}
        kind = self.path.split("?")[0]
        self._answer(503 if kind == "/down" else 200, broken.get(kind, feed("tool learning", 3)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.headers["X-API-KEY"] == "right" and b"rain" in body
        found = b'{"organic": [{"title": "Rain", "snippet": "It rains\\nnow", "link": "http://a.example"}]}'
        self._answer(200 if right else 403, found)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_arxiv_by_its_feed(service: str) -> None:
    for url in (f"{service}/api", SAMPLE_ARXIV):
        text = arxiv.run({"query": "tool learning"}, ToolSettings(Path(), arxiv_url=url))
        assert text.startswith(
            "Published: 2025-03-03\nTitle: Tool Learning for Language Models\nAuthors: Sia Tran, Uwe Vik\nSummary: An "
        )
        assert text.count("Title: ") <= 3
    assert arxiv.run({"query": "zzz"}, SETTINGS) == "No good Arxiv Result was found"
    assert arxiv.run({"query": "?"}, ToolSettings(Path(), arxiv_url=f"{service}/none")) == arxiv.NOTHING


@pytest.mark.parametrize(
    ("path", "told"),
    [("/html", "no feed"), ("/down", "status 503"), ("/long", "more than 4 MB"), ("", "cannot be reached")],
)
def test_what_arxiv_answers_wrong_is_told(service: str, path: str, told: str) -> None:
    url = service + path if path else "http://127.0.0.1:9"
    with pytest.raises(ToolError, match=told):
        arxiv.run({"query": "x"}, ToolSettings(Path(), arxiv_url=url))


def test_the_web_search_needs_its_key(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ToolSettings(Path(), search_url=service)
    monkeypatch.delenv(SEARCH_KEY, raising=False)
    with pytest.raises(ToolError, match="SERPER_API_KEY is not set"):
        web_search.run({"query": "rain"}, settings)
    monkeypatch.setenv(SEARCH_KEY, "wrong-key")
    with pytest.raises(ToolError, match="does not take the key") as caught:
        web_search.run({"query": "rain"}, settings)
    assert "wrong-key" not in str(caught.value)
    monkeypatch.setenv(SEARCH_KEY, "right")
    assert web_search.run({"query": "rain"}, settings) == "Rain — It rains now — http://a.example"
