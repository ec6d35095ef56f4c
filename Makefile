# A thin front to tools/dev.py, which Windows runs directly: py tools/dev.py lab
PYTHON ?= python3
ARGS ?=

.PHONY: lab test lint format build bench clean
lab test lint format build bench clean:
	@$(PYTHON) tools/dev.py $@ $(ARGS)
