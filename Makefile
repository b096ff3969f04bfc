# `make demo` and `make test` need Python >= 3.11, make and git; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv
IDEA ?= fast ema crosses slow ema
VERSIONS ?= 3.11 3.12 3.13

.PHONY: help demo test check bench chaos mutants test-all sam checkov format clean

help:  ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "botyard needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.run: pyproject.toml uv.lock | $(BIN)/uv
	$(UV) sync --quiet --locked --inexact --compile-bytecode
	@touch $@

$(VENV)/.test: pyproject.toml uv.lock | $(BIN)/uv
	$(UV) sync --quiet --locked --inexact --compile-bytecode --group test --group check --group bench
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run  ## take an idea to a ticking paper bot on the synthetic demo market
	$(BIN)/botyard --home demo pipeline "$(IDEA)" 5 --market demo
	$(BIN)/botyard --home demo fleet

test: $(VENV)/.test  ## run the tests
	@$(MAKE) --silent sam || echo "without the SAM CLI, its tests are skipped"
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.test  ## format, lint, types, floors
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test  ## format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(VENV)/.test  ## print the figures, as ratios
	$(BIN)/python -m benchmarks

mutants: $(VENV)/.test  ## plant the catalogue's bugs and see that the tests catch them
	$(BIN)/python tools/mutants.py; code=$$?; $(BIN)/python tools/make_bug_pages.py; exit $$code

CHAOS ?= --ticks 20000
MARKET ?= $(wildcard ../shared/market)

chaos: $(VENV)/.test  ## kill bots at any call of 20,000 ticks and audit their books; MARKET=folder of real bars
	$(BIN)/python -m botyard.testing.chaos $(CHAOS) $(if $(MARKET),--market $(MARKET))

# uv finds interpreters on the PATH; behind pyenv's shims they lie in its versions/
FIND = $(BIN)/uv python find --system --no-python-downloads $$version 2>/dev/null || \
    ls $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python 2>/dev/null | tail -1

test-all: $(VENV)/.test  ## the tests on Python 3.11, 3.12 and 3.13, or VERSIONS="3.13"
	@for version in $(VERSIONS); do \
	    python=$$($(FIND)); \
	    test -n "$$python" || { echo "Python $$version is not installed; leave it out with VERSIONS=\"…\""; exit 1; }; \
	done; \
	for version in $(VERSIONS); do \
	    python=$$($(FIND)); \
	    echo "== Python $$version: $$python"; \
	    UV_PROJECT_ENVIRONMENT=.venv-$$version $(BIN)/uv sync --quiet --locked --python $$python --no-python-downloads --compile-bytecode --group test --group check || exit 1; \
	    .venv-$$version/bin/python -m pytest -q -n 2 --dist loadfile || exit 1; \
	done

# programs that look at infra/, each in an environment of its own; they want Python 3.12, as the functions do
SAM := aws-sam-cli==1.170.0
CHECKOV := checkov==3.3.30
INSTALL = version=3.12; python=$$($(FIND)); \
    test -n "$$python" || { echo "Python 3.12 is not installed"; exit 1; }; \
    $(BIN)/uv venv --quiet --clear --python $$python $(@D)/.. && \
    $(BIN)/uv pip install --quiet --python $(@D)/python

$(VENV)/sam/bin/sam: | $(BIN)/uv
	@$(INSTALL) "$(SAM)"

$(VENV)/checkov/bin/checkov: | $(BIN)/uv
	@$(INSTALL) "$(CHECKOV)"

sam: $(VENV)/sam/bin/sam  ## install the SAM CLI, which some tests use

checkov: $(VENV)/checkov/bin/checkov  ## check infra/ against checkov's rules, but for those that infra/checkov.yaml names
	$< --config-file infra/checkov.yaml

clean:  ## remove environments and caches
	rm -rf $(VENV) .venv-* .pytest_cache .ruff_cache .mypy_cache .hypothesis demo
