# Two commands do all the set-up on a fresh machine with Python 3.11 or newer: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help run setup test static check format bench chaos chaos-short lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run          set everything up and start the assistant"
	@echo "make test         set everything up and run the tests"
	@echo "make setup        put everything into $(VENV)"
	@echo "make check        format, lint, types, import layers, tests"
	@echo "make bench        all benchmarks; make -s bench-NAME for one of: $(BENCHES)"
	@echo "make chaos        kill everything and see that nothing is lost; chaos-short in about 75 s"

run: setup
	@$(BIN)/python -m bot run

setup: $(STAMP)

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11 setup"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages into $(VENV) (about 1 GB, a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --progress-bar on -r requirements.lock
	@touch $(STAMP)

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile

static: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: static test

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

BENCHES := overhead parallel growth soak knowledge retrieval voice purge races bookings broadcast handoffs

bench: $(addprefix bench-,$(BENCHES))

bench-%: setup
	@$(BIN)/python -m benchmarks.$*

chaos: setup
	@$(BIN)/python -m benchmarks.chaos

chaos-short: setup
	@$(BIN)/python -m benchmarks.chaos --short

# For developers, with uv installed: resolve the dependencies of pyproject.toml anew.
lock:
	uv pip compile pyproject.toml --extra local --extra voice --extra eval --extra export --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
