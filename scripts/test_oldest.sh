#!/usr/bin/env bash
# The Python tests on the oldest versions that pyproject.toml declares, and on Python 3.10 where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
env=.venv-oldest
# pyenv puts a python3.10 on the path that runs nothing until its version is chosen: try before use.
for python in python3.10 ~/.pyenv/versions/3.10.*/bin/python python3; do
  "$python" -c '' 2>/dev/null && break
done
if [ ! "$env/installed" -nt pyproject.toml ]; then
  rm -rf "$env"
  "$python" -m venv --without-pip "$env"
  version=$("$env/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  pip=(.venv/bin/python -m pip --python "$env/bin/python" install --quiet)
  # uv leaves torch out: it would take the build that brings gigabytes of CUDA libraries.
  echo 'torch; sys_platform == "never"' >"$env/without_torch.txt"
  .venv/bin/uv pip compile --quiet pyproject.toml --extra parquet --extra test --resolution lowest-direct \
    --python-version "$version" --override "$env/without_torch.txt" --output-file "$env/oldest.txt" >/dev/null
  torch=$(grep '^torch==' constraints.txt)
  # The CPU build may be missing for this Python; then the tests of models are left out.
  if .venv/bin/python -m pip --python "$env/bin/python" install --dry-run --no-deps "$torch" 2>/dev/null |
    grep -q 'torch-.*+cpu'; then
    "${pip[@]}" "$torch"
  fi
  "${pip[@]}" --no-deps --requirement "$env/oldest.txt"
  touch "$env/installed"
fi
select=()
"$env/bin/python" -c 'import torch' 2>/dev/null || select=(-m 'not model')
"$env/bin/python" -VV
PYTHONPATH="$PWD/src" "$env/bin/python" -m pytest -n 2 -q -p no:cacheprovider --ignore tests/browser "${select[@]}" "$@"
