# A thin front to tools/dev.py, which Windows runs directly: py tools/dev.py lab
PYTHON ?= python3
ARGS ?=

.PHONY: lab test test-all lint format build bench clean
lab test test-all lint format build bench clean:
	@$(PYTHON) tools/dev.py $@ $(ARGS)
