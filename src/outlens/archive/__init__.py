"""A lens as one file, and back: a zip of JSON and plain arrays, none of which is ever executed."""

from outlens.archive.lens_file import check, events_of, read, save, write
from outlens.archive.parts import ModelNotKept, Parts, UnavailableModel, label

__all__ = ["ModelNotKept", "Parts", "UnavailableModel", "check", "events_of", "label", "read", "save", "write"]
