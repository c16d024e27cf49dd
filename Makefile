# `make demo` checks two shipped models, `make test` tests the project, `make test-slow` runs the complete checks of
# which `make test` runs a sample, and `make docs` builds the site of docs/. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := api engine model properties reports strategies

# Fixed hashes make runs repeatable: if several counterexamples are equally small, each run shows the same one.
export PYTHONHASHSEED := 0
# Write bytecode, whatever the environment says. The tests start hundreds of processes. Without bytecode, each of them
# would compile Turncheck, and the test modules that pytest rewrites, again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-slow docs install lint types hold mutants clean FORCE

# A novice, whose training was stopped early, and a smaller model that was trained to the end. pytest exits with 0 if
# every law held and with 1 if some were broken: in both cases the check ran. Each process checks a part of the laws. If
# several counterexamples are equally small, the one shown may depend on earlier prompts.
demo: $(VENV)/installed
	@$(BIN)/pytest properties/ --model model/checkpoints/duel-novice --model model/checkpoints/duel-steps -qq -r N --hypothesis-seed=0 -n logical --maxprocesses 4; code=$$?; test $$code -le 1

test: $(VENV)/installed lint types
	$(BIN)/pytest -n logical --maxprocesses 4
	$(BIN)/pytest properties/ --model reference -q

# Every test, including those marked slow.
test-slow: $(VENV)/installed lint types
	$(BIN)/pytest -m "" -n logical --maxprocesses 4
	$(BIN)/pytest properties/ --model reference -q

# Build the site in site/. Dead links and pages missing from the menu are errors.
docs: $(VENV)/docs-installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed
	$(BIN)/mypy

# Check every law on the reference with 1,000,000 sampled turns. Run this before a law is merged.
hold: $(VENV)/installed
	$(BIN)/python -m tests.bench.hold --turns 1000000

# Check every mutant with every law. Writes docs/mutants.md, docs/mutants.csv and the witnesses that the tests replay.
mutants: $(VENV)/installed
	$(BIN)/python -m tests.mutants.table

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml requirements.lock $(VENV)/packages.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable . --config-settings editable_mode=strict
	@touch $@

$(VENV)/docs-installed: $(VENV)/installed requirements-docs.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-docs.lock
	@touch $@

# The list of package files. A strict editable install links each file, so a new file needs a new install.
$(VENV)/packages.txt: FORCE
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@find $(PACKAGES) -name __pycache__ -prune -o -type f -print | LC_ALL=C sort > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

clean:
	rm -rf $(VENV) build site *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
