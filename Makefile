# `make train` fits policies, `make test` runs the tests; each makes its own .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: train test gates speed plugs clean

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

# Every framework in a virtual environment of its own, .plugs/NAME: its tests, which may not be skipped there, and
# docs/plugs.md. `make plugs PLUGS=torchrl` runs one. The oldest versions: `make plugs OLDEST=1`.
PLUGS ?=
PLUGS_DIR ?= .plugs

plugs: .venv/ready
	$(BIN)/python tests/plugs/run.py --folder $(PLUGS_DIR) $(if $(OLDEST),--oldest) $(PLUGS)

clean:
	rm -rf .venv .plugs build *.egg-info
