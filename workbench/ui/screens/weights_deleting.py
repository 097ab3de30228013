"""What of the Checkpoints area deletes and brings back, and which folders it looks in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from textual import work
from textual.screen import Screen

from workbench.actions.weights import losses_by_removal, remove_weights
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.sizes import in_words
from workbench.ui.project_weights import ProjectWeights
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.screens.weights_screen import WeightsScreen
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_rows import TRASH, Section, path_of
from workbench.weights.folder import bytes_in
from workbench.weights.trash import Trashed, empty, restore, trashed

_FOLDERS = "checkpoints.folders"
_DELETE = "delete"


class WeightsDeleting(WeightsScreen):
    """The part of the screen that takes away and brings back."""

    def __init__(self) -> None:
        super().__init__()
        self._told_of_left_over = False

    # -- deleting

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_delete(self) -> None:
        row = self.chosen
        if isinstance(row, Trashed):
            await self._remove_for_good([row])
        elif isinstance(row, Section):
            await self._clear(row)
        elif (path := path_of(row)) is not None:
            await self._delete(path)
        else:
            self.notify(_("There is nothing on the disk to delete."))

    async def _delete(self, path: Path) -> None:
        project = self.workbench.project
        losses = await asyncio.to_thread(losses_by_removal, path, project)
        size = in_words(await asyncio.to_thread(bytes_in, path))
        if self._is_in_chat(path):
            losses.append(_("The Chat area has it loaded."))
        text = _("It is moved aside and kept until the app closes; then its {size} are freed.").format(size=size)
        title = _("Delete {path}?").format(path=shown_path(path, project))
        choice = Choice(_DELETE, _("Delete; u brings it back until the app closes"))
        answer = await self.app.push_screen_wait(ChoiceDialog(title, "\n".join([*losses, text]), [choice]))
        if answer == _DELETE:
            await asyncio.to_thread(partial(remove_weights, path, project=project))
            self.notify(_("Deleted. u brings it back until the app closes."))
            self.read(at_once=True)

    def _is_in_chat(self, path: Path) -> bool:
        """Whether the Chat area talks to these weights, or to some in this folder."""
        from workbench.ui.screens.chat import ChatScreen

        screens: list[Screen[Any]] = []
        with suppress(KeyError):  # the area was not opened yet
            screens = self.app.get_screen_stack("chat")
        chosen = [screen.chat.chosen for screen in screens if isinstance(screen, ChatScreen)]
        used = [name for model in chosen if model is not None for name in (model.model, model.adapter) if name]
        return any(Path(name).absolute().is_relative_to(path) for name in used)

    async def _clear(self, section: Section) -> None:
        """Empty the trash, or take a folder out of the list."""
        folders = self.folders_added()
        if section.place == TRASH:
            await self._remove_for_good(self._own_trash())
        elif Path(section.place) in folders:
            self._keep_folders([folder for folder in folders if folder != Path(section.place)])
        else:
            self.notify(_("Choose one of those below."))

    async def _remove_for_good(self, items: list[Trashed]) -> None:
        size = in_words(sum(item.bytes for item in items))
        names = "\n".join(shown_path(item.origin, self.workbench.project) for item in items)
        if not items:
            return
        title = _("Remove {size} for good?").format(size=size)
        dialog = ChoiceDialog(title, names, [Choice(_DELETE, _("Remove for good"))])
        answer = await self.app.push_screen_wait(dialog)
        if answer == _DELETE:
            await asyncio.to_thread(empty, items)
            self.read(at_once=True)

    # -- bringing back

    def action_undo(self) -> None:
        row = self.chosen
        items = [row] if isinstance(row, Trashed) else self._own_trash()[-1:]
        if not items:
            self.notify(_("Nothing was deleted here."))
            return
        try:
            restore(items[0])
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return
        self.notify(_("It is back: {path}").format(path=shown_path(items[0].origin, self.workbench.project)))
        self.wanted_path = str(items[0].origin)
        self.read(at_once=True)

    def _own_trash(self) -> list[Trashed]:
        """What this app deleted, and one before it that ended without emptying its trash."""
        return [item for item in trashed(self.workbench.project) if item.is_own or item.is_left_over]

    def tell_of_left_over(self, weights: ProjectWeights) -> None:
        """Say once what an app that was killed had deleted."""
        left = [item for item in weights.trash if item.is_left_over]
        if left and not self._told_of_left_over:
            self._told_of_left_over = True
            said = _("Deleted before and not yet freed: {size}. u brings it back; it is freed when this app closes.")
            self.notify(said.format(size=in_words(sum(item.bytes for item in left))))

    def on_unmount(self) -> None:
        """The trash is emptied when the app is left by its own key, and in no other case."""
        if self.app.return_code == 0:
            empty(self._own_trash())

    # -- folders outside the project

    def folders_added(self) -> list[Path]:
        """The folders that the user wants to see beside the project."""
        kept = self.workbench.state.get(_FOLDERS)
        return [Path(str(folder)) for folder in kept] if isinstance(kept, list) else []

    def _keep_folders(self, folders: list[Path]) -> None:
        self.workbench.state[_FOLDERS] = [str(folder) for folder in folders]
        self.read(at_once=True)

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_add(self) -> None:
        from workbench.ui.screens.line_prompt import LinePrompt

        about = _("The weights in it are listed beside those of the project. Nothing is copied.")
        prompt = LinePrompt(
            _("Look in another folder"), about, _("enter adds it"), placeholder="~/models", check=_folder
        )
        if line := await self.app.push_screen_wait(prompt):
            folders = self.folders_added()
            if (folder := _folder(line)) not in folders:
                self._keep_folders([*folders, folder])


def _folder(line: str) -> Path:
    """The folder that a line names.

    Raises:
        WorkbenchError: there is none.
    """
    folder = Path(line).expanduser().absolute()
    if not folder.is_dir():
        raise WorkbenchError(_("There is no such folder."), where=line)
    return folder
