"""Words, search and openings: plain functions over a list of texts, giving span tables."""

from outlens.text.find import find
from outlens.text.openings import openings
from outlens.text.words import forms, words

__all__ = ["find", "forms", "openings", "words"]
