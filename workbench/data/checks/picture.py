"""The former place of `workbench.data.picture`."""

from workbench.data.picture import PICTURE_FORMATS, Picture, Problem, locate, look_at

__all__ = ["PICTURE_FORMATS", "Picture", "Problem", "locate", "look_at"]
