# The whole of Clew's set-up and upkeep. `make help` lists what there is.

PYTHON ?= python3
BIN := .venv/bin
WORKSPACE ?= demo/workspace
FOLDER ?=

# Several linear-algebra threads in every one of several processes only get in each other's way.
export OPENBLAS_NUM_THREADS = 1

# Kept, whatever the environment says: the tests begin hundreds of processes of the same modules.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help setup browser demo test lint bench soak lock clean read-tests

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/installed  ## Install everything into .venv (done by the others when needed)

.venv/installed: requirements.lock requirements-models.lock pyproject.toml scripts/setup
	PYTHON=$(PYTHON) scripts/setup
	@touch $@

browser:  ## See that there is a Chromium for the tests of pages
	@scripts/browser

demo: setup  ## Three made-up agencies at work on a harmless world (FOLDER=~/Pictures for yours)
	@if [ -z "$(FOLDER)" ]; then \
		$(BIN)/clew world make --size demo demo/world && \
		$(BIN)/clew world fill demo/world --workspace $(WORKSPACE); \
	else \
		$(BIN)/clew setup --demo --workspace $(WORKSPACE) && \
		$(BIN)/clew scan "$(FOLDER)" --workspace $(WORKSPACE); \
	fi
	$(BIN)/clew report --with-pictures --workspace $(WORKSPACE) --output demo/report.html
	@echo "The report is demo/report.html."
	@if [ -t 0 ] && [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "The officers' desk opens in the browser; Ctrl-C ends it."; \
		$(BIN)/clew up --open --workspace $(WORKSPACE); \
	else \
		echo "For the officers' desk: $(BIN)/clew up --workspace $(WORKSPACE)"; \
	fi

test: setup browser  ## Run all tests (browser included) and checks
	@$(MAKE) --no-print-directory -j 2 lint read-tests
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not soak"

lint: setup  ## Check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each of several pytests would rewrite all test files by itself; what is wrong in one they tell.
read-tests: setup
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 || true

bench: setup  ## Measure, print the table and freeze the results (SIZE=10m for the large index)
	$(BIN)/pip install --quiet --require-hashes -r requirements-bench.lock
	$(BIN)/python -m bench

soak: setup  ## Tests that take long: kills, load, growth
	$(BIN)/python -m pytest -m soak --timeout 3600

lock: setup  ## Resolve the dependencies anew
	scripts/lock

clean:  ## Remove what set-up, demo and tests have made
	rm -rf .venv demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
