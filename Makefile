# doehouse: `make night` sets up and runs a night on the sample logs, `make test` sets up and tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
LAKE := $(VENV)/lake/ready
HOUSE ?= house
LOGS ?= sample/logs
CONFORMANCE ?= house-conformance

# Whoever runs doehouse is not reported on by what it is made of.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export GX_ANALYTICS_ENABLED = false
# Without bytecode every start reads the source anew.
unexport PYTHONDONTWRITEBYTECODE
# Of processes that spend night after night: what glibc gives back to the kernel is asked for again at once, a seventh of
# a night's CPU time.
LEAN := MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=1000000000

.DEFAULT_GOAL := help
.PHONY: help night test check torture bench format conformance lake reference

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml requirements.lock
	@echo "setting up $(VENV) (once, a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qqq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qqq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check -q --disable-pip-version-check
	@$(BIN)/python -m reports.pages.set_up
	@touch $@

night: $(READY) ## set up, then run a night on LOGS (the sample) into HOUSE
	@$(BIN)/doehouse night --logs $(LOGS) --house $(HOUSE)

conformance: $(READY) ## compare with published data sets, as a page in CONFORMANCE
	@$(BIN)/doehouse conformance $(CONFORMANCE)

check: $(READY) ## formatting, lint and types
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy

test: check browser postgres lake ## set up, then everything that CI runs
	@$(LEAN) $(BIN)/python -m pytest -q -n 2

torture: $(READY) browser ## nights that are killed, crowded and fed with bad input, with the long counts
	@DOEHOUSE_TORTURE=full $(BIN)/python -m pytest -q tests/torture

bench: $(READY) ## measure ten thousand folders beside the notebook's way, into docs/measured.md (BENCH_FOLDERS="100 1000": less)
	@$(BIN)/python -m tests.bench

lake: $(LAKE) ## set up the environment that `doehouse share` runs in: DuckDB 1.5.5 with DuckLake

$(LAKE): $(READY) flows/lake/requirements.lock
	@echo "setting up $(VENV)/lake (once)"
	@$(PYTHON) -m venv $(VENV)/lake
	@$(VENV)/lake/bin/python -m pip install -qqq --disable-pip-version-check --no-deps --require-hashes -r flows/lake/requirements.lock
	@touch $@

reference: $(READY) ## write docs/reference from the code
	@$(BIN)/python docs/write_reference.py

format: $(READY) ## let ruff write the code
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

.PHONY: browser postgres
browser:
	@command -v chromium > /dev/null || { echo "installing chromium for the tests of the pages"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } > /dev/null 2>&1; } \
	  || { echo "chromium is missing and could not be installed: install Debian's package chromium"; exit 1; }

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || { echo "installing PostgreSQL for the tests of sharing"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } > /dev/null 2>&1; } \
	  || { echo "PostgreSQL is missing and could not be installed: install Debian's package postgresql"; exit 1; }
