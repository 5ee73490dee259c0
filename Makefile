# Everything a person or a build server runs. The targets describe themselves: `make help`.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
UV := uv==0.13.9
RUN := .venv/bin/python
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help up tour reset test test-long loss lint fmt schema bench capabilities lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(INSTALLED) ## run the whole system here: databases, services, gateway, sample data
	@exec $(RUN) devstack/leash.py $$PPID 15 $(RUN) -m devstack up

tour: $(INSTALLED) ## one customer's story, played against what `make up` runs, and checked
	@$(RUN) -m devstack tour

reset: $(INSTALLED) ## forget the data of `make up`
	@$(RUN) -m devstack reset

test: lint ## lint, then every test but the long ones
	$(RUN) -m pytest -n 2 --dist worksteal --inline-snapshot=disable -m "not long"

test-long: $(INSTALLED) ## the long tests: many cases, real kills, soak
	$(RUN) -m pytest -n 2 --dist worksteal --inline-snapshot=disable -m long --timeout 3600

loss: $(INSTALLED) ## the loss test: 50,000 events to 1,000 subscribers through every fault (SEED=n: again)
	@$(RUN) -m tests.support.loss $(if $(SEED),--seed $(SEED)) $(if $(FORM),--form $(FORM))

lint: $(INSTALLED) ## formatting, lint, types for Python 3.11 and 3.13, import walls
	$(RUN) -m ruff format --check --quiet .
	$(RUN) -m ruff check --quiet .
	$(RUN) -m mypy --python-version 3.11
	$(RUN) -m mypy --python-version 3.13
	.venv/bin/lint-imports --no-logo

fmt: $(INSTALLED) ## format and repair what can be repaired
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

schema: $(INSTALLED) ## write schema/ (each service's, the supergraph, what clients see) and docs/graph.svg
	@for service in inventory_svc order_svc returns_svc appointments_svc; do \
		$(RUN) -m $$service schema > schema/$$service.new \
			&& mv schema/$$service.new schema/$$service.graphql \
			|| { rm -f schema/$$service.new; exit 1; }; done
	@$(RUN) -m gateway compose --output schema/supergraph.graphql --public schema/public.graphql \
		inventory_svc=schema/inventory_svc.graphql@http://127.0.0.1:4001/graphql \
		order_svc=schema/order_svc.graphql@http://127.0.0.1:4002/graphql \
		returns_svc=schema/returns_svc.graphql@http://127.0.0.1:4003/graphql \
		appointments_svc=schema/appointments_svc.graphql@http://127.0.0.1:4004/graphql
	@$(RUN) -m tests.support.picture

bench: $(INSTALLED) ## measure, and print the figures of docs/performance.md
	$(RUN) -m bench

capabilities: $(INSTALLED) ## one line per capability: pass, waiting or missing, as of the last tests
	@$(RUN) -m tests.support.capabilities

lock: $(INSTALLED) ## choose the versions of all dependencies anew (requirements.lock)
	.venv/bin/pip install --quiet $(UV)
	.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
		--group dev --group embedded --generate-hashes --no-header --no-emit-index-url \
		--output-file requirements.lock

$(INSTALLED): requirements.lock
	@test -n "$(PYTHON)" || { \
		echo "Tutti needs Python 3.11 or newer; python3 here is" \
			"$$(python3 --version 2>/dev/null || echo missing)."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	@$(RUN) -c '' 2>/dev/null || { echo "Making .venv"; $(PYTHON) -m venv --clear .venv; }
	@echo "Installing what requirements.lock names"
	@$(RUN) -m pip install --quiet --disable-pip-version-check $(UV)
	@.venv/bin/uv pip sync --quiet --python $(RUN) requirements.lock
	@touch $@
