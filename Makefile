# exam-passage: `make` lists the targets.

# What a person typed, to the letter: make would take the $ in TARGET='revenue ($)' for a variable of its own.
# Some systems have a variable NAME of their own: it counts only on the command line.
named := $(findstring command,$(origin NAME))
override TABLE := $(value TABLE)
override TARGET := $(value TARGET)
override NAME := $(if $(named),$(value NAME))
override POSITIVE := $(value POSITIVE)
override MODEL := $(value MODEL)
override SET := $(value SET)
override A := $(if $(findstring command,$(origin A)),$(value A))
override B := $(if $(findstring command,$(origin B)),$(value B))

# The checksum of this folder's name is in the stamps: a .venv that was moved here is made anew.
here := $(firstword $(shell pwd | cksum))
ready := .venv/ready-$(here)/run
ready_dev := .venv/ready-$(here)/develop
ready_cluster := .venv/ready-$(here)/cluster

export PATH := $(CURDIR)/.venv/bin:$(PATH)

JOBS ?= auto
export VARIATIONS TABLES
export TABLE TARGET NAME POSITIVE
export MODEL SET
export A B FAIL_ON
export RUN
export ROWS FEATURES SOLVER LEVELS STAGES ROUNDS BASE QUEUE

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

repro: $(ready) ## build everything that is not up to date, and track it in MLflow
	@python3 src mend && python3 src check >/dev/null && dvc repro && printf '%s\n' "" \
		"The answer, with pictures: report/index.html (open it in a browser)" "The runs in MLflow: make ui"

adopt: $(ready) ## take a table of yours in, as one more model (TABLE=path TARGET=column; NAME=, POSITIVE=)
	@$(if $(TABLE),,$(error TABLE=path of a CSV or Parquet file, or a folder of them))$(if $(TARGET),,$(error TARGET=the column to predict))
	@python3 src adopt "$$TABLE" "$$TARGET" "$$NAME" "$$POSITIVE"

ui: $(ready) ## serve the runs in MLflow on this machine, and say the address of the results (PORT=5001: another port)
	@python3 src ui "$(or $(PORT),5000)"

serve: $(ready) ## serve a model in MLflow's own server (MODEL=model, a run's id, or NAME@ALIAS; PORT=5001)
	@$(if $(MODEL),,$(error MODEL=a model of params.yaml, the id of a run, or NAME@ALIAS of MLflow's registry))\
		python3 src serve "$$MODEL" "$(or $(PORT),5001)"

experiments: $(ready) ## show the experiments: what was changed, and what came of it
	@python3 src experiments

compare: $(ready) ## compare two states model by model, and say what differs (A=commit, experiment or run; B=; MARKDOWN=yes)
	@python3 src compare "$${A:-HEAD}" "$${B:-workspace}" $(if $(MARKDOWN),--markdown)

sweep: $(ready) ## run an experiment for each value of a setting (MODEL=model_2 SET="train.C=0.03,0.3,3,30")
	@$(if $(MODEL),,$(error MODEL=name of a model))$(if $(SET),,$(error SET="train.C=0.03,0.3,3,30"))
	@python3 src sweep "$$MODEL" "$$SET"

verify: $(ready) ## rebuild a run, with its own code, and compare (RUN=id or all; ENV=own: its packages, too)
	@$(if $(RUN),,$(error RUN=id of a run, or RUN=all))python3 src verify "$$RUN" $(if $(ENV),--env)

history: $(ready) ## bring results of earlier commits and experiments into the store, without retraining
	@python3 src history

audit: $(ready) ## read DVC's cache again and name damaged files (REPAIR=yes: move them away)
	@python3 src audit $(if $(REPAIR),--repair)

setup: $(ready) ## make .venv from requirements.lock (PYTHON=...: with this Python)

setup-cluster: $(ready_cluster) ## add Dask to .venv, for tables beyond one machine (docs/large.md)

test: $(ready_dev) ## set up everything and run the tests
	@pytest -n $(JOBS)

test-long: $(ready_dev) ## sixty kills, full disks, tables of other packages, the walk of the docs (a quarter of an hour)
	@pytest -n $(JOBS) -m long

test-server: $(ready_dev) ## an MLflow server with PostgreSQL, eight writers, a colleague (needs PostgreSQL)
	@pytest -n $(JOBS) -m server

test-cluster: $(ready_dev) $(ready_cluster) ## a Dask scheduler and workers on this machine, killed and added (two minutes)
	@pytest -m cluster

lint: $(ready_dev) ## check style and types, as .ci/run and pre-commit do
	@ruff check && ruff format --check && mypy

bench: $(ready) ## time the pipeline beside DVC alone and one plain script (minutes; ROUNDS=, BASE=commit, QUEUE=yes)
	@python3 src bench

bench-large: $(ready) ## time a table of three million rows against one plain script (minutes; ROWS=, FEATURES=, SOLVER=; STAGES=yes, LEVELS=)
	@python3 src bench_large

bench-serve: $(ready) ## time a served model beside its plain Pipeline (minutes; MODEL=, ROUNDS=)
	@python3 src bench_serve

reproduce: $(ready) ## build in some thirty ways and compare dvc.lock (half an hour; VARIATIONS=, TABLES=)
	@python3 src reproduce

solvers: $(ready) ## count how many different fits each solver gives on other processors (a few minutes)
	@python3 src solvers

coverage: $(ready) ## simulate how often the intervals hold the truth (an hour)
	@python3 src coverage

schema: $(ready) ## write params.schema.json and docs/parameters.md from src/passage/params
	@python3 src schema

lock: $(ready) ## renew requirements.lock, and what develops (-dev) and what has a cluster (-cluster)
	@sh src/tools/lock.sh

$(ready): requirements.lock src/tools/setup.sh src/tools/sitecustomize.py .venv/bin/python
	@sh src/tools/setup.sh $< $@

$(ready_dev): requirements-dev.lock $(ready)
	@sh src/tools/setup.sh $< $@

$(ready_cluster): requirements-cluster.lock $(ready)
	@sh src/tools/setup.sh $< $@

# Nothing to do: a missing interpreter (none yet, or Python was upgraded) makes the stamps above out of date.
.venv/bin/python: ;

.PHONY: help repro adopt ui serve experiments compare sweep verify history audit setup setup-cluster test test-long test-server test-cluster lint bench bench-large bench-serve reproduce solvers coverage schema lock
