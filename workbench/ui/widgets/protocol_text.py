"""What a model is told of its tools: one of the texts that there are, or the user's own."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Label, Select, TextArea

from workbench.agent.protocols.texts import CHINESE, FULL, SAMPLE, SHORT, texts_of
from workbench.i18n import N_, _
from workbench.ui.widgets.field_controls import DropDown, LinesInput

_OWN = "own"
_TITLES = {
    FULL: N_("in full"),
    SHORT: N_("short, for a short context"),
    CHINESE: N_("Chinese, as for MSAgent-Bench"),
    SAMPLE: N_("as the sample model learns it"),
    _OWN: N_("your own"),
}


class ProtocolText(Vertical):
    """Choosing a text shows it; changing it there makes it one's own. Gone while the protocol has no text.

    Args:
        text: the user's own text for the protocol; empty for that of the protocol.
    """

    DEFAULT_CSS = """
    ProtocolText {
        height: auto;
        LinesInput { max-height: 12; }
    }
    """

    def __init__(self, protocol: str, text: str) -> None:
        super().__init__()
        self._protocol = protocol
        self._own = {protocol: text} if text else {}

    def compose(self) -> ComposeResult:
        with Horizontal(classes="section"):
            yield Label(_("what the model is told of it"), markup=False)
            yield DropDown([(_(_TITLES[_OWN]), _OWN)], allow_blank=False, compact=True, id="agent-text-name")
        yield LinesInput("", id="agent-text")

    def on_mount(self) -> None:
        self.show(self._protocol)

    def show(self, protocol: str) -> None:
        """Let the text of this protocol be chosen."""
        self._protocol, texts = protocol, texts_of(protocol)
        self.display = bool(texts)
        if texts:
            with self.prevent(Select.Changed):
                self.query_one(Select).set_options([(_(_TITLES[name]), name) for name in (*texts, _OWN)])
            self._put(self._own.get(protocol, texts[FULL]))
            self._name_text()

    @property
    def text(self) -> str:
        """What is to be said; empty if it is what the protocol says of itself."""
        texts = texts_of(self._protocol)
        if not texts:
            return self._own.get(self._protocol, "")
        return "" if self._box.text == texts[FULL] else self._box.text

    @property
    def _box(self) -> LinesInput:
        return self.query_one(LinesInput)

    def _put(self, text: str) -> None:
        with self.prevent(TextArea.Changed):  # that is what the user changes
            self._box.text = text

    @on(TextArea.Changed)
    def _name_text(self) -> None:
        """Let the choice be the one that the text is."""
        text = self._box.text
        name = next((name for name, known in texts_of(self._protocol).items() if known == text), _OWN)
        if name == _OWN:
            self._own[self._protocol] = text
        with self.prevent(Select.Changed):
            self.query_one(Select).value = name

    @on(Select.Changed)
    def _take_named(self, event: Select.Changed) -> None:
        event.stop()
        named = {**texts_of(self._protocol), _OWN: self._own.get(self._protocol, self._box.text)}
        self._put(named.get(str(event.value), self._box.text))
