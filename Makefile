# Each target is a command of tools/lab.py, written with Python's standard library alone, so that it also runs without
# make: `py tools/lab.py TARGET` on Windows. Nothing here handles a path: the folder's name may hold spaces.

PYTHON ?= python3

TARGETS = lab test env copies lessons bench lint constraints clean

.DEFAULT_GOAL = help
.PHONY: help $(TARGETS)

help $(TARGETS):
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11, 3.12 or 3.13, or name yours: make $@ PYTHON=python3.12"; exit 1; }
	@"$(PYTHON)" tools/lab.py $@
