# Two commands do everything: `make demo` and `make test`. Both need only Python 3.11+ and make.

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development

.PHONY: demo test lint requirements clean new-rule corpus

demo: $(RUNTIME)
	$(BIN)/python demo.py

test: $(DEVELOPMENT) lint
	$(BIN)/pytest --cov --cov-report= -n auto
	@echo "Branches covered in-process: $$($(BIN)/coverage report --format=total) % (more: $(BIN)/coverage report)"

lint: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(RUNTIME): requirements/runtime.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPMENT): $(RUNTIME) requirements/development.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/development.txt
	@touch $@

# Pins what `make demo` and `make test` install; the index is not named in the files.
requirements: $(DEVELOPMENT)
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml requirements/build.in -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--group dev --group service --extra mcp -c requirements/runtime.txt pyproject.toml -o requirements/development.txt
	for name in mongodb retired; do $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
		--no-header --no-emit-index-url requirements/$$name.in -o requirements/$$name.txt; done

# make new-rule NAME=security/insecure-cookie
new-rule:
	$(BIN)/python tests/new_rule.py $(NAME)

# make corpus CORPUS=DIR: audits every tree below DIR/repos, and the cases below DIR/cases (see tests/corpus/harness.py)
corpus:
	$(BIN)/python tests/corpus/harness.py $(CORPUS) $(ARGUMENTS)

clean:
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .coverage
