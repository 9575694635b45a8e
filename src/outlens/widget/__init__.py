"""The Python side of the widget: traits, messages and what travels in them."""

from outlens.widget.model import LensWidget
from outlens.widget.view import View

__all__ = ["LensWidget", "View"]
