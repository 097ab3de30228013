# make run    set up, then the whole journey on the embedded sample model
# make test   set up, then every test
# make setup | lint | format | bench | messages

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/workbench-setup.stamp
# the first of these that is 3.11 or newer; PYTHON=... chooses another
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
TESTS ?=
TEST_PROCESSES ?= 2

.PHONY: run setup test lint format bench messages

run: setup
	$(BIN)/workbench quickstart

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found." \
		"Install one, then: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

# those that need the machine to themselves come last, one after another
test: setup
ifeq ($(strip $(TESTS)),)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal -m "not serial"
	$(BIN)/python -m pytest -m serial
else
	$(BIN)/python -m pytest $(TESTS)
endif

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: setup
	$(BIN)/python -m tests.bench

messages: setup
	$(BIN)/python -m tests.messages
