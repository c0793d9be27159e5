# `make` lists what there is. Nothing but make, sh and Python 3.11 to 3.14 is needed beforehand:
# the environment is made on first use in .venv (make PYTHON=/path/to/python3.12 chooses the interpreter).
# .venv is complete when it holds a stamp named after the content of the lock file and of pyproject.toml, and its place.

SHELL := /bin/sh
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed-$(shell { cat requirements/dev.txt pyproject.toml; echo '$(PYTHON) $(CURDIR)'; } | cksum | tr ' ' '-')

# After the installation nothing fetches anything but `lock`, `upgrade` and `mutants`.
OFFLINE := PIP_NO_INDEX=1 UV_OFFLINE=1

# What `make compare` asks; each can be given on the command line: make compare DRAWS=200 OUT=out/quick
SCENARIOS := scenarios/library
BASELINE  := current_policy
YEARS     := 2025-2034
DRAWS     :=
OUT       := out/compare
MODEL     := england

# Structures whose posteriors ship beside the main one.
STRUCTURES := child_poverty=half child_poverty=zero poverty_to_smoking=on smoking_contrast=at-delivery \
	unproven_effects=wide

# Tests at a time: as many as there are processors.
JOBS      := auto

# Which births, keys and models `make study` looks at.
SEED      := 1

.PHONY: help compare test browser lint types layers tests study fuzz kills quick-answers format bench bench-steps bench-guard load mutants validation england-page solve posterior sbc sweep sensitivity lock upgrade wheel environment clean

help:  ## this list
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-14s %s\n' "$$name" "$$what"; done

compare: $(STAMP)  ## compare the shipped scenario files for England; writes out/compare
	@echo '== warm-up: compile the kernels, once per machine'
	@$(BIN)/simcore warm
	@echo '== compare: $(SCENARIOS) against $(BASELINE), $(YEARS)'
	@$(BIN)/simcore compare $(SCENARIOS) --baseline $(BASELINE) --years $(YEARS) $(if $(DRAWS),--draws $(DRAWS)) --out $(OUT)

browser:  ## Chromium for the browser tests: installs it with the system's package manager where there is none
	@sh requirements/browser.sh

test: lint types layers tests  ## all checks: lint, types, layers, tests

lint: $(STAMP)  ## style and likely bugs (ruff)
	@echo '== lint'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check . || { echo 'lint: run `make format`' >&2; exit 1; }

types: $(STAMP)  ## types (mypy --strict; compiled kernels excepted)
	@echo '== types'
	@$(BIN)/mypy

layers: $(STAMP)  ## which file may look at which (import-linter)
	@echo '== layers'
	@$(BIN)/lint-imports --no-logo

tests: $(STAMP)  ## the tests; choose with PYTEST="-k smoking"
	@echo '== tests'
	@$(BIN)/simcore warm  # once: workers that compile into one cache at a time get in each other's way
	@$(OFFLINE) $(BIN)/python -m pytest --numprocesses=$(JOBS) $(PYTEST)

study: $(STAMP)  ## claims of chance and random models, many times as many: an hour of one core (others: SEED=2)
	@echo '== study: random models, 20 times as many; then births, draws and keys'
	@status=0; \
	EXAMPLES_TIMES=20 $(OFFLINE) $(BIN)/python -m pytest --verbose --hypothesis-seed=$(SEED) tests/test_random_models*.py || status=1; \
	$(OFFLINE) $(BIN)/python -m tests.studies --seed $(SEED) || status=1; \
	exit $$status

fuzz: $(STAMP)  ## 100,000 broken scenario files through the reader: a quarter of an hour (others: SEED=2)
	@EXAMPLES_TIMES=286 $(OFFLINE) $(BIN)/python -m pytest --hypothesis-seed=$(SEED) tests/test_fuzz_reader.py

kills: $(STAMP)  ## 200 runs killed at random moments, each resumed to the same bits: a quarter of an hour
	@$(BIN)/simcore warm
	@$(OFFLINE) $(BIN)/python -m tests.kills --runs 200 --seed $(SEED)

quick-answers: $(STAMP)  ## how far the page's quick answers are from full ones, over 60 policies: ten minutes (others: SEED=2)
	@$(BIN)/simcore warm
	@$(OFFLINE) $(BIN)/python -m tests.quick_answers --seed $(SEED)

format: $(STAMP)  ## lay out the source, sort imports
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

bench: $(STAMP)  ## how fast, as one table; writes out/bench (a part of it: make bench ONLY=w1)
	@$(OFFLINE) $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

bench-steps: $(STAMP)  ## the loops over births, step by step: nanoseconds a birth on one block
	@echo '== bench-steps: a round is a million births, so milliseconds of a round are nanoseconds a birth'
	@$(OFFLINE) $(BIN)/python -m pytest benchmarks/steps.py --quiet --benchmark-time-unit=ms \
		--benchmark-columns=median,min,iqr --benchmark-sort=name

bench-guard: $(STAMP)  ## fails if kernels are slower than they were; RECORD=1 records anew how fast they are
	@echo '== bench-guard: ratios of one run beside those recorded in benchmarks/guard.json'
	@$(OFFLINE) $(BIN)/python -m benchmarks.guard $(if $(RECORD),--record)

load: $(STAMP)  ## twenty people at one page: how soon a move is answered, and whether memory stays; three minutes
	@$(BIN)/simcore warm
	@$(OFFLINE) $(BIN)/python -m benchmarks.load

mutants: $(STAMP)  ## plant small faults in the kernels, see whether tests notice (ONLY="rng risk" MOST=50); long
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV).mutants
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(VENV).mutants/bin/python requirements/mutants.txt
	@$(VENV).mutants/bin/python -m tests.mutants $(ONLY) $(if $(MOST),--most $(MOST))

validation: england-page $(STAMP)  ## write docs/validation.md and docs/england.md again from the shipped model
	@$(BIN)/python docs/make_validation.py

england-page: $(STAMP)  ## write docs/england.md and its picture again
	@$(BIN)/python docs/make_england.py

solve: $(STAMP)  ## solve the direct effects of a model again (MODEL=england), for every draw
	@$(BIN)/simcore solve $(MODEL)

posterior: $(STAMP)  ## fit again every posterior that ships: the main one by NUTS, other structures by the quick path; writes out/posterior
	@$(BIN)/simcore calibrate england_2010_2020 --method nuts --ship
	@for variant in $(STRUCTURES); do \
		$(BIN)/simcore calibrate england_2010_2020 --variant $$variant --ship || exit $$?; \
	done

sbc: $(STAMP)  ## simulation-based calibration and recovery at full size; about half an hour (others: SEED=2)
	@$(OFFLINE) $(BIN)/python -m tests.studies --only calibration --seed $(SEED)

sweep: $(STAMP)  ## how much the answer hangs on each choice of the calibration; resumes; writes out/sweep
	@$(BIN)/simcore sweep calibration/sweeps/england.yaml --out out/sweep

sensitivity: $(STAMP)  ## what the headline becomes when an assumption is replaced (MODEL=england); writes its ledger/sensitivity.csv
	@$(BIN)/simcore sensitivity $(MODEL)

LOCKING = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--system-certs --custom-compile-command 'make lock' $(UPGRADE)

# Run time after all: its versions are those of the full set.
lock: $(STAMP)  ## write requirements/*.txt again after a change of dependencies in pyproject.toml
	@$(LOCKING) --all-extras --group dev --output-file requirements/dev.txt
	@$(LOCKING) --constraints requirements/dev.txt --output-file requirements/run.txt
	@$(LOCKING) --all-extras --group dev --group mutants --constraints requirements/dev.txt \
		--output-file requirements/mutants.txt

upgrade:  ## the same, with the newest versions
	@$(MAKE) lock UPGRADE=--upgrade

wheel: $(STAMP)  ## build the wheel into dist/
	@$(OFFLINE) $(BIN)/hatchling build --target wheel

environment: $(STAMP)  ## make .venv, or bring it up to date

$(STAMP):
	@sh requirements/install.sh $(VENV) "$(PYTHON)"
	@touch $@

clean:  ## remove what was built or cached (not .venv, not out/)
	@rm -rf dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	@find simcore scenarios calibration tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
