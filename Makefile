# `make demo` and `make test` install everything they need.
SHELL := /bin/bash
PY := .venv/bin/python
JS := js/node_modules/.package-lock.json
BUNDLE := src/outlens/widget/static
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_update_notifier := false
# Container images often set this; without bytecode, every process compiles what it imports: umap takes 7 s, not 3.
unexport PYTHONDONTWRITEBYTECODE
# Run property tests with the same examples every time.
export OUTLENS_HYPOTHESIS := ci
# Workers share the cores; several threads per worker would only wait for each other.
test: export OMP_NUM_THREADS := 1
test: export OPENBLAS_NUM_THREADS := 1
# A cache for the jobs: the user's own is never touched.
test: export OUTLENS_CACHE_DIR := $(CURDIR)/.venv/cache
# CI has two cores: jobs that wait for servers and browsers run beside jobs that compute.
SIDE_BY_SIDE := $(MAKE) --no-print-directory --output-sync=target
# The workers of the tests on the oldest versions. In `make test` they run beside longer jobs: another worker would only
# import everything once more.
export OUTLENS_WORKERS ?= 2
PYTEST := $(PY) -m pytest -q

.PHONY: demo test lab bench lint types bundle test-python test-js test-browser test-notebooks test-wheel test-oldest clean

demo: .venv/installed
	.venv/bin/outlens demo

# Files that the tests leave in the tree would be committed by mistake. Outside of git there is nothing to compare.
TREE := git status --porcelain 2>/dev/null || true
test: .venv/installed $(JS)
	@before=$$($(TREE)); \
	$(SIDE_BY_SIDE) --jobs 2 compiled static-vectors types lint bundle-is-committed test-js && \
	$(SIDE_BY_SIDE) --jobs 3 test-browser test-python test-oldest test-notebooks test-wheel OUTLENS_WORKERS=0 && \
	after=$$($(TREE)) && \
	{ [ "$$before" = "$$after" ] || { echo "the tests changed the tree:"; echo "$$after"; exit 1; }; }
	@echo "all passed"

lab: .venv/installed
	.venv/bin/jupyter lab notebooks/quickstart.ipynb

bench: .venv/installed $(JS)
	scripts/browser.sh
	$(MAKE) --no-print-directory .venv-peer/installed || echo "the peers could not be installed: only outlens is timed"
	$(PY) benchmarks/run.py

lint: .venv/installed $(JS)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/vermin --target=3.10- --violations --no-tips --eval-annotations --quiet conftest.py src tests scripts benchmarks
	cd js && npx --no-install biome format . && npx --no-install biome lint .

types: .venv/installed $(JS)
	.venv/bin/mypy
	cd js && npm run --silent check

bundle: $(JS)
	cd js && npm run --silent build

# Compare with the files before the build, not with git, so that it also works in a tree with uncommitted changes.
.PHONY: bundle-is-committed
bundle-is-committed: $(JS)
	@before=$$(cat $(BUNDLE)/* | sha256sum); \
	(cd js && npm run --silent build) && after=$$(cat $(BUNDLE)/* | sha256sum); \
	[ "$$before" = "$$after" ] || { echo "the bundle in $(BUNDLE) is not what js/ builds: commit the rebuilt one"; exit 1; }
	@$(PY) scripts/bundle_size.py

# What numba compiles in a new environment, and the static vectors, once: several processes would each take a minute for either.
.PHONY: compiled static-vectors
compiled: .venv/installed
	@$(PY) -W ignore scripts/compile.py
static-vectors: .venv/installed
	@TQDM_DISABLE=1 $(PY) -W ignore -c "from outlens.vectors import embed; embed(['text'], 'fast', progress=False)"

test-js: $(JS)
	cd js && npm test --silent

test-python: .venv/installed
	$(PYTEST) -n 2 --ignore tests/browser

test-browser: .venv/installed
	scripts/browser.sh
	$(PYTEST) -n 2 tests/browser
	# Repeat the tests that point at text or depend on line breaks in a wider font and a narrower window.
	OUTLENS_TEST_FONT="15px DejaVu Serif" OUTLENS_TEST_WIDTH=1050 $(PYTEST) -n 2 tests/browser -m layout

test-notebooks: .venv/installed
	$(PY) scripts/run_notebooks.py

test-wheel: .venv/installed
	scripts/test_wheel.sh

test-oldest: .venv/installed
	scripts/test_oldest.sh

.venv/installed: pyproject.toml constraints.txt
	[ -x $(PY) ] || python3 -m venv .venv
	# torch first: packages that need it then find the CPU build.
	$(PY) -m pip install --quiet uv
	scripts/torch.sh .venv
	.venv/bin/uv pip install --quiet --python $(PY) --constraint constraints.txt --editable '.[dev]'
	touch $@

# The benchmarks' peers have their own environment: they need other versions of our dependencies. embedding-atlas 0.22 is
# the last that draws with WebGL, which software rendering can do.
.venv-peer/installed: benchmarks/peers.txt
	[ -x .venv-peer/bin/python ] || python3 -m venv .venv-peer
	.venv-peer/bin/python -m pip install --quiet "$$(grep '^torch==' constraints.txt)"
	.venv-peer/bin/python -m pip install --quiet --requirement benchmarks/peers.txt
	.venv-peer/bin/python -m pip install --quiet --no-deps --upgrade --target .venv-peer/webgl embedding-atlas==0.22.0
	touch $@

$(JS): js/package.json js/package-lock.json
	cd js && npm ci --silent --no-audit --no-fund
	touch $@

clean:
	rm -rf .venv .venv-oldest .venv-peer js/node_modules dist build outlens-demo.html
