"""The Python side of the widget: traits, messages and their encoding."""

from outlens.widget.bridge import Bridge
from outlens.widget.model import LensWidget

__all__ = ["Bridge", "LensWidget"]
