"""Execute every notebook in its own folder; an error in a cell fails the run."""

import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

for path in sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb")):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, folder)
        notebook = nbformat.read(path, as_version=4)
        if any(cell.get("outputs") for cell in notebook.cells):
            sys.exit(f"{path.name} holds outputs: clear them before committing")
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    print(f"{path.name}: {len(notebook.cells)} cells ran")
