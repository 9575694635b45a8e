"""Words, what outputs share and where they differ: plain functions over a list of texts, giving span tables."""

from outlens.text.find import find
from outlens.text.index import Index, coverage, shared_phrases, shared_spans
from outlens.text.openings import openings
from outlens.text.words import forms, words

__all__ = ["Index", "coverage", "find", "forms", "openings", "shared_phrases", "shared_spans", "words"]
