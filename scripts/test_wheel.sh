#!/usr/bin/env bash
# Build the wheel, check its files, install it in an empty environment and run the demo there.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/uv build --quiet --wheel --out-dir "$work" .
wheel=$(ls "$work"/outlens-*.whl)
for file in outlens/widget/static/{{widget,page}.{js,css},rare.js} outlens/py.typed outlens/samples/; do
  .venv/bin/python -m zipfile -l "$wheel" | grep "$file" >/dev/null ||
    { echo "the wheel lacks $file"; exit 1; }
done
python3 -m venv --without-pip "$work/venv"
scripts/torch.sh "$work/venv"
.venv/bin/uv pip install --quiet --python "$work/venv/bin/python" --constraint constraints.txt "$wheel"
cd "$work"
# Use an empty cache: the demo must work on a new machine.
OUTLENS_CACHE_DIR="$work/cache" HF_HUB_OFFLINE=1 "$work/venv/bin/outlens" demo --no-lab
test -s "$work/outlens-demo.html"
echo "the wheel works in an empty environment"
