# `make train` fits policies, `make test` runs the tests; each makes its own .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: train test gates speed clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[train,test]"
	touch $@

train: .venv/ready
	$(BIN)/python train.py

test: .venv/ready
	$(BIN)/python -m pytest

gates: .venv/ready
	$(BIN)/python -m balance_env.gates

speed: .venv/ready
	$(BIN)/python benchmarks/speed.py --write docs/speed.md

clean:
	rm -rf .venv build *.egg-info
