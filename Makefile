# make run    environment, dbt packages, sample data where there is none, dbt build, a summary
# make test   lint and all tests
# More in README.md. Needs Python 3.11+ and make, nothing else.

.DEFAULT_GOAL := help
VENV := .venv
SPARK_VENV := .venv-spark
export DO_NOT_TRACK := 1

# The newest dbt line for this project knows Python 3.11 to 3.13: one of these, else any from 3.11 on.
PYTHON ?= $(shell for upto in 13 99; do \
	for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $$upto))" 2>/dev/null \
	&& echo $$p && exit; done; done)

SQL_FOLDERS := $(wildcard models snapshots tests/data analyses)
RAW_DIR := $(or $(WAREHOUSE_RAW_DIR),data/raw)

.PHONY: help setup packages run test test-spark lint format docs report bench lock clean distclean

help:
	@echo "make setup | run | test | lint | format | docs | report | bench | packages | lock | test-spark | clean | distclean"

# What an environment was made of: its place (entry points hold it) and the files that decide.
stamp = { echo "$(CURDIR)"; cat $(1) pyproject.toml; }

define install_environment
	@if $(call stamp,$(2)) | cmp -s - $(1)/.setup-stamp && $(1)/bin/python -c '' 2>/dev/null; then exit 0; fi; \
	set -e; \
	test -n "$(PYTHON)" || { echo "No Python from 3.11 on found: install one, or name it with PYTHON=" >&2; exit 1; }; \
	if test -f $(1)/.setup-stamp && test "$$(head -n 1 $(1)/.setup-stamp)" != "$(CURDIR)"; then rm -rf $(1); fi; \
	$(PYTHON) -m venv $(1) || { \
		echo "$(PYTHON) can't make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }; \
	echo "Installing $(2) into $(1) .."; \
	$(1)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r $(2); \
	$(1)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	$(call stamp,$(2)) > $(1)/.setup-stamp
endef

setup:
	$(call install_environment,$(VENV),requirements.lock)
	@$(VENV)/bin/python -m warehouse.setup_packages

# Installs the dbt packages again: after stand-ins were used, this tries the hub once more.
packages: setup
	@$(VENV)/bin/python -m warehouse.setup_packages --force

run: setup
	@case "$(RAW_DIR)" in *://*) ;; *) \
		if [ -z "$$(find "$(RAW_DIR)" -type f \( -name '*.parquet' -o -name '*.ndjson' -o -name '*.ndjson.gz' \) 2>/dev/null | head -n 1)" ]; then \
			echo "No raw files in $(RAW_DIR): making sample data (scale small)."; \
			$(VENV)/bin/warehouse sample-data --scale small; \
		fi ;; \
	esac
	@$(VENV)/bin/dbt build
	@$(VENV)/bin/warehouse summary

test: setup lint
	@$(VENV)/bin/python -m pytest tests/python --numprocesses 2 --dist loadgroup --no-loadscope-reorder

test-spark: setup
	$(call install_environment,$(SPARK_VENV),requirements-spark.lock)
	@$(SPARK_VENV)/bin/python -m pytest tests/spark

lint: setup
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check . || { echo "ruff: run make format" >&2; exit 1; }
	@$(VENV)/bin/yamllint --strict .
	@$(VENV)/bin/sqlfluff lint --disable-progress-bar --processes 2 $(SQL_FOLDERS)

format: setup
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format --quiet .
	@$(VENV)/bin/sqlfluff fix --disable-progress-bar $(SQL_FOLDERS)

docs: setup
	@$(VENV)/bin/dbt docs generate --static
	@echo "Docs: target/static_index.html"

# Elementary's HTML report of what the builds kept; docs/operations.md, Elementary.
report: setup
	@$(VENV)/bin/python -m warehouse.elementary_report

# Measures one size (SCALE=tiny|small|medium|large): minutes to hours, into data/bench. docs/performance.md
SCALE ?= small
bench: setup
	@$(VENV)/bin/python -m warehouse.cli bench run --scale $(SCALE) $(BENCH_OPTIONS)

# Needs the pinned versions of requirements*.in from a package index; writes no host into the locks.
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: setup
	@$(VENV)/bin/python -m pip install --quiet --quiet --disable-pip-version-check uv
	@$(LOCK) requirements.in --output-file requirements.lock
	@$(LOCK) requirements-spark.in --constraint requirements.lock --output-file requirements-spark.lock

clean:
	rm -rf target logs dbt_packages .pytest_cache .ruff_cache .hypothesis

distclean: clean
	rm -rf $(VENV) $(SPARK_VENV) *.egg-info
