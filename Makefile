# SPDX-License-Identifier: GPL-3.0-or-later
# Everything a developer runs, from a bare clone: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
INSTALLED := $(VENV)/.installed
COLLECTIONS := .cache/collections/ansible_collections/dcn
# What `make test` runs. The first ones run side by side, the longest first; those on the lab follow one after the other.
STAGES := sanity unit fuzz newest-core oldest-core lint dist-check types format-check lab-test kube-test containers-test
# Two programs must not build the image at once; what they start does not hold the lock.
LAB_LOCK := flock --close .cache/lab.lock

EE_ARGS ?=
PLAYBOOK ?= site
INVENTORY ?= inventories/lab
ARGS ?=
# Ask for a sudo password only where sudo would.
BECOME = $(shell [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null || echo --ask-become-pass)
PLAY = ansible-playbook -i $(INVENTORY) $(BECOME)

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections

##@ Start here
.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables: PLAYBOOK, INVENTORY, ARGS (run); STAGES (test); KEEP=1 (tests on the lab); TESTS (unit, sanity)\n'

.PHONY: setup
setup: $(INSTALLED) ## Install the tools in .venv; again only when requirements-dev.txt changes
	@mkdir -p .cache/home $(COLLECTIONS)
	@ln -sfn ../../../.. $(COLLECTIONS)/glance
	@ln -sfn ../../../../lab $(COLLECTIONS)/glance_lab

$(INSTALLED): requirements-dev.txt tools/venv
	@tools/venv $(VENV)
	@echo "Installing requirements-dev.txt into $(VENV)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@touch $@

.PHONY: demo
demo: setup ## Start the lab, and run the playbooks site and verify on it
	@$(MAKE) lab-up
	@for playbook in site verify; do $(MAKE) run PLAYBOOK=$$playbook; done

##@ Run
.PHONY: run
run: setup ## Run a playbook: make run PLAYBOOK=site INVENTORY=inventories/lab ARGS="--check --diff"
	@$(PLAY) dcn.glance.$(PLAYBOOK) $(ARGS)

.PHONY: lab-image
lab-image: setup ## Build the image of the lab unless it exists
	@$(LAB_LOCK) $(PLAY) dcn.glance_lab.lab_image $(ARGS)

.PHONY: lab-up
lab-up: setup ## Build and start the lab
	@$(LAB_LOCK) $(PLAY) dcn.glance_lab.lab_up $(ARGS)

.PHONY: lab-down
lab-down: setup ## Stop and remove the lab
	@$(LAB_LOCK) $(PLAY) dcn.glance_lab.lab_down $(ARGS)

.PHONY: kube-build
kube-build: setup ## Build Kubernetes in the cache unless it exists
	@lab/roles/kubernetes/files/build.sh

.PHONY: kube-up
kube-up: lab-up ## Start the lab and a Kubernetes node with a stand-in for the operators
	@ansible-playbook -i inventories/kube_lab $(BECOME) dcn.glance_lab.kube_up $(ARGS)

.PHONY: kube-down
kube-down: setup ## Stop and remove the Kubernetes node
	@ansible-playbook -i inventories/kube_lab $(BECOME) dcn.glance_lab.kube_down $(ARGS)

.PHONY: kube-demo
kube-demo: kube-up ## Do the same as demo with Glance in pods
	@for playbook in site verify; do $(MAKE) run INVENTORY=inventories/kube_lab PLAYBOOK=$$playbook; done

.PHONY: execution-environment
execution-environment: setup ## Build the execution environment of this checkout; EE_ARGS=--debian without any registry
	@tools/execution-environment $(EE_ARGS)

##@ Check
.PHONY: test
test: setup ## Run all checks below; STAGES="lint unit" for some
	@tools/test $(STAGES)

.PHONY: format
format: setup ## Rewrite the Python files
	@ruff format .
	@ruff check --fix-only --quiet .

.PHONY: format-check
format-check: setup ## Fail where `make format` would change a file
	@ruff format --check --diff .

.PHONY: lint lint-python lint-yaml lint-ansible lint-shell lint-docs lint-changelog
lint: lint-python lint-yaml lint-shell lint-ansible lint-docs lint-changelog ## Run ruff, yamllint, shellcheck, ansible-lint; check documentation and changelog
lint-python: setup
	@ruff check --output-format concise .
lint-yaml: setup
	@yamllint --strict .
lint-shell: setup
	@shellcheck $$(git grep --files-with-matches '^#!.*bash')
lint-ansible: setup
	@ansible-lint --offline --nocolor --format pep8
# antsibull-docs copies what git lists. The ceiling keeps it from taking the collections in .venv for ignored files of this
# repository.
DOCS := GIT_CEILING_DIRECTORIES=$(CURDIR)/$(VENV) HOME=$(CURDIR)/.cache/home antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self
lint-docs: setup
	@$(DOCS) .
	@$(DOCS) lab
lint-changelog: setup
	@antsibull-changelog lint

.PHONY: docs
docs: setup ## Build the documentation as a site in .cache/docs/html
	@tools/docs/build .cache/docs

.PHONY: types
types: setup ## Run mypy --strict on plugins/module_utils
	@mypy -p ansible_collections.dcn.glance.plugins.module_utils \
	  | sed 's#^.*ansible_collections/dcn/glance/##'

.PHONY: unit
unit: setup ## Run the unit tests, which need no service; TESTS=tests/unit/ini for a part
	@pytest -q $(or $(TESTS),tests/unit tests/browser)

.PHONY: fuzz
fuzz: setup ## Test random documents; FUZZ_DOCUMENTS and FUZZ_SEED for other numbers
	@pytest -q tests/fuzz

.PHONY: sanity
sanity: setup ## Run ansible-test sanity for both collections; TESTS="validate-modules pylint" for a part
	@$(VENV)/bin/python tools/sanity.py $(TESTS)

.PHONY: oldest-core
oldest-core: setup ## Run the unit tests that use Ansible and check playbooks with the oldest supported ansible-core
	@tools/oldest-core .cache/oldest

.PHONY: newest-core
newest-core: setup ## Run the unit tests that use Ansible and check playbooks with the newest ansible
	@tools/newest-core .cache/newest

.PHONY: dist-check
dist-check: setup ## Build the artifact, check its content, install it elsewhere and use it
	@tools/dist-check .cache/dist

.PHONY: galaxy-check
galaxy-check: setup ## Import the artifact as Galaxy does, publish it on loopback, install it from there and use it
	@tools/galaxy-check .cache/galaxy

.PHONY: lab-test
lab-test: setup ## Run molecule and tests/lab on the lab; KEEP=1 leaves it running
	@tools/lab-test

.PHONY: containers-test
containers-test: setup ## Run tests/lab/platforms on a lab whose Glance runs in containers; KEEP=1 leaves it running
	@tools/containers-test

.PHONY: kube-test
kube-test: setup ## Run tests/kube on the lab and Kubernetes; KEEP=1 leaves both running
	@tools/kube-test

.PHONY: test-long
test-long: setup ## Run the tests that take too long for `make test`, on a new lab; KEEP=1 leaves it running
	@tools/test-long

##@ Tidy
.PHONY: clean
clean: ## Remove the files of the checks; .venv and the environments of sanity stay
	rm -rf .cache/sanity .cache/dist .cache/ansible .mypy_cache .ruff_cache .pytest_cache .ansible tests/output
	find . -name __pycache__ -not -path './$(VENV)/*' -not -path './.cache/*' -prune -exec rm -rf {} +
