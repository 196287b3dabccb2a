# The same few commands on the desk and in CI. Each does all the set-up it needs.
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test check check-output bench clean install lock deployments
VALIDATORS := .venv-validators
DUCKDB_HTTP := duckdb==1.5.5 duckdb-extension-httpfs==1.5.5

install: $(STAMP)

# uv when it is there (seconds), pip otherwise (a minute). The lock file pins and hashes
# every package; modules are compiled at once, because a first import is twice as slow
# where PYTHONDONTWRITEBYTECODE is set.
$(STAMP): requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  echo "Installing with uv into $(VENV)"; \
	  uv venv --quiet --allow-existing --python '>=3.11,<3.14' $(VENV) && \
	  uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	    { echo "opendata needs Python 3.11, 3.12 or 3.13: set PYTHON=python3.11" >&2; exit 2; }; \
	  $(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	    { echo "Python has no venv module: install Debian's python3-venv, or uv" >&2; exit 2; }; \
	  echo "Installing with pip into $(VENV) (about a minute)"; \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --no-build-isolation -e . ; \
	fi
	@touch $@

# The demonstration dataset: made-up places, a complete release and its pages.
run: install
	@$(BIN)/opendata run demo

test: install build/duckdb/.installed
	$(BIN)/python -m pytest -n 2 --dist loadscope

# DuckDB with its HTTP extension, for the tests that read what is served: PyPI carries the
# extension for this version, and not for the newer one that other tests use.
build/duckdb/.installed: | $(STAMP)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --no-deps --target build/duckdb $(DUCKDB_HTTP); \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --target build/duckdb $(DUCKDB_HTTP); \
	fi
	@touch $@

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The latest releases before validators that are not ours, in an environment of their own:
# some of them want other versions than the pipeline does.
check-output: install $(VALIDATORS)/.installed
	@test -d "$${OPENDATA_HOME:-data}/published" || $(BIN)/opendata run demo
	$(VALIDATORS)/bin/python scripts/check_output.py

$(VALIDATORS)/.installed: validators/requirements.lock validators/carriers.txt
	@echo "Installing the validators into $(VALIDATORS)"
	@$(PYTHON) -m venv $(VALIDATORS)
	@$(VALIDATORS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --require-hashes -r validators/requirements.lock
	@$(VALIDATORS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  -r validators/carriers.txt
	@touch $@

bench: install
	$(BIN)/python benchmarks/stages.py
	$(BIN)/python benchmarks/harvest.py
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/kept.py
	$(BIN)/python benchmarks/geocode.py
	$(BIN)/python benchmarks/geocode.py --departements 8
	$(BIN)/python benchmarks/match.py
	$(BIN)/python benchmarks/identity.py
	$(BIN)/python benchmarks/publish.py
	$(BIN)/python benchmarks/site.py

# After a change of a dataset's schedule or a new dataset.
deployments: install
	$(BIN)/python -m flows.deployments

# After a change of dependencies in pyproject.toml.
lock:
	uv pip compile pyproject.toml --group dev --python-version 3.11 --universal \
	  --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile validators/requirements.in --override validators/overrides.txt \
	  --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header \
	  -o validators/requirements.lock

clean:
	rm -rf $(VENV) $(VALIDATORS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "data/ is left as it is: it holds what was fetched and published."
