# `make demo` and `make test` set up what they need in .venv; PYTHON chooses the interpreter (3.11 or later).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench clean

demo: .venv/demo
	$(BIN)/dedup scan examples/articles

test: .venv/dev
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/mypy

# Speed, quality and peers on a generated corpus, or on CORPUS; tables, JSON and figures in RESULTS.
ARTICLES ?= 20000
RUNS ?= 5
RESULTS ?= build/bench
bench: .venv/bench
	@mkdir -p $(RESULTS)
	$(if $(CORPUS),,$(BIN)/python benchmarks/corpus.py $(RESULTS)/corpus.parquet --articles $(ARTICLES))
	$(BIN)/python benchmarks/speed.py $(or $(CORPUS),$(RESULTS)/corpus.parquet) --runs $(RUNS) --json $(RESULTS)/speed.json
	$(BIN)/python benchmarks/quality.py $(or $(CORPUS),$(RESULTS)/corpus.parquet) --json $(RESULTS)/quality.json
	$(BIN)/python benchmarks/peers.py $(or $(CORPUS),$(RESULTS)/corpus.parquet) --runs $(RUNS) --json $(RESULTS)/peers.json
	$(BIN)/python benchmarks/plots.py $(RESULTS)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "need Python 3.11 or later: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/demo: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e '.[arrow]'
	@touch $@

.venv/dev: .venv/demo
	$(BIN)/python -m pip install --quiet -e '.[arrow,html,postgres,dev]'
	@touch $@

.venv/bench: .venv/demo
	$(BIN)/python -m pip install --quiet -e '.[arrow,html,bench]'
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
