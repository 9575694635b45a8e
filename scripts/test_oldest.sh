#!/usr/bin/env bash
# Run the Python tests on the oldest versions that pyproject.toml declares and on Python 3.10, which uv fetches if needed.
set -euo pipefail
cd "$(dirname "$0")/.."
env=.venv-oldest
uv=.venv/bin/uv
# pyenv puts a python3.10 on the path that fails until its version is chosen: try it first.
oldest_python() {
  for python in python3.10 ~/.pyenv/versions/3.10.*/bin/python; do
    "$python" -c '' 2>/dev/null && echo "$python" && return
  done
  "$uv" python install --quiet 3.10 >&2 && "$uv" python find 3.10 && return
  echo "Python 3.10 is not installed and uv could not fetch it: the oldest versions are tested on $(python3 -V)." >&2
  echo python3
}
if [ ! "$env/installed" -nt pyproject.toml ] || [ ! "$env/installed" -nt constraints.txt ]; then
  rm -rf "$env"
  "$(oldest_python)" -m venv --without-pip "$env"
  version=$("$env/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  # Exclude torch: uv would choose the build with gigabytes of CUDA libraries.
  echo 'torch; sys_platform == "never"' >"$env/without_torch.txt"
  "$uv" pip compile --quiet pyproject.toml --extra parquet --extra test --resolution lowest-direct \
    --python-version "$version" --override "$env/without_torch.txt" --output-file "$env/oldest.txt" >/dev/null
  # If there is no CPU build for this Python, skip the tests of models.
  pip=(.venv/bin/python -m pip --python "$env/bin/python")
  if "${pip[@]}" install --dry-run --no-deps "$(grep '^torch==' constraints.txt)" 2>/dev/null | grep -q 'torch-.*+cpu'; then
    scripts/torch.sh "$env"
  fi
  "$uv" pip install --quiet --python "$env/bin/python" --no-deps --requirement "$env/oldest.txt"
  touch "$env/installed"
fi
select='not newest'
"$env/bin/python" -c 'import torch' 2>/dev/null || select="$select and not model"
# Without torch, the static vectors come from here.
export OUTLENS_CACHE_DIR=${OUTLENS_CACHE_DIR:-$PWD/.venv/cache}
"$env/bin/python" -VV
export PYTHONPATH="$PWD/src"
"$env/bin/python" -W ignore scripts/compile.py
OUTLENS_HYPOTHESIS=oldest "$env/bin/python" -m pytest -n "${OUTLENS_WORKERS:-2}" -q -p no:cacheprovider --ignore tests/browser -m "$select" "$@"
