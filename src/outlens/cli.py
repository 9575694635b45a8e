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
    """Run a command and return the exit status."""
    parser = argparse.ArgumentParser(prog="outlens", description="Make sense of many outputs to one prompt.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="explore the packaged sample")
    demo.add_argument("--no-lab", action="store_true", help="do not open JupyterLab")
    demo.add_argument(
        "--notebook", type=Path, default=Path("notebooks/quickstart.ipynb"), help="the notebook to open in JupyterLab"
    )
    view = commands.add_parser("view", help="show the outputs in a file as a page in the browser")
    view.add_argument("file", type=Path, help="a .csv, .tsv, .jsonl, .json or .parquet file")
    view.add_argument("--text", help="the column with the outputs; by default a column named response, output, ...")
    view.add_argument(
        "--by", action="append", help="a column with the source of each output, such as its model; can be repeated"
    )
    args = parser.parse_args(argv)
    try:
        if args.command == "demo":
            return _demo(args.notebook, lab=not args.no_lab)
        return _view(args.file, args.text, args.by)
    except (ValueError, TypeError, KeyError, OSError) as error:
        # str() of a KeyError puts its message in quotes.
        print(f"outlens: {error.args[0] if isinstance(error, KeyError) else error}", file=sys.stderr)
        return 1


def _demo(notebook: Path, *, lab: bool) -> int:
    import outlens as ol

    lens = ol.Lens(ol.sample(), prompt="prompt", by="source")
    lens.prepare()
    _print(lens)
    page = lens.to_html("outlens-demo.html")
    print(f"\nWrote {page}, a page with the same widget. Open it in a browser; it needs no network.")
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if lab and at_terminal and notebook.exists() and shutil.which("jupyter", path=str(Path(sys.executable).parent)):
        print(f"Opening {notebook} in JupyterLab. Press Ctrl+C to stop.")
        return subprocess.call([sys.executable, "-m", "jupyterlab", str(notebook)])
    print('In a notebook:\n    import outlens as ol\n    ol.Lens(ol.sample(), prompt="prompt", by="source")')
    if notebook.exists():
        print(f"The tour: jupyter lab {notebook}")
    return 0


def _print(lens: Lens) -> None:
    from outlens import text

    print(f"{lens.prompt}\n{lens!r}")
    for warning in lens.warnings:
        print(f"  {warning}")
    print("\nClusters")
    for cluster in lens.clusters.itertuples():
        line = " ".join(str(cluster.text).split())
        print(f"  {cluster.size:>4}  {str(cluster.name)[:36]:<36}  {line[:90]}")
    print("\nShared openings")
    texts = [str(response) for response in lens.frame["response"].fillna("")]
    for opening in text.openings(texts).head(6).itertuples():
        print(f"  {opening.outputs:>4}  {opening.phrase}")


def _view(file: Path, text: str | None, by: list[str] | None) -> int:
    import outlens as ol

    lens = ol.Lens(file, text=text, by=by)
    lens.prepare()
    page = lens.to_html(f"{file.stem}-outlens.html")
    print(f"Wrote {page}: {lens!r}.")
    if sys.stdout.isatty():
        webbrowser.open(page.absolute().as_uri())
    return 0
