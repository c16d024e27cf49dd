# `make demo` checks the shipped checkpoint, `make test` tests the project, `make test-slow` holds whole what that holds
# a sample of, `make docs` builds the site of docs/. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := api engine model properties reports strategies

# Hypothesis shrinks in an order that depends on hashes of texts: of several smallest turns the same is shown each time.
export PYTHONHASHSEED := 0
# Bytecode is written, whatever the environment says: the tests start some hundred processes, and each would compile
# Turncheck anew, and all that pytest rewrites.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-slow docs install lint types hold mutants clean FORCE

# pytest ends with 0 where every law held and with 1 where some were broken: in both the check ran. Each process checks a
# part of the laws: which of several equally small counterexamples is shown may depend on what it was asked before.
demo: $(VENV)/installed
	@$(BIN)/pytest properties/ -qq -r N --hypothesis-seed=0 -n logical --maxprocesses 4; code=$$?; test $$code -le 1

test: $(VENV)/installed lint types
	$(BIN)/pytest -n logical --maxprocesses 4
	$(BIN)/pytest properties/ --model reference -q

# Every test, those that are marked slow too.
test-slow: $(VENV)/installed lint types
	$(BIN)/pytest -m "" -n logical --maxprocesses 4
	$(BIN)/pytest properties/ --model reference -q

# The site, in site/: dead links, and pages that its menu lacks, are errors.
docs: $(VENV)/docs-installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed
	$(BIN)/mypy

# Every law, held by the reference on 1,000,000 sampled turns: to be run before a law is merged.
hold: $(VENV)/installed
	$(BIN)/python -m tests.bench.hold --turns 1000000

# Every mutant held against every law: writes docs/mutants.md, docs/mutants.csv and the witnesses that the tests replay.
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

# The list of package files: a strict editable install links each of them, so a new one needs a new install.
$(VENV)/packages.txt: FORCE
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@find $(PACKAGES) -name __pycache__ -prune -o -type f -print | LC_ALL=C sort > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

clean:
	rm -rf $(VENV) build site *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
