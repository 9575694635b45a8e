"""The lock of imports that are made when they are first needed."""

from __future__ import annotations

import threading

importing = threading.RLock()
"""Held while a function imports.

Python does not import packages with circular imports, such as scikit-learn, safely in two threads: one may get a module
that is not complete yet. Here the background imports umap-learn while the kernel's thread imports what the first view
needs.
"""
