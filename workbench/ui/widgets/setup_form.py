"""The fields of a new training, of which those of a method are shown with that method only."""

from __future__ import annotations

from textual import on

from workbench.ui.widgets.model_form import FieldRow, ModelForm

_METHODS_OF_FIELDS = {"lora.r": ("lora", "qlora"), "freeze.last_layers": ("freeze",)}


class SetupForm(ModelForm):
    """A form of a config with ``method`` among its fields."""

    def on_mount(self) -> None:
        self._follow_method()

    @on(FieldRow.Changed)
    def _follow_method(self) -> None:
        """A field of another method stays as long as its value is refused."""
        rows = {row.name_in_file: row for row in self.query(FieldRow)}
        method = rows["method"].value()
        for name, methods in _METHODS_OF_FIELDS.items():
            rows[name].display = method in methods or name in self.refused
