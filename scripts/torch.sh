#!/usr/bin/env bash
# Install torch in an environment: pip finds the CPU build through its configured index, and uv unpacks it ten times faster.
set -euo pipefail
cd "$(dirname "$0")/.."
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
.venv/bin/python -m pip --python "$1/bin/python" download --quiet --no-deps --dest "$wheels" "$(grep '^torch==' constraints.txt)"
.venv/bin/uv pip install --quiet --python "$1/bin/python" --no-deps "$wheels"/torch-*.whl
