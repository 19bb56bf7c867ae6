# PAM. `make help` lists everything.
.DEFAULT_GOAL := help
SHELL := /bin/sh
UV = $$(deploy/uv)
COMPOSE = docker compose --file deploy/compose/compose.yaml --env-file deploy/compose/.env

.PHONY: help run sync sync-run test check format bench faults up down

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: sync-run ## run all of PAM here, from nothing: PORT= and PAM_HOME= choose port and data (8000, .pam)
	@exec .venv/bin/pamctl up

test: sync ## run every test, on real servers that it starts itself
	@$(UV) run --frozen pytest

check: sync ## format, lint, types, imports and unit tests: under a minute
	@$(UV) run --frozen ruff format --check
	@$(UV) run --frozen ruff check
	@$(UV) run --frozen mypy
	@$(UV) run --frozen lint-imports
	@$(UV) run --frozen pytest -m unit

format: sync ## format, and mend what can be mended by itself
	@$(UV) run --frozen ruff check --fix
	@$(UV) run --frozen ruff format

bench: sync ## measure a turn against the SDK alone, CPU per turn, memory
	@$(UV) run --frozen python -m tests.bench

faults: sync ## break everything, with each defence on and off, and print the table: SEED= and ONLY=7,8 choose
	@$(UV) run --frozen python -m tests.faults --seed $(or $(SEED),1) --only "$(ONLY)"

up: ## start the compose stack (needs Docker and deploy/compose/.env)
	@$(COMPOSE) up --build --detach --wait

down: ## stop the compose stack, keeping its data
	@$(COMPOSE) down

sync-run:
	@uv=$(UV) && "$$uv" sync --quiet --frozen --no-dev --inexact

sync:
	@uv=$(UV) && "$$uv" sync --quiet --frozen
