# Everything a newcomer needs: `make run` opens the chat, `make test` runs the tests.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run setup test test-setup test-torch lint train-setup corpus sandbox-image weights lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | column -ts $$'\t'

run: setup ## set everything up, then open the chat at http://127.0.0.1:8000
	@exec $(BIN)/mica serve

setup: ## only prepare: system parts, virtual environment, sandbox, knowledge
	@deploy/setup serve

test: test-setup ## run the whole test suite
	@tests/run

test-setup:
	@deploy/setup dev

test-torch: test-setup train-setup ## the tests that compare with torch, which serving never installs
	@PYTHONPATH=$$(echo .venv-train/lib/python3*/site-packages) $(BIN)/python -m pytest -m torch

lint: test-setup ## linter, formatter, type checker, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

corpus: ## index the 3,000 scores that come with music21, for the composer (some minutes)
	@deploy/setup corpus
	@$(BIN)/mica corpus build

sandbox-image: ## build the image that commands run in
	@deploy/sandbox/ensure

train-setup: ## a second environment with torch, for training only
	@deploy/setup train

weights: test-setup train-setup ## make the shipped weights again from their recipe (about 40 minutes)
	@training/recipe

lock: ## pin the dependencies again
	@deploy/lock

clean: ## remove the virtual environments and caches; conversations stay
	rm -rf $(VENV) .venv-train .mypy_cache .ruff_cache .pytest_cache
