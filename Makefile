# PAM. `make help` lists everything.
.DEFAULT_GOAL := help
SHELL := /bin/sh
UV = $$(deploy/uv)
COMPOSE = docker compose --file deploy/compose/compose.yaml --env-file deploy/compose/.env

.PHONY: help run sync sync-run test check lint format bench eval learn faults audit contracts docs up down

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: sync-run ## run all of PAM here, from nothing: PORT= and PAM_HOME= choose port and data (8000, .pam)
	@exec .venv/bin/pamctl up

test: sync ## run every test, on real servers that it starts itself
	@tests/in_two_halves.sh

check: lint ## format, lint, types, imports and unit tests: under a minute
	@$(UV) run --no-sync pytest -m unit

lint: sync ## format, lint, types and imports
	@$(UV) run --no-sync ruff format --check
	@$(UV) run --no-sync ruff check
	@$(UV) run --no-sync mypy
	@$(UV) run --no-sync mypy -p tests.bench
	@$(UV) run --no-sync lint-imports

format: sync ## format, and mend what can be mended by itself
	@$(UV) run --no-sync ruff check --fix
	@$(UV) run --no-sync ruff format

bench: sync ## measure a turn against the SDK alone, CPU per turn, memory
	@$(UV) run --no-sync python -m tests.bench

eval: sync ## measure how members are understood, in sentences and whole conversations, and what troubles of a model they see
	@$(UV) run --no-sync python -m tests.eval
	@$(UV) run --no-sync python -m tests.eval.model_faults
	@$(UV) run --no-sync python -m tests.eval.greeting

learn: sync ## learn anew from the rules' example sentences which words speak for which tool
	@$(UV) run --frozen --all-packages --group learn python -m tests.eval.learn

faults: sync ## break everything, with each defence on and off, and print the table: SEED= and ONLY=7,8 choose
	@$(UV) run --no-sync python -m tests.faults --seed $(or $(SEED),1) --only "$(ONLY)"

contracts: sync ## write down what callers of the tools rely on; a change that breaks them is refused
	@$(UV) run --no-sync pamctl contracts

docs: sync ## write a page for each worker and the bus's AsyncAPI document, from the tools themselves
	@$(UV) run --no-sync pamctl docs

audit: sync ## try every tool as every role with every foreign id, and in SQL: artifacts/audit.md
	@$(UV) run --no-sync pytest tests/catalogue/test_security_audit.py
	@head -3 artifacts/audit.md

up: ## start the compose stack (needs Docker and deploy/compose/.env)
	@$(COMPOSE) up --build --detach --wait

down: ## stop the compose stack, keeping its data
	@$(COMPOSE) down

sync-run:
	@uv=$(UV) && "$$uv" sync --quiet --frozen --all-packages --no-dev --inexact

sync:
	@uv=$(UV) && "$$uv" sync --quiet --frozen --all-packages
