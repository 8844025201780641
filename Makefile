# One word per chore. `make` alone lists them.
SHELL  := /bin/bash
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
EMU    := $(VENV)-emulator
INFRA  := $(VENV)-infra
DELIV  := $(VENV)-delivery
DOCS   := $(VENV)-docs
UV     := $(shell command -v uv 2>/dev/null)
ARGS   ?=
# Of the tests: one more than two processors, for those at work on servers wait a third of their time.
WORKERS ?= 3
BASE   ?=
# What pins the libraries; empty: the newest that pyproject.toml allows (`make newest`).
PINS   ?= constraints.txt
# The image, and where on Google Cloud it goes: docs/how_to/delivery.md.
IMAGE  ?= shopflow:local
TO     ?= prod
REGION ?= europe-west1
COMPOSE = docker compose --file deployments/compose.yaml
# $(call need,NAME,what it is): where it is missing, the recipe does nothing but say so.
need    = $(if $($(1)),,$(error $(1) is missing: $(2)))
# What the chosen target needs beside the rest.
TARGET := $(if $(filter bigquery,$(SHOPFLOW_TARGET)),$(VENV)/.installed-bigquery)

.PHONY: help run test test-fast lint diff bench dashboard ui deploy stop clean lock docs emulator parity infra screenshots site \
	delivery secrets audit newest image image-check image-push up down apply rollout release
.DEFAULT_GOAL := help

help:  ## list the chores
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# $(call into,folder,name,what): an environment in the folder, with uv where it is, else with pip; byte code is compiled
# now, so that no run pays for it.
define into
	@test -x $(1)/bin/python || { echo "making $(1) ..."; $(if $(UV),$(UV) venv -q --python $(PYTHON) $(1),$(PYTHON) -m venv $(1)); }
	@$(if $(UV),true,$(1)/bin/python -m pip --version >/dev/null 2>&1 || $(1)/bin/python -m ensurepip >/dev/null)
	@echo "installing $(2) with $(if $(UV),uv,pip) ..."
	@$(if $(UV),$(UV) pip install -q --compile-bytecode --python $(1)/bin/python,$(1)/bin/python -m pip install -q --disable-pip-version-check --compile) $(3)
endef

# $(call install,extras): the project and the named extras into $(VENV).
define install
	$(call into,$(VENV),shopflow $(1),$(addprefix -c ,$(PINS)) -e '.$(1)')
	@$(BIN)/python -m compileall -q flows
	@touch $@
endef

$(VENV)/.installed: pyproject.toml constraints.txt
	$(call install,)
$(VENV)/.installed-dashboard: pyproject.toml constraints.txt
	$(call install,[dashboard])
$(VENV)/.installed-bigquery: pyproject.toml constraints.txt
	$(call install,[bigquery])
$(VENV)/.installed-dev: pyproject.toml constraints.txt
	$(call install,[dev])
	@touch $(VENV)/.installed $(VENV)/.installed-bigquery $(VENV)/.installed-dashboard
$(EMU)/.installed: emulator/requirements.txt
	$(call into,$(EMU),the BigQuery emulator,-r emulator/requirements.txt)
	@touch $@
$(INFRA)/.installed: infra/offline/requirements.txt
	$(call into,$(INFRA),Terraform,-r infra/offline/requirements.txt)
	@touch $@
$(DELIV)/.installed: delivery/requirements.txt
	$(call into,$(DELIV),linters and scanners,-r delivery/requirements.txt)
	@touch $@

$(DOCS)/.installed: docs/requirements.txt
	$(call into,$(DOCS),MkDocs,-r docs/requirements.txt)
	@touch $@

run: $(VENV)/.installed $(TARGET)  ## a month of a demo shop, from events to KPIs (ARGS="--source PATH" for your own files)
	@$(BIN)/shopflow run $(ARGS)

test: $(VENV)/.installed-dev $(EMU)/.installed $(INFRA)/.installed $(DELIV)/.installed $(DOCS)/.installed  ## every test
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup $(ARGS)

test-fast: $(VENV)/.installed-dev $(EMU)/.installed $(INFRA)/.installed $(DELIV)/.installed $(DOCS)/.installed  ## the tests to run while you work
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "not slow and not browser" $(ARGS)

parity: $(VENV)/.installed-dev $(EMU)/.installed  ## write docs/parity.md anew from runs on both targets
	@SHOPFLOW_TEST_WRITE_PARITY=1 $(BIN)/python -m pytest -q tests/bigquery/test_parity.py tests/bigquery/test_meaning.py

lint: $(VENV)/.installed-dev  ## ruff, mypy, sqlfluff
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint transforms --processes 2 --disable-progress-bar

diff: $(VENV)/.installed  ## which rows of which marts a change of transforms/ changes, as Markdown (BASE=origin/main)
	@set -o pipefail; $(BIN)/shopflow diff $(BASE) $(ARGS) | tee -a "$${GITHUB_STEP_SUMMARY:-/dev/null}"

infra: $(INFRA)/.installed  ## check infra/ with the real Terraform, offline: fmt, validate, test
	@$(INFRA)/bin/python infra/offline/check.py

delivery: $(DELIV)/.installed  ## check workflows, Dockerfile, compose file and other files of delivery, offline
	@$(DELIV)/bin/python -m delivery.check

secrets: $(DELIV)/.installed  ## look for secrets in every file of the repository
	@$(DELIV)/bin/python -m delivery.leaks

audit: $(DELIV)/.installed  ## ask whether a library that constraints.txt pins has a known vulnerability (needs a network)
	@$(DELIV)/bin/python -m delivery.audit $(ARGS)

newest:  ## every test with the newest libraries that pyproject.toml allows, in an environment of its own
	@rm -rf .venv-newest .venv-newest-emulator .venv-newest-infra .venv-newest-delivery .venv-newest-docs
	@$(MAKE) --no-print-directory test VENV=.venv-newest PINS=

image:  ## build the image of worker, runs and dashboard (needs Docker; IMAGE=name:tag)
	@docker build --file deployments/Dockerfile --tag $(IMAGE) .
	@test "$$(docker run --rm --entrypoint id $(IMAGE) -u)" = 10001
	@docker run --rm $(IMAGE) --help >/dev/null

image-check: $(VENV)/.installed-dev  ## run the commands of the Dockerfile in an empty environment, without Docker
	@SHOPFLOW_TEST_IMAGE=1 $(BIN)/python -m pytest -q tests/delivery/test_installed.py $(ARGS)

image-push:  ## push the image, as whom `gcloud` is signed in (REGION of the registry)
	@gcloud auth configure-docker --quiet $(REGION)-docker.pkg.dev
	@docker push $(IMAGE)

deployments/.env:
	@umask 077 && echo "DATABASE_PASSWORD=$$(od -An -tx1 -N24 /dev/urandom | tr -d ' \n')" > $@

up: deployments/.env  ## shopflow in containers on this machine: Prefect on PostgreSQL, worker, watcher, dashboard
	@mkdir -p data/inbox
	@$(COMPOSE) up --detach --build --wait

down:  ## end the containers; what they have made stays in their volumes
	@$(COMPOSE) down

apply:  ## apply infra/ with IMAGE_TAG to the environment TO (STATE: the bucket of Terraform's state)
	$(call need,STATE,the bucket of Terraform's state)
	$(call need,IMAGE_TAG,without it Terraform would take away all that runs)
	@terraform -chdir=infra init -input=false -backend-config=bucket=$(STATE) -backend-config=prefix=$(TO)
	@terraform -chdir=infra apply -input=false -auto-approve -var-file=environments/$(TO).tfvars -var=image_tag=$(IMAGE_TAG)

rollout:  ## put the deployments on the Prefect server from Google Cloud, and look whether all is in place
	$(call need,PROJECT,the project on Google Cloud)
	@gcloud run jobs execute shopflow-$(TO)-deploy --region=$(REGION) --project=$(PROJECT) --wait
	@gcloud run jobs execute shopflow-$(TO)-doctor --region=$(REGION) --project=$(PROJECT) --wait

release: $(DELIV)/.installed  ## make the release of a tag on GitHub, with what CHANGELOG.md says (TAG=v1.2.3)
	$(call need,TAG,such as TAG=v1.2.3)
	@$(DELIV)/bin/python -m delivery.release "$$TAG" > .release-notes.md
	@gh release create "$$TAG" --verify-tag --title "$$TAG" --notes-file .release-notes.md

bench: $(VENV)/.installed-dev $(EMU)/.installed  ## speed and memory as ratios, measured side by side
	@$(BIN)/python -m benchmarks $(ARGS)

dashboard: $(VENV)/.installed-dashboard $(TARGET)  ## the KPIs in a browser
	@$(BIN)/shopflow dashboard

ui: $(VENV)/.installed  ## the runs, their steps and artifacts in Prefect's UI
	@$(BIN)/shopflow ui

deploy: $(VENV)/.installed $(TARGET)  ## runs on schedule: Prefect server, worker and all deployments, in the background
	@$(BIN)/shopflow deploy $(ARGS)

stop: $(VENV)/.installed  ## end the local Prefect server and the worker
	@$(BIN)/shopflow stop

emulator: $(EMU)/.installed  ## BigQuery and Cloud Storage on this machine, to try SHOPFLOW_TARGET=bigquery; ends with Ctrl-C
	@$(EMU)/bin/python -m emulator $(ARGS)

docs: $(VENV)/.installed-dev  ## write data dictionary, docs/reference and dashboards/looker anew from code, models and metrics
	@$(BIN)/shopflow dictionary > docs/data_dictionary.md
	@$(BIN)/python -m flows.reference
	@$(BIN)/shopflow lookml

site: $(VENV)/.installed $(DOCS)/.installed  ## the documentation and dbt's lineage as a site: build/site/index.html
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/python -m mkdocs build --quiet --strict
	@$(BIN)/python docs/site/lineage.py build/site/lineage

screenshots: $(VENV)/.installed-dev  ## every page of the dashboard, light and dark, into docs/images (needs chromium)
	@$(BIN)/python -m tests.dashboards.screenshots

clean:  ## remove everything that runs have made (data/), not the environment
	@if [ -x $(BIN)/shopflow ]; then $(BIN)/shopflow stop; fi
	@rm -rf data transforms/target transforms/logs transforms/.parsed

lock:  ## resolve constraints.txt anew (needs uv)
	@uv pip compile -q --universal --all-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml -o constraints.txt
	@! grep -n '://' constraints.txt
