"""The floors: a module imports only from floors below its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import outlens

ROOT = Path(outlens.__file__).parent

# Ground first. A package stands for all its modules, which may import each other. Within a floor, the entries of a set
# must not import each other.
FLOORS: list[set[str]] = [
    {"_imports"},
    {
        "_arrays",
        "_cores",
        "_errors",
        "_files",
        "_finalizers",
        "_interrupts",
        "_notebook",
        "_signal",
        "_unicode",
        "deferred",
    },
    {"figures", "samples", "outputs", "progress", "settings"},
    {"text"},
    {"vectors"},
    {"points", "tags"},
    {"compare"},
    {"part", "state"},
    {"study"},
    {"correcting", "layers", "naming", "owners"},
    {"contrast", "digest", "findings", "measures", "ranking", "report", "summary", "tables"},
    {"view"},
    {"widget", "charts", "archive", "comparison"},
    {"charting", "comparing", "exporting", "growing", "marking", "measuring", "pointing", "selecting", "tagging"},
    {"lens"},
    {"cli"},
]


def unit_of(path: Path) -> str:
    """Return the module or package right below `outlens` that contains a file."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the outlens modules that a file imports anywhere, except for type checking."""
    found = set()
    tree = ast.parse(path.read_text("utf-8"))
    checked_only = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    skipped = {id(inner) for node in checked_only for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("outlens.")}
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the floor"
            if node.module == "outlens":
                found |= {name.name for name in node.names}
            elif node.module.startswith("outlens."):
                found.add(node.module.split(".")[1])
    return found - {"__version__"}


def test_no_module_imports_from_its_own_floor_or_one_above() -> None:
    floor = {unit: level for level, units in enumerate(FLOORS) for unit in units}
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        unit = unit_of(path)
        if unit in ("__init__", "__main__"):
            continue
        assert unit in floor, f"{unit} has no floor: put it into FLOORS, DESIGN.md and CONTRIBUTING.md"
        for other in imports(path):
            assert other in floor, f"{path.relative_to(ROOT)} imports outlens.{other}, which has no floor"
            if other != unit and floor[other] >= floor[unit]:
                wrong.append(f"{path.relative_to(ROOT)} imports outlens.{other}")
    assert wrong == []


def test_only_the_bridge_and_its_parts_know_the_widget() -> None:
    traits = {"_bridge.widget", "LensWidget"}
    users = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if any(name in path.read_text("utf-8") for name in traits) and path.parent.name != "widget"
    }
    assert users == set()


LONG = {
    "tags/fold.py": "one state, folded from events and from columns",
    "tags/store.py": "one file format, read, written, repaired and gathered",
}


def test_every_long_file_has_a_reason() -> None:
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in ROOT.rglob("*.py")}
    assert {str(path.relative_to(ROOT)) for path, count in lines.items() if count > 500} <= set(LONG)


def test_the_public_face_delegates() -> None:
    assert len((ROOT / "lens.py").read_text("utf-8").splitlines()) < 400


@pytest.mark.newest
def test_packages_with_circular_imports_are_imported_under_the_lock() -> None:
    circular = re.compile(r"scipy|sklearn|umap|numba|pynndescent|sentence_transformers|transformers|datasets")
    # Modules of ours that import numba.
    compiled = re.compile(r"outlens\.text\.(compiled|nearest|suffixes)|outlens\.text import suffixes")
    for path in set(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        inner = {node for function in functions for node in ast.walk(function)}
        blocks = [node for node in inner if isinstance(node, ast.With) and ast.unparse(node.items[0]) == "importing"]
        locked = {node for block in blocks for node in ast.walk(block)}
        types = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        locked |= {node for block in types for node in ast.walk(block)}
        for node in set(ast.walk(tree)) - locked:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            source = ast.unparse(node)
            package = source.removeprefix("from ").removeprefix("import ")
            where = path.relative_to(ROOT)
            if circular.match(package):
                assert str(where) == "text/compiled.py", f"{where}: {source} is not made under `importing`"
            if compiled.match(package) and str(where) not in ("text/nearest.py", "text/suffixes.py"):
                raise AssertionError(f"{where}: {source} is not made under `importing`")
        # A module body that waits for the lock could wait for a thread that waits for the module.
        assert "with importing" not in [ast.unparse(node)[:14] for node in tree.body], path


def test_one_module_looks_for_the_nearest_name() -> None:
    users = {path.name for path in ROOT.rglob("*.py") if "import difflib" in path.read_text("utf-8")}
    assert users == {"_errors.py"}
