# One entrance. `make` alone lists every target in a line.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-once test lint types house fmt cases bench soak mutants sizes clean

PYTHON ?= python3
UV := .tools/bin/uv
export UV_PYTHON_DOWNLOADS = never
export UV_PROJECT_ENVIRONMENT = .venv

help:        ## list every target
	@grep -hE '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(UV):
	@$(PYTHON) -m venv .tools 2>/dev/null || \
	  { $(PYTHON) -m pip install --quiet --target .tools/lib virtualenv && \
	    PYTHONPATH=.tools/lib $(PYTHON) -m virtualenv --quiet .tools; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

.venv/.stamp: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@

setup: .venv/.stamp ## make everything ready in .venv (demo and test do it by themselves)

