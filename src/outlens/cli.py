"""The command line: `outlens demo` and `outlens view FILE`."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outlens.lens import Lens


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="outlens", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="the main job on the packaged sample")
    demo.add_argument("--no-lab", action="store_true", help="do not open JupyterLab")
    demo.add_argument("--notebook", type=Path, default=Path("notebooks/quickstart.ipynb"), help="what to open there")
    view = commands.add_parser("view", help="a page of the outputs in a file")
    view.add_argument("file", type=Path, help=".csv, .tsv, .jsonl, .json or .parquet")
    view.add_argument("--by", action="append", help="a column that names where an output comes from")
    args = parser.parse_args(argv)
    try:
        if args.command == "demo":
            return _demo(args.notebook, lab=not args.no_lab)
        return _view(args.file, args.by)
    except (ValueError, TypeError, KeyError, OSError) as error:
        # str() of a KeyError puts its sentence in quotes.
        print(f"outlens: {error.args[0] if isinstance(error, KeyError) else error}", file=sys.stderr)
        return 1


def _demo(notebook: Path, *, lab: bool) -> int:
    import outlens as ol

    lens = ol.Lens(ol.sample(), prompt="prompt", by="source")
    _print(lens)
    page = lens.to_html("outlens-demo.html")
    print(f"\nWrote {page}: the same widget as a page; open it in a browser, it needs no network.")
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if lab and at_terminal and notebook.exists() and shutil.which("jupyter", path=str(Path(sys.executable).parent)):
        print(f"Opening JupyterLab on {notebook}; end it with Ctrl+C.")
        return subprocess.call([sys.executable, "-m", "jupyterlab", str(notebook)])
    print('In a notebook:\n    import outlens as ol\n    ol.Lens(ol.sample(), prompt="prompt", by="source")')
    if notebook.exists():
        print(f"The tour: jupyter lab {notebook}")
    return 0


def _print(lens: Lens) -> None:
    from outlens import text

    clusters = lens.clusters
    print(f"{lens.prompt}\n{lens!r}")
    for note in lens.warnings:
        print(f"  {note}")
    print("\nClusters")
    for c in clusters.itertuples():
        line = " ".join(str(c.text).split())
        print(f"  {c.size:>4}  {str(c.name)[:36]:<36}  {line[:90]}")
    print("\nShared openings")
    texts = [str(t) for t in lens.frame["response"].fillna("")]
    for row in text.openings(texts).head(6).itertuples():
        print(f"  {row.outputs:>4}  {row.phrase}")


def _view(file: Path, by: list[str] | None) -> int:
    import outlens as ol

    lens = ol.Lens(file, by=by)
    first = lens.prompt
    for number, prompt in enumerate(lens.prompts[1:], 2):
        print(f"Prompt {number} of {len(lens.prompts)}", file=sys.stderr)
        lens.prompt = prompt
    lens.prompt = first
    page = lens.to_html(f"{file.stem}-outlens.html")
    print(f"Wrote {page}: {lens!r}.")
    if sys.stdout.isatty():
        webbrowser.open(page.absolute().as_uri())
    return 0
