# Everything from a fresh checkout on Debian or Ubuntu with git, make and Python 3.11 to 3.13.

PYTHON ?= python3
BIN := .venv/bin
VENV := .venv/.installed
CAMERA_VM ?= $(HOME)/.cache/valgus/camera-vm

.DEFAULT_GOAL := help
.PHONY: help demo test test-hardware lint bench venv lock

help: ## list what make can do
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 15

demo: $(VENV) ## the whole live system on this machine: virtual cameras, hub, viewer, truth
	$(BIN)/valgus demo

test: $(VENV) ## the whole test suite
	$(BIN)/python -m pytest

test-hardware: $(VENV) ## kernel camera drivers in virtual machines (Debian 12, root, minutes)
	tools/camera-vm.sh $(CAMERA_VM)
	VALGUS_CAMERA_VM=$(CAMERA_VM) $(BIN)/python -m pytest tests/hardware -m hardware

lint: $(VENV) ## style, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(VENV) ## timings; meaningful on an idle machine only
	$(BIN)/python -m pytest benchmarks

venv: $(VENV) ## .venv/ with the pinned dependencies

# An environment that is already there (made by uv, say) is completed, not replaced.
$(VENV): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "valgus: $(PYTHON) is not Python 3.11 to 3.13; name one: make PYTHON=python3.12"; exit 1; }
	tools/system-packages.sh $(PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "filling .venv: a few minutes"
	$(BIN)/python -m pip install --quiet --quiet --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	@touch $(VENV)

lock: ## pin the newest versions that pyproject.toml allows; needs uv
	uv lock --quiet --upgrade
	uv export --quiet --all-extras --no-emit-project --no-header --format requirements-txt --output-file requirements.lock
