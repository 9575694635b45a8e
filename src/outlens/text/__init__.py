"""Words, shared phrases and differences: plain functions over a list of texts that return span tables."""

from outlens.text.align import align, alignment_strength, inversions
from outlens.text.copied import copied
from outlens.text.differs import varying
from outlens.text.distinctive import distinctive, distinctive_words
from outlens.text.find import find
from outlens.text.index import Index, coverage, shared_phrases, shared_spans
from outlens.text.openings import openings
from outlens.text.sentences import sentences
from outlens.text.words import forms, words

__all__ = [
    "Index",
    "align",
    "alignment_strength",
    "copied",
    "coverage",
    "distinctive",
    "distinctive_words",
    "find",
    "forms",
    "inversions",
    "openings",
    "sentences",
    "shared_phrases",
    "shared_spans",
    "varying",
    "words",
]
