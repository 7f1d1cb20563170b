# `make demo` and `make test` set up what they need in .venv; PYTHON chooses the interpreter (3.11 or later).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench clean

demo: .venv/demo
	$(BIN)/dedup scan examples/articles

test: .venv/dev
	$(BIN)/python -m pytest

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/dev
	@test -n "$(CORPUS)" || { echo "usage: make bench CORPUS=articles.parquet"; exit 2; }
	$(BIN)/python benchmarks/peers.py "$(CORPUS)"

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "need Python 3.11 or later: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/demo: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e '.[arrow]'
	@touch $@

.venv/dev: .venv/demo
	$(BIN)/python -m pip install --quiet -e '.[arrow,html,dev]'
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
