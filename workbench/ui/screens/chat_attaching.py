"""What of the Chat area takes pictures: typed, pasted, dragged, or chosen in a dialog."""

from __future__ import annotations

from textual import on, work

from workbench.chat.given_picture import checked_picture
from workbench.errors import WorkbenchError
from workbench.text import printable
from workbench.ui.screens.chat_loading import ChatLoading
from workbench.ui.widgets.attached_pictures import AttachedPictures
from workbench.ui.widgets.prompt_input import PromptInput


class ChatAttaching(ChatLoading):
    """The part of the screen for pictures that go with the next message."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures_aside: list[str] = []
        """What was attached when an earlier question was put into the prompt."""

    def attach(self, *typed: str) -> bool:
        """Take pictures by their paths; says why if one cannot be taken, and takes none then."""
        try:
            found = [checked_picture(one, self.workbench.project) for one in typed]
        except WorkbenchError as error:
            self.note(printable(str(error)))
            return False
        before = self.pictures
        self._hold([*before, *(one for one in dict.fromkeys(found) if one not in before)])
        if unseen := self.unseen():
            self._hold(before)
            self.note("\n".join(unseen))
            return False
        self.note("")
        return True

    def _hold(self, pictures: list[str]) -> None:
        self.pictures = pictures
        self.workbench.state["chat.pictures"] = pictures
        self.query_one(AttachedPictures).show(pictures)

    def give_out_pictures(self) -> list[str]:
        """The attached pictures, which are attached no more."""
        pictures = self.pictures
        self._hold([])
        return pictures

    def put_pictures_aside(self, pictures: list[str]) -> None:
        """Attach what came back with a question instead of what is attached."""
        self.pictures_aside = self.pictures or self.pictures_aside
        self._hold(pictures)

    def bring_pictures_back(self) -> None:
        """Attach again what was attached before a question came back, and nothing of that."""
        self._hold(self.pictures_aside)
        self.pictures_aside = []

    @on(PromptInput.PicturesGiven)
    def _take_given(self, event: PromptInput.PicturesGiven) -> None:
        self.attach(*map(str, event.paths))

    @on(PromptInput.PictureTakenBack)
    def _take_away_last(self) -> None:
        self._hold(self.pictures[:-1])
        self.note("")

    @on(PromptInput.Ways)
    def _show_ways(self, event: PromptInput.Ways) -> None:
        self.note(printable("  ".join(event.names)))

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_picture(self) -> None:
        from workbench.ui.screens.picture_prompt import PicturePrompt

        project = self.workbench.project
        prompt = PicturePrompt(lambda typed: checked_picture(typed, project))
        if typed := await self.app.push_screen_wait(prompt):
            self.attach(typed)

    def why_not_sent(self) -> str:
        """Why the attached pictures cannot be sent now; empty if they can be."""
        try:
            for picture in self.pictures:
                checked_picture(picture, self.workbench.project)
        except WorkbenchError as error:
            return printable(str(error))
        return "\n".join(self.unseen())
